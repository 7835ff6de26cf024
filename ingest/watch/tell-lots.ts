/** E2 and E3 of lots, E1 of processes: told anew from the facts that are kept of them. */

import { productKeyOf } from '#epcis/product-key.ts'
import { type Balance, balancesOf, type LotHistory } from '#risk/balances.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { type LotBalance, lotBalance, notTold, oversold, type TooMany } from '#risk/lot-balance.ts'
import { recompute } from '#risk/machine.ts'
import { type Run, yieldMachine } from '#risk/mass-balance.ts'
import type { Movement, Packing } from '#risk/movement.ts'
import type { ProductFacts } from '#risk/reference.ts'
import type { FactReader, Of } from '#store/alerts/facts.ts'
import type { TrailReader } from '#store/trail.ts'

/** Beyond so many movements or containers of a lot it is only said that there are more. */
const MOST_MOVEMENTS = 20_000
const MOST_UNITS = 2_000
/** Events that a finding names. */
const MOST_EVENTS = 50
/** Runs of a process that are gone through. */
const MOST_RUNS = 250

export interface LotParts {
  readonly known: FactReader
  readonly trail: Pick<TrailReader, 'summaries'>
  readonly watch: Watch
}

/** What holds of the amounts of a lot. */
export async function aboutLot(parts: LotParts, lot: string): Promise<Finding[]> {
  const { known, watch } = parts
  const product = watch.reference.product(lot)
  const { domain } = product ?? {}
  const history = historyOf(known, lot, product)
  if ('limit' in history) {
    const { E2, E3 } = watch.rules.all({ domain, product: productKeyOf(lot) }, history.fromUs)
    return [...(E2 ? [notTold(E2, history)] : []), ...(E3 ? [notTold(E3, history)] : [])]
  }
  const found: Finding[] = []
  for (const balance of balancesOf(history)) {
    const { site, atUs } = balance
    const rules = watch.rules.all({ domain, product: productKeyOf(lot), site }, atUs)
    const isTried = site === undefined ? rules.E3 : rules.E2
    if (!isTried || (site !== undefined && !balance.isExact)) continue
    const whole = await named(parts, balance)
    if (site === undefined && rules.E3) found.push(...oversold(rules.E3, whole))
    if (site !== undefined && rules.E2) found.push(...lotBalance(rules.E2, whole))
  }
  return found
}

/** With the ids of its last events. */
async function named({ trail }: LotParts, balance: Balance): Promise<LotBalance> {
  const { events, isExact: _, ...rest } = balance
  const last = await trail.summaries(events.slice(-MOST_EVENTS))
  return { ...rest, eventIDs: [...new Set(last.map(({ eventID }) => eventID))] }
}

function historyOf(
  known: FactReader,
  lot: string,
  { kgPerUnit, lotQuota: quota }: Pick<ProductFacts, 'kgPerUnit' | 'lotQuota'> = {},
): LotHistory | TooMany {
  const moved = known.movements(lot, MOST_MOVEMENTS)
  const tooMany = (limit: number): TooMany => ({
    ...{ subject: lot, limit, fromUs: moved[0]?.timeUs ?? 0 },
    knownUs: moved.reduce((most, { recordUs }) => Math.max(most, recordUs), 0),
  })
  if (moved.length > MOST_MOVEMENTS) return tooMany(MOST_MOVEMENTS)
  const packings: Of<Packing>[] = []
  const units = new Set<string>()
  let level: readonly string[] = [lot]
  while (level.length > 0) {
    const next = new Set<string>()
    for (const child of level) {
      const into = known.packingsOf(child, MOST_MOVEMENTS)
      if (into.length > MOST_MOVEMENTS) return tooMany(MOST_MOVEMENTS)
      packings.push(...into)
      for (const { parent } of into) if (!units.has(parent)) next.add(parent)
    }
    for (const unit of next) units.add(unit)
    if (units.size > MOST_UNITS) return tooMany(MOST_UNITS)
    level = [...next]
  }
  const moves: Of<Movement>[] = []
  for (const unit of units) {
    const its = known.packingsIn(unit, MOST_MOVEMENTS)
    packings.push(...its.filter(({ child }) => child === ''))
    moves.push(...known.movements(unit, MOST_MOVEMENTS))
    if (Math.max(its.length, moves.length) > MOST_MOVEMENTS) return tooMany(MOST_MOVEMENTS)
  }
  packings.sort((one, other) => one.timeUs - other.timeUs || one.event - other.event)
  moves.sort((one, other) => one.timeUs - other.timeUs || one.event - other.event)
  return { lot, moved, packings, units: moves, kgPerUnit, quota }
}

/** That the lots in a unit are too many to be gone through; nothing where E3 is off. */
export function tooManyIn({ known, watch }: LotParts, unit: string): Finding[] {
  const [first] = known.movements(unit, 1)
  const { timeUs: fromUs = 0, recordUs: knownUs = 0 } = first ?? {}
  const rule = watch.rules.get('E3', {}, fromUs)
  return rule ? [notTold(rule, { subject: unit, limit: MOST_UNITS, fromUs, knownUs })] : []
}

/** Lots that a logistic unit carries, by itself and in what it carries. */
export function lotsIn(
  known: FactReader,
  unit: string,
): { readonly lots: ReadonlySet<string>; readonly isWhole: boolean } {
  const lots = new Set<string>()
  let isWhole = true
  const units = new Set([unit])
  let level: readonly string[] = [unit]
  while (level.length > 0) {
    const next: string[] = []
    for (const parent of level) {
      const packings = known.packingsIn(parent, MOST_MOVEMENTS)
      isWhole &&= packings.length <= MOST_MOVEMENTS
      for (const { child } of packings) {
        if (child === '' || units.has(child)) continue
        if (!child.includes('/00/')) lots.add(child)
        else if (units.size >= MOST_UNITS) isWhole = false
        else {
          units.add(child)
          next.push(child)
        }
      }
    }
    level = next
  }
  return { lots, isWhole }
}

/** E1 of a process, from its last runs. */
export function aboutProcess({ known, watch }: LotParts, process: string): Finding[] {
  const runs: Run[] = known.runs(process, MOST_RUNS).map((body) => JSON.parse(body))
  const last = runs[0]
  const [output = ''] = last?.outputs ?? []
  const domain = watch.reference.product(output)?.domain
  const product = productKeyOf(output)
  const ruleOf = ({ site, timeUs }: Run) => watch.rules.get('E1', { domain, product, site }, timeUs)
  return [...recompute(yieldMachine(ruleOf, process), runs).ledger.values()]
}
