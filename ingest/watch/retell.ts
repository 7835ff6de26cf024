/**
 * The life of one item told again from the trail store: after an event that came late or was
 * declared wrong, and to see what its containers did for it.
 *
 * State and findings follow from the events that name the item. Of findings that what a container
 * did may explain, those are confirmed that its whole history bears out as well.
 */
import type { Kind } from '#epcis/identifier.ts'
import { DISPATCH } from '#risk/dispatch.ts'
import type { EventFacts, ItemHappening } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import { type ItemSubject, itemMachine, type Watch } from '#risk/item-machine.ts'
import type { ItemState } from '#risk/item-state.ts'
import { isAwaited } from '#risk/lane.ts'
import { findingsAt, recompute } from '#risk/machine.ts'
import { RULE_IDS, type RuleId } from '#risk/table.ts'
import { certaintyOf, historyOf } from '#trace/history.ts'
import { happenedAs, Life, type LifeParts, lifeOf } from './life.ts'

/** Beyond so many events a life is not told again: that of a lot may have a million. */
const MOST_TOLD = 20_000
/** Of a history, which is held as a whole. */
const MOST_EVENTS = 1_000

/** Rules that have to be confirmed with what containers did. */
export const CONFIRMED: ReadonlySet<RuleId> = new Set(
  RULE_IDS.filter((rule) => DISPATCH[rule].needs.includes('history')),
)

const WATCHED: ReadonlySet<Kind> = new Set<Kind>(['instance', 'logistic-unit', 'lot'])

/**
 * Whether rules about items speak of a thing. Of assets it is those that are sent and sent back,
 * such as crates: a lorry arrives without anybody receiving it.
 */
export function isWatched(kind: Kind, key: string): boolean {
  return WATCHED.has(kind) || (kind === 'asset' && key.includes('/8003/'))
}

export interface Retold {
  readonly state: ItemState
  /** When the last of its events happened. */
  readonly lastUs: number
  readonly findings: readonly Finding[]
  /** How many events it has. */
  readonly length: number
  /** What happened, of what may be waited for. */
  readonly happenings: readonly ItemHappening[]
  /** The numbers of their events. */
  readonly eventRefs: ReadonlyMap<EventFacts, number>
}

/** What an item's own events say up to one of them; undefined where they are too many. */
export async function retell(
  parts: LifeParts,
  subject: ItemSubject,
  watch: Watch,
  upTo: number,
): Promise<Retold | undefined> {
  const life = new Life(itemMachine(subject, watch))
  const isKept = isAwaited(subject.kind)
  const kept: ItemHappening[] = []
  const eventRefs = new Map<EventFacts, number>()
  let [length, lastUs] = [0, 0]
  for await (const { events, happenings } of lifeOf(parts, subject.item, upTo)) {
    length += events.size
    if (length > MOST_TOLD) return undefined
    life.take(happenings)
    for (const { facts } of happenings) lastUs = Math.max(lastUs, facts.eventTimeUs)
    if (!isKept) continue
    kept.push(...happenings)
    for (const [ref, facts] of events) eventRefs.set(facts, ref)
  }
  const { state } = life
  return { state, lastUs, findings: life.findings(), length, happenings: kept, eventRefs }
}

/** The events that name an item, up to one of them; undefined where they are too many. */
export async function ownFacts(
  { trail, facts }: LifeParts,
  item: string,
  upTo: number,
): Promise<ReadonlyMap<number, EventFacts> | undefined> {
  const [ref] = await trail.find([item])
  if (!ref) return new Map()
  const refs = new Set<number>()
  for await (const rows of trail.trail([ref])) {
    for (const { eventRef, voidedAtUs } of rows) {
      if (voidedAtUs === undefined && eventRef <= upTo) refs.add(eventRef)
    }
    if (refs.size > MOST_EVENTS) return undefined
  }
  return facts.read([...refs])
}

/** A finding that nothing was held against, as there is too much of it: it says so. */
function unconfirmed(each: Finding): Finding {
  const measure = { name: 'notConfirmed', value: MOST_EVENTS + 1, limit: MOST_EVENTS } as const
  const measures = [...each.measures, { ...measure, unit: 'count' as const }]
  return { ...each, certainty: 'possible', measures }
}

/**
 * Of some findings those that the whole history of an item bears out, told as it tells them, by
 * identity. All of them, as possible, where the history is too long to be told.
 */
export async function confirm(
  parts: LifeParts,
  subject: ItemSubject,
  watch: Watch,
  findings: readonly Finding[],
  { upTo, nowUs }: { readonly upTo: number; readonly nowUs: number },
): Promise<ReadonlyMap<string, Finding>> {
  const asked = new Map(findings.map((each) => [each.identity, each]))
  const history = await historyOf(parts.trail, subject.item)
  if (!history) return asked
  if (history.more || history.happenings.length > MOST_EVENTS) {
    return new Map(findings.map((each) => [each.identity, unconfirmed(each)]))
  }
  const known = history.happenings.filter(({ row }) => row.eventRef <= upTo)
  const facts = await parts.facts.read(known.map(({ row }) => row.eventRef))
  const happenings = known.flatMap(({ row, path }): ItemHappening[] => {
    const its = facts.get(row.eventRef)
    if (!its) return []
    if (path.length > 0) {
      const via = path.map(({ parent }) => parent.key)
      return [{ facts: its, role: row.role, certainty: certaintyOf(path), via, lots: [] }]
    }
    return happenedAs(parts, its, subject.item).map(({ happening }) => happening)
  })
  const machine = itemMachine(subject, watch)
  const { state, ledger } = recompute(machine, happenings)
  const held = findingsAt(machine, state, ledger, Math.max(nowUs, 1))
  return new Map(held.flatMap((each) => (asked.has(each.identity) ? [[each.identity, each]] : [])))
}
