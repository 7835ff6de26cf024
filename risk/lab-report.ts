/**
 * What laboratories say, read from events. A report is an event with a business transaction of type
 * `testres` and the disposition `conformant` or `non_conformant` (or the same as a persistent one);
 * the tests it is about are its transactions of type `testprd`. A sampling is an event of that
 * business step: of the lot itself, or a transformation of some of it into the sample. It is
 * witnessed where it names the witness's record (certificationInfo). [CBV 7.1, 7.2, 7.3]
 */
import { bareWord } from '#epcis/cbv.ts'
import type { EventFacts } from './facts.ts'

/** The test of a report that names none. */
export const GENERAL_TEST = 'general'

/** One report on one lot or thing. */
export interface LabReport {
  /** Canonical key. */
  readonly thing: string
  /** As the event names it (`testprd`), or `general`. */
  readonly test: string
  readonly passed: boolean
  /** What it says in words: the disposition, and the number of the report. */
  readonly result: string
  readonly reportedUs: number
  readonly recordedUs: number
  readonly eventID: string
  /** Where it was written; '' where nothing says. */
  readonly site: string
}

/** A sample that was drawn from a lot. Of a lot that was only looked at, both are the same. */
export interface Sampled {
  readonly sample: string
  readonly lot: string
  readonly party: string
  readonly isWitnessed: boolean
  readonly timeUs: number
  readonly site: string
}

const PASSED = 'conformant'
const FAILED = 'non_conformant'

function outcomeOf({ disposition, event }: EventFacts): string | undefined {
  if (disposition === PASSED || disposition === FAILED) return disposition
  const isAbout = event.type === 'ObjectEvent' || event.type === 'TransformationEvent'
  const set = isAbout ? (event.persistentDisposition?.set?.map(bareWord) ?? []) : []
  return [FAILED, PASSED].find((each) => set.includes(each))
}

/** Ids of the transactions of a type. */
function transactionsOf({ transactions }: EventFacts, type: string): string[] {
  return transactions.flatMap((each) =>
    each.startsWith(`${type} `) ? each.slice(type.length + 1) : [],
  )
}

/** Reports that an event gives: one for each thing and test that it names. */
export function reportsOf(facts: EventFacts, site: string): readonly LabReport[] {
  if (facts.transactions.length === 0) return []
  const [number] = transactionsOf(facts, 'testres')
  const outcome = outcomeOf(facts)
  if (number === undefined || outcome === undefined) return []
  const named = transactionsOf(facts, 'testprd')
  const tests = named.length > 0 ? named : [GENERAL_TEST]
  const { eventID, eventTimeUs: reportedUs, recordTimeUs: recordedUs } = facts
  const about = { eventID, reportedUs, recordedUs, site }
  return facts.members.flatMap(({ key, role, kind }) => {
    if (role !== 'object' || (kind !== 'lot' && kind !== 'instance')) return []
    const result = `${outcome}, ${number}`
    return tests.map((test) => ({
      ...{ thing: key, test, passed: outcome === PASSED, result },
      ...about,
    }))
  })
}

/** Samplings that an event tells of. */
export function samplingsOf(facts: EventFacts, site: string): readonly Sampled[] {
  const { bizStep, members, party, eventTimeUs: timeUs, event } = facts
  if (bizStep !== 'sampling') return []
  const isWitnessed = event.certificationInfo !== undefined
  const common = { party, isWitnessed, timeUs, site }
  const inputs = members.filter(({ role }) => role === 'input')
  const outputs = members.filter(({ role }) => role === 'output')
  if (outputs.length > 0) {
    return outputs.flatMap(({ key: sample }) =>
      inputs.map(({ key: lot }) => ({ sample, lot, ...common })),
    )
  }
  const objects = members.filter(({ role, kind }) => {
    return role === 'object' && (kind === 'lot' || kind === 'instance')
  })
  return objects.map(({ key }) => ({ sample: key, lot: key, ...common }))
}

/**
 * Whether a report stands on a sample that was drawn before a witness: one names the witness's
 * record, or the sampler and the witness each told of it.
 */
export function isWitnessed(samplings: readonly Sampled[], reportedUs: number): boolean {
  const before = samplings.filter(({ timeUs }) => timeUs <= reportedUs)
  if (before.some((each) => each.isWitnessed)) return true
  return new Set(before.map(({ party }) => party)).size > 1
}
