/** F3 of a supplier, F4 and F5 of what it makes, from the results of tests. */

import { productKeyOf } from '#epcis/product-key.ts'
import { type Batch, cusumMachine, ewmaMachine } from '#risk/drift.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { recompute } from '#risk/machine.ts'
import type { Scope } from '#risk/rule-set.ts'
import { supplierMachine } from '#risk/supplier.ts'
import type { FactReader, TestResult } from '#store/alerts/facts.ts'

/** The newest results that are gone through: older ones weigh next to nothing. */
const MOST_RESULTS = 2_000

export interface SupplierParts {
  readonly known: FactReader
  readonly watch: Watch
  /** The profile of a party, by its slug. */
  readonly domainOf: (slug: string) => Scope['domain']
}

/** F3. `supplier`: `party:slug`. */
export function aboutSupplier({ known, watch, domainOf }: SupplierParts, supplier: string) {
  const results = onceEach(known.resultsOf('supplier', supplier, MOST_RESULTS))
  const last = results.at(-1)
  const domain = domainOf(supplier.slice('party:'.length))
  const rule = last && watch.rules.get('F3', { domain }, last.timeUs)
  if (!rule) return []
  const inputs = results.map(({ timeUs, recordUs, passed, eventID }) => {
    return { timeUs, knownUs: recordUs, passed, eventID }
  })
  return [...recompute(supplierMachine(rule, supplier), inputs).ledger.values()]
}

/** F4, so many results at a time, and F5, one by one. `process`: as results name it. */
export function aboutResults({ known, watch, domainOf }: SupplierParts, process: string) {
  const results = onceEach(known.resultsOf('process', process, MOST_RESULTS))
  const last = results.at(-1)
  if (!last) return []
  const domain = domainOf(last.supplier.slice('party:'.length))
  // Of a sample, of what it was drawn from.
  const origin = known.sampledFrom(last.thing)[0]?.lot ?? last.thing
  const { F4, F5 } = watch.rules.all({ domain, product: productKeyOf(origin) }, last.timeUs)
  const found: Finding[] = []
  if (F4) {
    const target = { process, rate: F4.parameters.rate }
    const { batch } = F4.parameters
    // Counted from the very first, so that each result stays in its batch.
    const before = Math.max(0, known.countResults(process) - MOST_RESULTS)
    const batches = inBatches(results.slice((batch - (before % batch)) % batch), batch)
    found.push(...recompute(ewmaMachine(F4, target), batches).ledger.values())
  }
  if (F5) {
    const target = { process, rate: F5.parameters.rate }
    const singles = inBatches(results, 1)
    found.push(...recompute(cusumMachine(F5, target), singles).ledger.values())
  }
  return found
}

/** A batch and its sample that are named in one report are one result. */
function onceEach(results: readonly TestResult[]): TestResult[] {
  const byReport = new Map(results.map((each) => [`${each.eventID} ${each.test}`, each]))
  return [...byReport.values()]
}

/** Results in the order of time, so many together; the rest waits until it is as many. */
function inBatches(results: readonly TestResult[], size: number): Batch[] {
  const batches: Batch[] = []
  for (let at = 0; at + size <= results.length; at += size) {
    const its = results.slice(at, at + size)
    const last = its.at(-1)
    if (!last) break
    batches.push({
      timeUs: last.timeUs,
      knownUs: its.reduce((most, { recordUs }) => Math.max(most, recordUs), 0),
      failed: its.filter(({ passed }) => !passed).length,
      size: its.length,
      id: last.eventID,
    })
  }
  return batches
}
