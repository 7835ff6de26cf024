/**
 * From the suppliers to the plant: each of two suppliers makes a lot for a batch, a truck collects
 * them, the plant takes them in. The shared ingredient comes by itself, for many batches at once.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { lotKey } from '#simulators/keys.ts'
import { chanceOf } from '#simulators/random.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import { Stage } from '#simulators/stage.ts'
import { type Batch, bulk, consignment, hours, type IngredientLot, momentUs } from './batch.ts'
import type { Cast, Source } from './cast.ts'
import { tellFault } from './fault.ts'

/** What one supplier gives to a batch, and what is left of it after the plant's first step. */
export interface Portion {
  readonly source: Source
  readonly raw: string
  /** The number it is shipped under, which may be another one. */
  readonly shippedAs: string
  readonly rawGrams: number
  readonly prepared: string
  readonly preparedGrams: number
}

/** Two portions that together are so many grams when they are prepared. */
export function portionsOf(batch: Batch, preparedGrams: number): Portion[] {
  const { cast, goods, ordinal, number, faults } = batch
  const first = Math.floor((preparedGrams * batch.chance('portions').whole(40, 60)) / 100)
  return [first, preparedGrams - first].map((grams, at) => {
    const regular = cast.sources[(2 * ordinal + at) % cast.sources.length] ?? cast.rogue
    const source = at === 1 && faults.has('unlicensed_supplier') ? cast.rogue : regular
    const raw = lotKey(goods.raw, `R${number}-${at + 1}`)
    return {
      source,
      raw,
      shippedAs: at === 0 && faults.has('lot_swap') ? `${raw}X` : raw,
      rawGrams: Math.ceil((grams * 1000) / cast.recipe.yields.preparing),
      prepared: lotKey(goods.prepared, `P${number}-${at + 1}`),
      preparedGrams: grams,
    }
  })
}

/** The raw lots are made, collected, and stand at the plant's intake. */
export function* supply(batch: Batch, portions: readonly Portion[]): Generator<Step> {
  const { stage, cast, lane } = batch
  const amountOf = ({ shippedAs, rawGrams }: Portion) => [bulk(cast, shippedAs, rawGrams)]
  for (const [at, portion] of portions.entries()) {
    const { yard, gate } = portion.source
    const made = stage.make([bulk(cast, portion.raw, portion.rawGrams)], {
      atUs: momentUs(batch, hours.making, at * 420),
      bizStep: 'commissioning',
      disposition: 'active',
      readPoint: yard.key,
      bizLocation: yard.key,
      more: { ilmd: { 'cbvmda:countryOfOrigin': 'CN' } },
    })
    yield* report(gate, made)
  }
  for (const portion of portions) {
    if (portion.shippedAs !== portion.raw) yield* swap(batch, portion)
  }
  for (const [at, portion] of portions.entries()) {
    const { yard, gate, firm } = portion.source
    const readPoint = yard.key
    const stop = momentUs(batch, hours.collector.firstStop + at)
    const loading = { atUs: stop, bizStep: 'loading', disposition: 'in_progress', readPoint }
    yield* report(gate, stage.pack(lane.collector.key, amountOf(portion), loading))
    const shipped = stage.ship(amountOf(portion), readPoint, {
      atUs: stop + 600e6,
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint,
      more: consignment(batch, firm, cast.plant.firm),
    })
    yield* report(gate, shipped)
    if (firm === cast.rogue.firm) {
      yield* tellFault(shipped.atUs, {
        fault: 'unlicensed_supplier',
        id: `unlicensed_supplier-${batch.number}`,
        subject: firm.pgln,
        happenedUs: shipped.atUs,
        knowableUs: shipped.atUs,
        acts: [shipped],
        note: `${portion.shippedAs} comes from ${firm.slug}, whose licence has run out`,
      })
    }
  }
  yield* takeIn(batch, portions)
}

