/**
 * From the distribution centre to the customer: pallets are broken up, cases go into the roll cage
 * of a shop, a van takes the cages round, and each shop opens cases, fills its shelf and sells.
 * Some cases stay behind at the centre, some stay shut in a shop, and some cartons stay on the
 * shelf.
 */
import type { Chance } from '#simulators/random.ts'
import { report } from '#simulators/report.ts'
import { merge, type Place, type Step, type Strand } from '#simulators/script.ts'
import type { ItemLine } from '#simulators/truth.ts'
import {
  type Batch,
  type Carton,
  type Case,
  consignment,
  hours,
  momentUs,
  type Pallet,
  thing,
} from './batch.ts'
import { centreReaders, rollCage, type ShopDevices, shopDevices } from './devices.ts'
import { centre, centrePlaces } from './firms.ts'

/** Shares of the cases of a batch that stay at the centre, and of a shop's that stay shut. */
const leftAtCentre = 0.08
const leftShut = 0.15
/** Share of the cartons on a shelf that are sold before the two days of sale are over. */
const soldShare = 0.8

interface Delivery {
  readonly devices: ShopDevices
  readonly cage: string
  readonly cases: readonly Case[]
  readonly arrivingUs: number
}

/** Gives where every carton of the batch has ended. */
export function* distribute(batch: Batch, pallets: readonly Pallet[]): Generator<Step, ItemLine[]> {
  yield* breakUp(batch, pallets)
  const { deliveries, kept } = assign(
    batch,
    pallets.flatMap(({ cases }) => cases),
  )
  yield* send(batch, deliveries)
  const ends = ended(batch, cartonsOf(kept), 'stored', centrePlaces.coldStore)
  const rounds = deliveries.map((delivery): Strand => {
    return { fromUs: delivery.arrivingUs, steps: retail(batch, delivery, ends) }
  })
  yield* merge(rounds)
  return ends
}

/** Every second unpacking names no children, which means all of them [EPCIS 7.4.3]. */
function* breakUp(batch: Batch, pallets: readonly Pallet[]): Generator<Step> {
  const place = centrePlaces.coldStore.key
  for (const [at, { key, cases }] of pallets.entries()) {
    const occasion = {
      atUs: momentUs(batch, hours.sorting, at * 300),
      bizStep: 'unpacking',
      disposition: 'in_progress',
      readPoint: place,
      bizLocation: place,
    }
    const named = at % 2 === 0 ? cases.map(thing) : undefined
    yield* report(centreReaders.sorter, batch.stage.unpack(key, occasion, named))
  }
}

function assign(batch: Batch, cases: readonly Case[]): { deliveries: Delivery[]; kept: Case[] } {
  const chance = batch.chance('sorting')
  const centreItself = -1
  const goesTo = cases.map(() =>
    chance.happens(leftAtCentre) ? centreItself : chance.whole(0, shopDevices.length - 1),
  )
  const casesOf = (target: number) => cases.filter((_, at) => goesTo[at] === target)
  const deliveries = shopDevices.map((devices, index) => ({
    devices,
    cage: rollCage(batch.lane, batch.day, index),
    cases: casesOf(index),
    arrivingUs: momentUs(batch, hours.van.firstShop + index * hours.van.hoursPerShop),
  }))
  return {
    deliveries: deliveries.filter((delivery) => delivery.cases.length > 0),
    kept: casesOf(centreItself),
  }
}

function* send(batch: Batch, deliveries: readonly Delivery[]): Generator<Step> {
  const { stage, lane } = batch
  const { coldStore, outbound } = centrePlaces
  for (const [index, { cage, cases }] of deliveries.entries()) {
    const filled = stage.pack(cage, cases.map(thing), {
      atUs: momentUs(batch, hours.filledCages, index * 600),
      bizStep: 'packing',
      disposition: 'in_progress',
      readPoint: coldStore.key,
      bizLocation: coldStore.key,
    })
    yield* report(centreReaders.sorter, filled)
  }
  if (deliveries.length === 0) return
  const loaded = stage.pack(
    lane.van.key,
    deliveries.map(({ cage }) => ({ key: cage })),
    {
      atUs: momentUs(batch, hours.van.loading),
      bizStep: 'loading',
      disposition: 'in_progress',
      readPoint: outbound.key,
    },
  )
  yield* report(centreReaders.outbound, loaded)
  for (const [index, { cage, devices }] of deliveries.entries()) {
    const shipped = stage.ship([{ key: cage }], outbound.key, {
      atUs: momentUs(batch, hours.van.leaving, index),
      bizStep: 'shipping',
      disposition: 'in_transit',
      readPoint: outbound.key,
      more: consignment(batch, centre, devices.shop.firm),
    })
    yield* report(centreReaders.outbound, shipped)
  }
}

