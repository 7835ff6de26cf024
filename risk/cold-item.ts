/**
 * All rules about the temperatures of one item, over the series of the sensors that were with it:
 * A2 its budgets, A3 and A5 each of its transports, A6 or A7 with A8 a pharmacopoeia's verdict.
 *
 * A rule speaks where somebody said what the product stands: A2 and A5 by its storage temperatures
 * or a change of rules, the verdict that fits the storage temperatures, A3 what is kept cold.
 */
import { budgetMachine, shipmentAlarmMachine, type Watched } from './alarm-rows.ts'
import { type ColdEvidence, withEvidence } from './cold-evidence.ts'
import type { Finding } from './finding.ts'
import { findingsAt, type Machine, recompute } from './machine.ts'
import type { ProductFacts } from './reference.ts'
import type { InForceTable } from './rule-set.ts'
import type { Sample } from './sample.ts'
import { transportMean, verdictMachine } from './verdict.ts'

/** From departure to arrival; no end while it lasts. */
export interface Transport {
  readonly fromUs: number
  readonly toUs: number | undefined
}

export interface ColdItem extends ColdEvidence {
  /** Canonical key. */
  readonly item: string
  readonly storage: ProductFacts['storage']
  readonly transports: readonly Transport[]
  /** The rules as they held at a time. */
  readonly rulesAt: (timeUs: number) => InForceTable
}

const DEPARTURES = new Set(['shipping', 'departing'])
const ARRIVALS = new Set(['arriving', 'receiving', 'accepting'])

/** The transports of an item. `steps`: of all that happened to it, in order. */
export function transportsOf(
  steps: readonly { readonly timeUs: number; readonly bizStep: string | undefined }[],
): Transport[] {
  const found: Transport[] = []
  let fromUs: number | undefined
  for (const { timeUs, bizStep = '' } of steps) {
    if (DEPARTURES.has(bizStep)) fromUs ??= timeUs
    if (bizStep === 'void_shipping') fromUs = undefined
    if (!ARRIVALS.has(bizStep) || fromUs === undefined) continue
    found.push({ fromUs, toUs: timeUs })
    fromUs = undefined
  }
  return fromUs === undefined ? found : [...found, { fromUs, toUs: undefined }]
}

/** Which verdict is asked for: of what is kept cold, or at room temperature. */
export function verdictOf(storage: ProductFacts['storage']): 'A6' | 'A7' | undefined {
  if (!storage) return undefined
  if (isKeptCold(storage)) return 'A7'
  return storage.min >= 8 && storage.max <= 30 ? 'A6' : undefined
}

/** Of rules as they held at a time, those that speak of an item that is stored so. */
export interface Speaking {
  readonly budget: InForceTable['A2']
  readonly verdict: InForceTable['A6' | 'A7']
  /** Of its transports that began then. */
  readonly alarms: InForceTable['A3']
  readonly mean: InForceTable['A5']
}

export function speakingOf(storage: ProductFacts['storage'], rules: InForceTable): Speaking {
  const { A2, A3, A5 } = rules
  const verdict = verdictOf(storage)
  const isCold = storage !== undefined && isKeptCold(storage)
  return {
    budget: A2?.revision === 'default' ? undefined : A2,
    verdict: verdict && rules[verdict],
    alarms: isCold || A3?.revision !== 'default' ? A3 : undefined,
    mean: A5?.revision === 'default' ? undefined : A5,
  }
}

function isKeptCold({ min, max }: NonNullable<ProductFacts['storage']>): boolean {
  return min >= 0 && max <= 15
}

export function aboutColdItem(about: ColdItem): Finding[] {
  const { item, storage, series, transports, rulesAt } = about
  const last = series.at(-1)
  if (!last) return []
  // Whom it concerns, and by which way, follows from what it rests on.
  const watched: Watched = { subject: item, affected: () => [] }
  const rules = rulesAt(last.timeUs)
  const { budget, verdict } = speakingOf(storage, rules)
  const found: Finding[] = []
  const run = <State>(machine: Machine<State, Sample>, samples: readonly Sample[]) => {
    const { state, ledger } = recompute(machine, samples)
    found.push(...findingsAt(machine, state, ledger, Number.POSITIVE_INFINITY))
  }
  if (budget) run(budgetMachine(budget, watched), series)
  if (verdict) run(verdictMachine(verdict, rules.A8, watched), series)
  for (const { fromUs, toUs } of transports) {
    const { alarms, mean } = speakingOf(storage, rulesAt(fromUs))
    const its = series.filter(({ timeUs }) => fromUs <= timeUs && timeUs <= (toUs ?? Infinity))
    if (alarms) run(shipmentAlarmMachine(alarms, watched), its)
    if (mean && toUs !== undefined) found.push(...transportMean(mean, watched, its))
  }
  return found.map((each) => withEvidence(each, about))
}
