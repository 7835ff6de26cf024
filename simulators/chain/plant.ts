/**
 * The plant: raw lots are prepared, mixed with each other and the shared ingredient, and packed as
 * serialised items in cases on pallets. What goes in and what comes out balance, unless the batch
 * is diluted.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { drugCodeKey, itemKey, lotKey, ssccKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import {
  type Batch,
  bulk,
  hours,
  type Item,
  momentUs,
  type Pallet,
  thing,
  type Unit,
} from './batch.ts'
import type { Firm } from './cast.ts'
import { tellFault, tellTouched } from './fault.ts'
import { type Portion, portionsOf } from './supply.ts'

const dayUs = 86_400e6
/** What is taken of everything else where a batch is diluted with water. */
const dilutedShare = 700
const mostPalletMinutes = 15

/** What a batch is to be made of. */
export interface Plan {
  readonly portions: readonly Portion[]
  readonly ingredientGrams: number
  readonly mixed: string
  readonly mixedGrams: number
  readonly pallets: readonly Pallet[]
}

export function planOf(batch: Batch): Plan {
  const { yields } = batch.cast.recipe
  const pallets = palletsOf(batch)
  const mixedGrams = pallets.reduce((sum, pallet) => sum + fillingGrams(batch, pallet), 0)
  const needed = Math.ceil((mixedGrams * 1000) / yields.mixing)
  const given = batch.faults.has('dilution') ? Math.ceil((needed * dilutedShare) / 1000) : needed
  const share = batch.goods.product.ingredientShare
  const ingredientGrams = Math.ceil((given * share) / 1000)
  return {
    portions: portionsOf(batch, given - ingredientGrams),
    ingredientGrams,
    mixed: lotKey(batch.goods.mixed, `B${batch.number}`),
    mixedGrams,
    pallets,
  }
}

function fillingGrams(batch: Batch, { units }: Pallet): number {
  const items = units.reduce((sum, unit) => sum + unit.items.length, 0)
  const grams = items * batch.goods.product.gramsPerItem
  return Math.ceil((grams * 1000) / batch.cast.recipe.yields.packing)
}

/** Gives when the last of it is palletised. */
export function* produce(batch: Batch, plan: Plan): Generator<Step> {
  const { number, faults, ingredient } = batch
  for (const [at, portion] of plan.portions.entries()) {
    yield* prepare(batch, portion, at)
  }
  yield* mix(batch, plan)
  const slotSeconds = Math.min(
    mostPalletMinutes * 60,
    Math.floor(((hours.packed - hours.packing) * 3600) / plan.pallets.length),
  )
  for (const [at, pallet] of plan.pallets.entries()) {
    yield* pack(batch, plan, pallet, momentUs(batch, hours.packing, at * slotSeconds), slotSeconds)
  }
  if (ingredient.fault !== undefined) {
    const items = plan.pallets.flatMap(itemsOn).map(({ key }) => key)
    yield* tellTouched(momentUs(batch, hours.packed), ingredient.fault, items)
  }
  if (!faults.has('lot_swap')) return
  const items = plan.pallets.flatMap(itemsOn).map(({ key }) => key)
  yield* tellTouched(momentUs(batch, hours.packed), `lot_swap-${number}`, items)
}

export function itemsOn({ units }: Pallet): Item[] {
  return units.flatMap(({ items }) => items)
}

function* prepare(batch: Batch, portion: Portion, at: number): Generator<Step> {
  const { cast, stage } = batch
  const { hall, line } = cast.plant
  const { shippedAs, rawGrams, prepared, preparedGrams } = portion
  const [raw, ready] = [bulk(cast, shippedAs, rawGrams), bulk(cast, prepared, preparedGrams)]
  const done = stage.transform([raw], [ready], {
    atUs: momentUs(batch, hours.preparing, at * 1800),
    bizStep: batch.cast.recipe.steps.preparing,
    disposition: 'in_progress',
    readPoint: hall.key,
    bizLocation: hall.key,
  })
  yield* report(line, done)
}

function* mix(batch: Batch, plan: Plan): Generator<Step> {
  const { cast, stage, ingredient } = batch
  const { hall, line } = cast.plant
  const inputs = [
    ...plan.portions.map(({ prepared, preparedGrams }) => bulk(cast, prepared, preparedGrams)),
    bulk(cast, ingredient.key, plan.ingredientGrams),
  ]
  const mixed = stage.transform(inputs, [bulk(cast, plan.mixed, plan.mixedGrams)], {
    atUs: momentUs(batch, hours.mixing),
    bizStep: cast.recipe.steps.mixing,
    disposition: 'in_progress',
    readPoint: hall.key,
    bizLocation: hall.key,
  })
  yield* report(line, mixed)
  if (!batch.faults.has('dilution')) return
  yield* tellFault(mixed.atUs, {
    fault: 'dilution',
    id: `dilution-${batch.number}`,
    subject: plan.mixed,
    happenedUs: mixed.atUs,
    knowableUs: mixed.atUs,
    acts: [mixed],
    note: 'a third more comes out than went in',
    items: plan.pallets.flatMap(itemsOn).map(({ key }) => key),
  })
}