/** Nobody reports it: the label is changed, and the goods are the same. */
function* swap(batch: Batch, { raw, shippedAs, rawGrams }: Portion): Generator<Step> {
  const { cast, number } = batch
  const atUs = momentUs(batch, hours.swapping)
  const inputs = [bulk(cast, raw, rawGrams)]
  const outputs = [bulk(cast, shippedAs, rawGrams)]
  const time = formatTimeUs(atUs)
  yield { kind: 'truth', atUs, line: { kind: 'becomes', time, inputs, outputs, eventIDs: [] } }
  yield* tellFault(atUs, {
    fault: 'lot_swap',
    id: `lot_swap-${number}`,
    subject: shippedAs,
    happenedUs: atUs,
    // It is shipped, and was never made.
    knowableUs: momentUs(batch, hours.collector.firstStop, 600),
    note: `${raw} goes on as ${shippedAs}`,
  })
}

function* takeIn(batch: Batch, portions: readonly Portion[]): Generator<Step> {
  const { stage, cast, lane } = batch
  const { intake, intakeReader, firm } = cast.plant
  const where = { readPoint: intake.key, bizLocation: intake.key, disposition: 'in_progress' }
  for (const [at, { source, shippedAs, rawGrams }] of portions.entries()) {
    const goods = [bulk(cast, shippedAs, rawGrams)]
    const atUs = momentUs(batch, hours.collector.intake, at * 600)
    const unloading = { ...where, atUs, bizStep: 'unloading' }
    yield* report(intakeReader, stage.unpack(lane.collector.key, unloading, goods))
    const received = stage.receive(goods, intake.key, {
      ...where,
      atUs: atUs + 120e6,
      bizStep: 'receiving',
      more: consignment(batch, source.firm, firm),
    })
    yield* report(intakeReader, received)
  }
}

export interface IngredientPlan {
  readonly seed: string
  readonly cast: Cast
  readonly lot: IngredientLot
  /** Midnight of the first day on which it is used, and of the last. */
  readonly firstUs: number
  readonly lastUs: number
  readonly grams: number
  readonly number: string
}

/** Made, shipped and received in the night before its first use; a bad one is tested at last. */
export function* ingredientLot(plan: IngredientPlan): Generator<Step> {
  const { seed, cast, lot, number, grams } = plan
  const { plant, ingredientMaker: maker } = cast
  const stage = new Stage(chanceOf(seed, `${cast.recipe.name}/ingredient/${number}`))
  const goods = [bulk(cast, lot.key, grams)]
  const yard = { readPoint: maker.yard.key, bizLocation: maker.yard.key }
  const atUs = momentUs({ midnightUs: plan.firstUs }, hours.ingredient)
  const making = { ...yard, atUs, bizStep: 'commissioning', disposition: 'active' }
  yield* report(maker.gate, stage.make(goods, making))
  const papers = consignment({ number }, maker.firm, plant.firm)
  const shipped = stage.ship(goods, maker.yard.key, {
    atUs: atUs + 3600e6,
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: maker.yard.key,
    more: papers,
  })
  yield* report(maker.gate, shipped)
  const received = stage.receive(goods, plant.intake.key, {
    atUs: atUs + 2 * 3600e6,
    bizStep: 'receiving',
    disposition: 'in_progress',
    readPoint: plant.intake.key,
    bizLocation: plant.intake.key,
    more: papers,
  })
  yield* report(plant.intakeReader, received)
  if (lot.fault !== undefined) yield* failed(plan, stage, lot.fault, atUs)
}

/** The maker's own late test of the lot, when all that was made of it has been sold. */
function* failed(plan: IngredientPlan, stage: Stage, id: string, madeUs: number): Generator<Step> {
  const { cast, lot } = plan
  const { yard, gate } = cast.laboratory
  const tested = stage.see([bulk(cast, lot.key, 1)], {
    atUs: momentUs({ midnightUs: plan.lastUs }, hours.end - 4),
    bizStep: 'inspecting',
    disposition: 'non_conformant',
    readPoint: yard.key,
    more: testReport(`${plan.number}-I`, cast),
  })
  yield* report(gate, tested)
  yield* tellFault(tested.atUs, {
    fault: 'contaminated_ingredient',
    id,
    subject: lot.key,
    happenedUs: madeUs,
    knowableUs: tested.atUs,
    acts: [tested],
    note: `contaminated when it was made, ${formatTimeUs(madeUs)}`,
  })
}

export function testReport(number: string, cast: Cast): Record<string, unknown> {
  const { pgln } = cast.laboratory.firm
  const bizTransaction = `urn:epcglobal:cbv:bt:${pgln.slice(-13)}:TEST-${number}`
  return { bizTransactionList: [{ type: 'testres', bizTransaction }] }
}
