/**
 * What happened to an item by name, in its order and some events at a time: a lot may have a
 * million of them, and none of its life but its state is held.
 */
import { type ItemHappening, orderOfHappenings } from '#risk/facts.ts'
import { happeningsIn, type LifeParts } from './retell.ts'

const AT_ONCE = 500
/** What happens at one time is put in order before it is told; beyond so many it is told anyhow. */
const MOST_AT_ONE_TIME = 10_000

/** `item`: its primary key. */
export async function* lifeOf(
  parts: LifeParts,
  item: string,
): AsyncGenerator<readonly ItemHappening[]> {
  const [ref] = await parts.trail.find([item])
  if (!ref) return
  const waiting = new Map<number, number>()
  for await (const rows of parts.trail.trail([ref])) {
    for (const { eventRef, eventTimeUs, voidedAtUs } of rows) {
      if (voidedAtUs === undefined) waiting.set(eventRef, eventTimeUs)
    }
    if (waiting.size < AT_ONCE) continue
    const lastUs = rows.at(-1)?.eventTimeUs ?? 0
    const isFull = waiting.size > MOST_AT_ONE_TIME
    const now = [...waiting].flatMap(([each, timeUs]) => (isFull || timeUs < lastUs ? each : []))
    for (const each of now) waiting.delete(each)
    yield await happenings(parts, item, now)
  }
  yield await happenings(parts, item, [...waiting.keys()])
}

async function happenings(
  parts: LifeParts,
  item: string,
  eventRefs: readonly number[],
): Promise<readonly ItemHappening[]> {
  const found = await parts.facts.read(eventRefs)
  return happeningsIn(parts, item, found).sort(orderOfHappenings)
}
