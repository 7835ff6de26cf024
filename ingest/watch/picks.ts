/**
 * What was picked while something that expires sooner was there (B3) rests on the stock as it was
 * then. Where that is told late or was wrong, what was picked since is told again.
 */

import { productKeyOf } from '#epcis/product-key.ts'
import type { Reason } from '#risk/difference.ts'
import type { EventFacts } from '#risk/facts.ts'
import type { Seen } from '#risk/movement.ts'
import { PICKING } from '#risk/shelf-life.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { TrailReader } from '#store/trail.ts'
import type { DraftFacts } from './draft-facts.ts'

/** Events whose items are asked for in one go. */
const AT_ONCE = 100

/** Products that an event picks at a site, where their expiry is known. */
export function collectPicks(
  { bizStep, eventTimeUs: timeUs }: EventFacts,
  event: number,
  seen: readonly Seen[],
  facts: DraftFacts,
  site: string,
): void {
  if (site === '' || bizStep === undefined || !PICKING.has(bizStep)) return
  const products = new Set(
    seen.flatMap(({ item, after }) =>
      after.expiresUs === undefined ? [] : (productKeyOf(item) ?? []),
    ),
  )
  for (const product of products) facts.pick({ site, product, timeUs, event })
}

/** What comes late comes many at a time: so long it is waited for the rest. */
const WAIT_US = 10_000_000

/** Asks for what was picked of some products at a site since an event. */
export function askForPicks(
  products: Iterable<string>,
  site: string,
  { eventTimeUs: sinceUs, recordTimeUs }: EventFacts,
  facts: DraftFacts,
  reason: Reason,
): void {
  for (const product of products) {
    if (!facts.isPickedSince(site, product, sinceUs)) continue
    const owner = ownerOf(site, product)
    const known = facts.markOf(owner)
    facts.marks.set(owner, known === 0 ? sinceUs : Math.min(known, sinceUs))
    facts.ask(owner, reason, recordTimeUs + WAIT_US)
  }
}

const ownerOf = (site: string, product: string) => `picks ${JSON.stringify([site, product])}`

/** Asks for each thing that was picked; `rest`: of the owner that `askForPicks` has asked for. */
export async function tellPicks(
  { known, trail, facts }: { known: FactReader; trail: TrailReader; facts: DraftFacts },
  rest: string,
  reason: Reason,
): Promise<void> {
  const [site, product]: [string, string] = JSON.parse(rest)
  const owner = ownerOf(site, product)
  const picks = known.picks(site, product, known.mark(owner), AT_ONCE)
  for await (const members of trail.members(
    picks.map(({ event }) => event),
    ['object', 'child'],
  )) {
    for (const { item } of members) {
      if (productKeyOf(item.key) === product) facts.ask(`again ${item.key}`, reason)
    }
  }
  const last = picks.at(-1)
  const isMore = last !== undefined && picks.length === AT_ONCE
  facts.marks.set(owner, isMore ? last.timeUs + 1 : 0)
  if (isMore) facts.ask(owner, reason)
}
