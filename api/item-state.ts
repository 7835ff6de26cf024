/**
 * How an item stands, with the bodies that this is told from: the newest, as a lot can have many.
 */
import type { TrailReader } from '#store/trail.ts'
import { type History, historyOf } from '#trace/history.ts'
import type { TrailSource } from '#trace/source.ts'
import { type Body, type ItemState, stateOf } from '#trace/state.ts'

export interface ItemTold {
  readonly history: History
  readonly state: ItemState
}

const mostBodies = 200
const mostLots = 10

/** An item as `source` shows it; undefined where the store has never heard of the key. */
export async function itemTold(
  trail: TrailReader,
  source: TrailSource,
  key: string,
  atUs: number | undefined,
): Promise<ItemTold | undefined> {
  const history = await historyOf(source, key, atUs)
  if (history === undefined) return undefined
  return { history, state: stateOf(history, await bodiesOf(trail, history)) }
}

/** The lots that an item belongs to, as they are. */
export async function lotsTold(
  trail: TrailReader,
  { state }: ItemTold,
  atUs: number | undefined,
): Promise<ItemTold[]> {
  const lots = state.lots.slice(0, mostLots).map((lot) => itemTold(trail, trail, lot, atUs))
  return (await Promise.all(lots)).filter((lot) => lot !== undefined)
}

/** Bodies of the events that can set a disposition for good or give master data of the item. */
async function bodiesOf(trail: TrailReader, { happenings }: History): Promise<Map<number, Body>> {
  const telling = happenings
    .filter(({ path, row: { type, role } }) => {
      const tells = type === 'ObjectEvent' || type === 'TransformationEvent'
      return path.length === 0 && tells && (role === 'object' || role === 'output')
    })
    .slice(-mostBodies)
  const events = await trail.events(telling.map(({ row }) => row.eventRef))
  return new Map(
    events.map(({ eventRef, body, context }) => [
      eventRef,
      { event: JSON.parse(body), context: context === undefined ? undefined : JSON.parse(context) },
    ]),
  )
}
