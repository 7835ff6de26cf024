/** What tests of rules stand on: a register of a few things, and findings about one item. */

import { identify } from '#epcis/identifier.ts'
import { parseTimeUs } from '#epcis/time.ts'
import type { EventFacts, ItemHappening } from '#risk/facts.ts'
import { factsOf, happeningsOf } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import { itemMachine, type Watch } from '#risk/item-machine.ts'
import type { Lane } from '#risk/lane.ts'
import { findingsAt, recompute } from '#risk/machine.ts'
import type {
  PartyFacts,
  PlaceFacts,
  ProductFacts,
  RecallMatch,
  Reference,
  StockedLot,
  TestReport,
} from '#risk/reference.ts'
import { type InForce, RuleSet } from '#risk/rule-set.ts'
import type { RuleId } from '#risk/table.ts'
import type { Captured } from '../trace/memory-source.ts'
import { hour, type World } from '../trace/world.ts'

export interface Register {
  readonly product?: ProductFacts
  readonly parties?: Readonly<Record<string, PartyFacts>>
  readonly places?: Readonly<Record<string, PlaceFacts>>
  readonly recalls?: (item: string, lots: readonly string[]) => readonly RecallMatch[]
  readonly tests?: Readonly<Record<string, readonly TestReport[]>>
  readonly lane?: Lane
  readonly stock?: StockedLot
}

export const DRUG: ProductFacts = { domain: 'drugs', serialised: true }

export function referenceOf(register: Register = {}): Reference {
  const { product = DRUG, parties = {}, places = {}, recalls, tests = {}, lane } = register
  return {
    product: (key) => (/\/01\//.test(key) || key.startsWith('drugcode:') ? product : undefined),
    party: (key) => parties[key],
    place: (key) => places[key],
    recalls: (item, lots) => recalls?.(item, lots) ?? [],
    tests: (key) => tests[key] ?? [],
    lane: () => lane,
    earliestExpiry: () => register.stock,
    lotOf: () => undefined,
  }
}

/** A rule as the table has it. */
export function inForce<Id extends RuleId>(
  rule: Id,
  parameters: Readonly<Record<string, unknown>> = {},
): InForce<Id> {
  const change = { revision: 'test', rule, fromUs: 0, author: 'test', reason: 'test', parameters }
  const found: InForce<RuleId> | undefined = new RuleSet([change]).all({}, 1)[rule]
  if (!found) throw new RangeError(`${rule} is off`)
  return { ...found, rule, parameters: found.parameters } as InForce<Id>
}

const RECORDED_AFTER_US = 1_000_000

/** Facts of what a world captured; an event comes in a second after it happened. */
export function factsIn(captured: readonly Captured[]): EventFacts[] {
  const wrong = new Set(
    captured.flatMap(({ event }) => (event.errorDeclaration ? (event.eventID ?? []) : [])),
  )
  return captured.flatMap(({ event, party }) => {
    const eventID = event.eventID ?? ''
    if (wrong.has(eventID)) return []
    const recordTimeUs = (parseTimeUs(event.eventTime) ?? 0) + RECORDED_AFTER_US
    return factsOf(event, { eventID, party, recordTimeUs }) ?? []
  })
}

export function happeningsIn(captured: readonly Captured[], item: string): ItemHappening[] {
  return factsIn(captured).flatMap((facts) =>
    happeningsOf(facts).flatMap((each) => (each.item === item ? [each.happening] : [])),
  )
}

export interface Asked extends Register {
  readonly rules?: RuleSet
  /** In hours. Default a year on: everything that is waited for has been. */
  readonly at?: number
}

export function watchOf({ rules = new RuleSet(), ...register }: Asked = {}): Watch {
  return { rules, reference: referenceOf(register) }
}

/** What is found about one item of a world. */
export function about(world: World, item: string, asked: Asked = {}): Finding[] {
  const machine = itemMachine({ item, kind: identify(item).kind }, watchOf(asked))
  const { state, ledger } = recompute(machine, happeningsIn(world.captured, item))
  return findingsAt(machine, state, ledger, hour(asked.at ?? 24 * 365))
}

/** Findings in short: rule, variant, and how certain where that is not observed. */
export function short(findings: readonly Finding[]): string[] {
  return findings.map(({ rule, variant, certainty }) => {
    return `${rule} ${variant}${certainty === 'observed' ? '' : ` ${certainty}`}`
  })
}

/** Of one rule only. */
export function of(rule: RuleId, findings: readonly Finding[]): string[] {
  return short(findings.filter((each) => each.rule === rule))
}
