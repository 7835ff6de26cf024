/**
 * Tells the findings of owners anew from the facts that are kept of them. An owner is asked for by
 * name once anything of it has changed; however much has, it is gone through once, and in whatever
 * order facts came, what it finds is the same.
 */
import { identify } from '#epcis/identifier.ts'
import type { Reason } from '#risk/difference.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { RecallReader } from '#risk/recalled.ts'
import type { Dirty } from '#store/alerts/fact-writer.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/surroundings.ts'
import type { Draft } from './draft.ts'
import { tellPacked, tellPart } from './exposed.ts'
import type { LiveItems } from './items.ts'
import type { Names } from './names.ts'
import { tellPicks } from './picks.ts'
import type { Round } from './round.ts'
import { tellNamed } from './tell-aliases.ts'
import { tellArrived } from './tell-arrived.ts'
import { Exposures } from './tell-exposure.ts'
import { aboutLot, aboutProcess, lotsIn, tooManyIn } from './tell-lots.ts'
import { aboutMoving, carriersOf, type MovingTold } from './tell-moving.ts'
import { MARK } from './tell-recalls.ts'
import { lastSampling, tellSampling } from './tell-sampling.ts'
import { aboutShipment } from './tell-shipments.ts'
import { aboutResults, aboutSupplier } from './tell-suppliers.ts'
import { aboutTests, reportsOn, resultsOf } from './tell-tests.ts'

/** Items that are asked for in one go, each to be told for itself; the others behind them. */
const ASKED_AT_ONCE = 5_000

export interface TellerParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'parties'>
  readonly mounted: Mounted
  readonly recalls: RecallReader
  readonly items: LiveItems
  readonly moving: MovingTold
  readonly names: Names
  readonly draft: Draft
  /** Tells items again. */
  readonly round: Pick<Round, 'tellAgain'>
  readonly watch: Watch & { readonly reference: RegistryReference }
  readonly nowUs: number
}

type Tell = (parts: OwnerParts, name: string, reason: Reason) => Promise<void>

interface OwnerParts extends TellerParts {
  readonly known: Draft['known']
  readonly exposures: Exposures
  readonly domainOf: (slug: string) => ReturnType<typeof domainOfParty>
  /** All that holds of an owner. */
  readonly replace: (owner: string, findings: readonly Finding[], reason: Reason) => void
}

/** By the first word of an owner. The rest is what it is about. */
const TELLERS: Readonly<Record<string, Tell>> = {
  async lot(parts, thing, reason) {
    if (identify(thing).kind === 'logistic-unit') {
      // Of a unit the lots that are in it have moved.
      const { lots, isWhole } = lotsIn(parts.known, thing)
      for (const lot of lots) parts.draft.facts.ask(`lot ${lot}`, reason)
      parts.replace(`lot ${thing}`, isWhole ? [] : tooManyIn(parts, thing), reason)
      parts.draft.facts.ask(`moving ${thing}`, reason)
    } else {
      parts.replace(`lot ${thing}`, await aboutLot(parts, thing), reason)
    }
  },
  async shipment(parts, id, reason) {
    parts.replace(`shipment ${id}`, await aboutShipment(parts, id), reason)
  },
  tests: tellTests,
  async supplier(parts, supplier, reason) {
    parts.replace(`supplier ${supplier}`, aboutSupplier(parts, supplier), reason)
  },
  async results(parts, rest, reason) {
    const process = `results ${rest}`
    parts.replace(process, aboutResults(parts, process), reason)
  },
  async recalled(parts, key, reason) {
    if (isAtRestSince(parts, key)) return
    await parts.round.tellAgain(key, reason)
    const change = parts.draft.known.mark(MARK)
    for (const carrier of await carriersOf(parts.trail, key)) {
      if (parts.moving.isSince(carrier, change)) continue
      parts.draft.facts.ask(`moving ${carrier}`, reason)
    }
  },
  async moving(parts, unit, reason) {
    parts.moving.tell(unit, parts.recalls.lastChange())
    parts.replace(`moving ${unit}`, await aboutMoving(parts, unit), reason)
  },
  async arrival(parts, carrier, reason) {
    askForCarried(parts, { carrier, after: '' }, reason)
  },
  async arrived(parts, rest, reason) {
    await tellArrived(parts, JSON.parse(rest), reason)
  },
  async carried(parts, rest, reason) {
    askForCarried(parts, JSON.parse(rest), reason)
  },
  async released(parts, rest, reason) {
    askForReleased(parts, JSON.parse(rest), reason)
  },
  async named({ draft }, rest, reason) {
    tellNamed(draft, rest, reason)
  },
  async picks({ known, trail, draft: { facts } }, rest, reason) {
    await tellPicks({ known, trail, facts }, rest, reason)
  },
  async again({ round }, item, reason) {
    await round.tellAgain(item, reason)
  },
  async with(parts, rest, reason) {
    await tellPart(parts, rest, parts.draft, reason, parts.nowUs)
  },
  async packed(parts, rest, reason) {
    await tellPacked(parts, rest, parts.draft, reason, parts.nowUs)
  },
  async exposure(parts, item, reason) {
    parts.draft.facts.exposures.set(item, parts.nowUs)
    parts.replace(`exposure ${item}`, await parts.exposures.about(item), reason)
  },
  async sampling({ draft, watch }, _, reason) {
    const asked = reason === 'corrected' ? 'corrected' : 'late'
    tellSampling(draft, watch, lastSampling(draft), asked)
  },
}

