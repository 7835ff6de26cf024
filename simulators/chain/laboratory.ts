/**
 * What laboratories say of a batch: a test at the plant before it is stored, a sample drawn before
 * witnesses where the trade wants one, and the test that fails when the goods are out.
 */
import { itemKey, lotKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import type { Amount } from '#simulators/truth.ts'
import { type Batch, bulk, consignment, hours, momentUs, type Pallet, thing } from './batch.ts'
import type { Delivery } from './carriage.ts'
import { tellFault } from './fault.ts'
import { itemsOn } from './plant.ts'
import { testReport } from './supply.ts'

const sampleGrams = 2000

/** The test that lets a batch go. */
export function* release(batch: Batch): Generator<Step> {
  const { gate } = batch.cast.laboratory
  yield* report(gate, tested(batch, 'A', [lotOf(batch)], hours.packed, 'conformant'))
}

/** Sample, laboratory and report; the report is bad where the batch is to fail. */
export function* test(
  batch: Batch,
  deliveries: readonly Delivery[],
  pallets: readonly Pallet[],
): Generator<Step> {
  const fails = batch.faults.has('failed_test')
  const [first] = deliveries
  const { samples } = batch.cast.recipe
  const sample = samples && first !== undefined ? yield* draw(batch, first) : undefined
  if (!fails && sample === undefined) return
  const what = [lotOf(batch), ...(sample === undefined ? [] : [thing({ key: sample })])]
  const disposition = fails ? 'non_conformant' : 'conformant'
  const act = tested(batch, 'B', what, hours.testing, disposition)
  yield* report(batch.cast.laboratory.gate, act)
  if (!fails) return
  yield* tellFault(act.atUs, {
    fault: 'failed_test',
    id: `failed_test-${batch.number}`,
    subject: lotKey(batch.goods.item, batch.lot),
    happenedUs: act.atUs,
    knowableUs: act.atUs,
    acts: [act],
    note: 'its items are in the shops',
    items: pallets.flatMap(itemsOn).map(({ key }) => key),
  })
}

function lotOf(batch: Batch): Amount {
  return { key: lotKey(batch.goods.item, batch.lot), quantity: batch.items }
}

function tested(
  batch: Batch,
  part: string,
  goods: readonly Amount[],
  hour: number,
  disposition: string,
) {
  const { yard } = batch.cast.laboratory
  return batch.stage.see(goods, {
    atUs: momentUs(batch, hour, 60),
    bizStep: 'inspecting',
    disposition,
    readPoint: yard.key,
    more: testReport(`${batch.number}-${part}`, batch.cast),
  })
}

/** Drawn at the first site, sealed, and brought to the laboratory. */
function* draw(batch: Batch, { outlet }: Delivery): Generator<Step, string> {
  const { stage, goods, cast } = batch
  const { laboratory } = cast
  const lot = lotKey(goods.item, batch.lot)
  const sample = itemKey(goods.sample, batch.number)
  const { store, handheld } = outlet
  const where = { readPoint: store.key, bizLocation: store.key }
  const atUs = momentUs(batch, hours.sampling)
  const drawn = stage.transform([bulk(cast, lot, sampleGrams)], [{ key: sample }], {
    ...where,
    atUs,
    bizStep: 'sampling',
    disposition: 'active',
  })
  yield* report(handheld, drawn)
  const shipped = stage.ship([{ key: sample }], store.key, {
    atUs: atUs + 1800e6,
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: store.key,
    more: consignment(batch, outlet.firm, laboratory.firm),
  })
  yield* report(handheld, shipped)
  const { yard, gate } = laboratory
  const received = stage.receive([{ key: sample }], yard.key, {
    atUs: atUs + 3 * 3600e6,
    bizStep: 'receiving',
    disposition: 'in_progress',
    readPoint: yard.key,
    bizLocation: yard.key,
    more: consignment(batch, outlet.firm, laboratory.firm),
  })
  yield* report(gate, received)
  return sample
}