function* retail(batch: Batch, delivery: Delivery, ends: ItemLine[]): Generator<Step> {
  const { devices, cases } = delivery
  const { shop } = devices
  const chance = batch.chance(`retail/${shop.site}`)
  yield* take(batch, delivery)
  const [shut, opened] = split(cases, () => chance.happens(leftShut))
  yield* stock(batch, devices, opened)
  const [sold, unsold] = split(cartonsOf(opened), () => chance.happens(soldShare))
  ends.push(...ended(batch, cartonsOf(shut), 'stored', shop.chiller))
  ends.push(...ended(batch, sold, 'sold', shop.till))
  ends.push(...ended(batch, unsold, 'on_shelf', shop.floor))
  yield* sell(batch, devices, sold, chance)
}

function split<T>(list: readonly T[], takes: () => boolean): [T[], T[]] {
  const taken = list.map(takes)
  return [list.filter((_, at) => taken[at]), list.filter((_, at) => !taken[at])]
}

/** The cage comes in at the back door, is read, and is emptied into the chiller. */
function* take(batch: Batch, delivery: Delivery): Generator<Step> {
  const { stage, lane } = batch
  const { devices, cage, arrivingUs } = delivery
  const { shop, backDoor } = devices
  const at = { readPoint: shop.backDoor.key, bizLocation: shop.backDoor.key }
  const where = { ...at, disposition: 'in_progress' }
  const goods = [{ key: cage }]
  const unloading = { ...where, atUs: arrivingUs, bizStep: 'unloading' }
  yield* report(backDoor, stage.unpack(lane.van.key, unloading, goods))
  const received = stage.receive(goods, shop.backDoor.key, {
    ...where,
    atUs: arrivingUs + 120e6,
    bizStep: 'receiving',
    more: consignment(batch, centre, shop.firm),
  })
  yield* report(backDoor, received)
  const emptied = stage.unpack(cage, {
    atUs: arrivingUs + 900e6,
    bizStep: 'unpacking',
    disposition: 'in_progress',
    readPoint: shop.backDoor.key,
    bizLocation: shop.chiller.key,
  })
  yield* report(backDoor, emptied)
}

function* stock(batch: Batch, devices: ShopDevices, cases: readonly Case[]): Generator<Step> {
  const { shop, handheld } = devices
  for (const [at, { key, cartons }] of cases.entries()) {
    const atUs = momentUs(batch, hours.opening, at * 30)
    const emptied = batch.stage.unpack(key, {
      atUs,
      bizStep: 'unpacking',
      disposition: 'in_progress',
      readPoint: shop.chiller.key,
      bizLocation: shop.chiller.key,
    })
    const stocked = batch.stage.see(cartons.map(thing), {
      atUs: atUs + 15e6,
      bizStep: 'stocking',
      disposition: 'sellable_accessible',
      readPoint: shop.floor.key,
      bizLocation: shop.floor.key,
    })
    yield* report(handheld, emptied, stocked)
  }
}

/** Receipts of one to three cartons, between 9 and 21 o'clock of two days. */
function* sell(
  batch: Batch,
  devices: ShopDevices,
  cartons: readonly Carton[],
  chance: Chance,
): Generator<Step> {
  const receipts: { atUs: number; goods: Carton[] }[] = []
  for (let from = 0; from < cartons.length; ) {
    const goods = cartons.slice(from, from + chance.whole(1, 3))
    const hour = hours.selling + (chance.happens(0.5) ? 24 : 0)
    receipts.push({ atUs: momentUs(batch, hour, chance.whole(0, 12 * 3600)), goods })
    from += goods.length
  }
  receipts.sort((a, b) => a.atUs - b.atUs)
  for (const { atUs, goods } of receipts) {
    const sale = batch.stage.see(goods.map(thing), {
      atUs,
      bizStep: 'retail_selling',
      disposition: 'retail_sold',
      readPoint: devices.shop.till.key,
    })
    yield* report(devices.till, sale)
  }
}

function cartonsOf(cases: readonly Case[]): Carton[] {
  return cases.flatMap(({ cartons }) => cartons)
}

function ended(
  batch: Batch,
  cartons: readonly Carton[],
  state: ItemLine['state'],
  place: Place,
): ItemLine[] {
  return cartons.map(({ key, lot }) => {
    const containers = batch.stage.containersOf(key)
    return { kind: 'item', key, lot, state, place: place.key, containers }
  })
}