/**
 * Whether a serial has done nothing since it is recalled, and is in nothing that may have: most of
 * a recall was sold long before it. What was told of it has to be looked at all the same.
 */
function isAtRestSince({ items, recalls, draft }: OwnerParts, key: string): boolean {
  const item = items.get(key)
  if (item?.kind !== 'instance' || item.state.container !== undefined) return false
  const matches = recalls.matches([key, ...item.state.lots])
  const isEarlier = matches.length > 0 && matches.every(({ fromUs }) => item.lastUs < fromUs)
  return isEarlier && !draft.entries(key).some(({ finding }) => finding.rule === 'G1')
}

/** Tells some owners anew, into the draft. */
export async function tellOwners(parts: TellerParts, owners: readonly Dirty[]): Promise<void> {
  const { draft, registry } = parts
  const its: OwnerParts = {
    ...parts,
    known: draft.known,
    exposures: new Exposures(parts),
    domainOf: (slug) => domainOfParty(registry, slug),
    replace: (owner, findings, reason) => draft.replace(owner, findings, reason, () => true),
  }
  for (const each of owners) {
    const { owner, reason } = each
    draft.facts.told.push(each)
    const space = owner.indexOf(' ')
    const [word, rest] = [owner.slice(0, space), owner.slice(space + 1)]
    if (word.startsWith('process:')) its.replace(owner, aboutProcess(its, owner), reason)
    else await TELLERS[word]?.(its, rest, reason)
  }
}

function domainOfParty({ parties }: Pick<Registry, 'parties'>, slug: string) {
  return parties.get(slug)?.domain
}

/** A report: what failed and what came of it, what was let go too soon, and who answers for it. */
async function tellTests(parts: OwnerParts, key: string, reason: Reason): Promise<void> {
  const { known, draft, round, names } = parts
  const { facts } = draft
  const thing = names.primaryOf(key)
  // What was told of it by another of its keys is told by this one now.
  for (const each of names.keysOf(thing)) {
    if (each !== thing) forgetTests(parts, each, reason)
  }
  const origins = known.sampledFrom(thing).filter(({ lot }) => lot !== thing)
  for (const { lot } of origins) facts.ask(`tests ${lot}`, reason)
  const results = resultsOf(parts, thing)
  facts.results.set(thing, results)
  for (const { supplier, process } of [...known.resultsFor(thing), ...results]) {
    facts.ask(`supplier ${supplier}`, reason)
    facts.ask(process, reason)
  }
  if (reportsOn(known, thing).some(({ reportedUs }) => reportedUs < lastSampling(draft))) {
    facts.ask('sampling of districts', reason)
  }
  const found = await aboutTests(parts, thing)
  facts.held.set(thing, [...new Set(found.map(({ subject }) => subject))])
  parts.replace(`tests ${thing}`, found, reason)
  await round.tellAgain(thing, reason)
  askForReleased(parts, { thing, after: '' }, reason)
}

function forgetTests({ known, draft, replace }: OwnerParts, key: string, reason: Reason): void {
  for (const { supplier, process } of known.resultsFor(key)) {
    draft.facts.ask(`supplier ${supplier}`, reason)
    draft.facts.ask(process, reason)
  }
  draft.facts.results.set(key, [])
  draft.facts.held.set(key, [])
  replace(`tests ${key}`, [], reason)
}

/** The next items that were out of their limits in a carrier. */
function askForCarried(
  { known, draft: { facts } }: OwnerParts,
  { carrier, after }: { readonly carrier: string; readonly after: string },
  reason: Reason,
): void {
  const items = known.exposedIn(carrier, after, ASKED_AT_ONCE)
  for (const item of items) facts.ask(`exposure ${item}`, reason)
  if (items.length < ASKED_AT_ONCE) return
  facts.ask(`carried ${JSON.stringify({ carrier, after: items.at(-1) })}`, reason)
}

/** The next items of which it was said that they were let go too soon, before their test. */
function askForReleased(
  { draft }: OwnerParts,
  { thing, after }: { readonly thing: string; readonly after: string },
  reason: Reason,
): void {
  const items = draft.ownersByCause(`F2 ${thing} `, after, ASKED_AT_ONCE)
  for (const item of items) if (item !== thing) draft.facts.ask(`again ${item}`, reason)
  if (items.length < ASKED_AT_ONCE) return
  draft.facts.ask(`released ${JSON.stringify({ thing, after: items.at(-1) })}`, reason)
}