/** All of a pallet within its slot: items, tags of cases and pallet, cases, pallet. */
function* pack(
  batch: Batch,
  plan: Plan,
  pallet: Pallet,
  startUs: number,
  slotSeconds: number,
): Generator<Step> {
  const { stage, goods, cast } = batch
  const { hall, line, packer } = cast.plant
  const where = { readPoint: hall.key, bizLocation: hall.key }
  const mixture = bulk(cast, plan.mixed, fillingGrams(batch, pallet))
  const items = itemsOn(pallet).map(thing)
  const expiry = formatTimeUs(startUs + batch.shelfDays * dayUs + 8 * 3600e6).slice(0, 10)
  const filled = stage.transform([mixture], items, {
    ...where,
    atUs: startUs,
    bizStep: 'commissioning',
    disposition: 'active',
    more: { ilmd: { 'cbvmda:lotNumber': batch.lot, 'cbvmda:itemExpirationDate': expiry } },
  })
  yield* report(line, filled)
  const cased = goods.product.case === undefined ? [] : pallet.units
  const step = (share: number) => startUs + Math.floor(slotSeconds * share) * 1e6
  const tagged = stage.make([...cased, pallet].map(thing), {
    ...where,
    atUs: step(0.1),
    bizStep: 'commissioning',
    disposition: 'active',
  })
  const packing = { ...where, bizStep: 'packing', disposition: 'in_progress' }
  const packed = cased.map((unit, at) => {
    const atUs = step(0.15 + (0.6 * at) / cased.length)
    return stage.pack(unit.key, unit.items.map(thing), { ...packing, atUs })
  })
  yield* report(packer, tagged, ...packed)
  const atUs = step(0.85)
  yield* report(packer, stage.pack(pallet.key, pallet.units.map(thing), { ...packing, atUs }))
}

function palletsOf(batch: Batch): Pallet[] {
  const { product } = batch.goods
  const perUnit = product.case === undefined ? 1 : product.itemsPerCase
  const chance = batch.chance('pallets')
  const pallets: Pallet[] = []
  for (let made = 0, unitNumber = 0; made < batch.items; ) {
    const isPartial = chance.happens(batch.rates.partialPallets)
    const room = isPartial
      ? Math.ceil((product.unitsPerPallet * chance.whole(30, 90)) / 100)
      : product.unitsPerPallet
    const units: Unit[] = []
    while (units.length < room && made < batch.items) {
      const count = Math.min(perUnit, batch.items - made)
      units.push(unitOf(batch, unitNumber, made, count))
      unitNumber += 1
      made += count
    }
    pallets.push({ key: unitKeyOf(batch, batch.cast.plant.firm, pallets.length), units })
  }
  return pallets
}

function unitOf(batch: Batch, unitNumber: number, first: number, count: number): Unit {
  const lot = lotKey(batch.goods.item, batch.lot)
  const items = Array.from({ length: count }, (_, at) => ({
    key: itemKeyOf(batch, first + at),
    lot,
  }))
  const [only] = items
  if (batch.goods.product.case === undefined && only !== undefined) return { key: only.key, items }
  return { key: caseKeyOf(batch, unitNumber), items }
}

/** The n-th pallet or load of a batch, n below 1000. */
export function unitKeyOf({ number }: Batch, { prefix }: Firm, n: number): string {
  return ssccKey(prefix, Number(`${number.slice(-7)}${String(n).padStart(3, '0')}`))
}

export function itemKeyOf({ goods, number }: Batch, n: number): string {
  const unit = `${number}${String(n).padStart(5, '0')}`
  const { drugCodes } = goods.product
  return drugCodes === undefined ? itemKey(goods.item, unit) : drugCodeKey(drugCodes.item, unit)
}

export function caseKeyOf({ goods, number }: Batch, n: number): string {
  const unit = `${number}${String(n).padStart(5, '0')}`
  const { drugCodes } = goods.product
  return drugCodes === undefined ? itemKey(goods.case, unit) : drugCodeKey(drugCodes.case, unit)
}
