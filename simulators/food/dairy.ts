/**
 * The dairy: two farms' milk is mixed in a tank, cartons are filled from it and packed into cases
 * and on pallets, and a cooled truck takes the pallets to the distribution centre. Volumes are
 * whole millilitres, so that what goes in and what comes out balance exactly.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { itemKey, lotKey, ssccKey } from '#simulators/keys.ts'
import { report } from '#simulators/report.ts'
import type { Step } from '#simulators/script.ts'
import {
  type Batch,
  type Case,
  consignment,
  hours,
  litres,
  momentUs,
  type Pallet,
  thing,
} from './batch.ts'
import { centreReaders, dairyReaders } from './devices.ts'
import {
  carton,
  cartonMl,
  cartonsPerCase,
  caseOfCartons,
  casesPerPallet,
  centre,
  centrePlaces,
  dairy,
  dairyPlaces,
  type Farm,
  farms,
  mixes,
  pasteurised,
} from './firms.ts'
import { type RawLot, rawLotKey } from './milk.ts'

const shelfLifeUs = 7 * 86_400e6
/** What sticks to pipes and walls. */
const pasteurisingLoss = 0.01
const fillingLoss = 0.005
const cartonsPerPallet = cartonsPerCase * casesPerPallet
const palletMinutes = 20

/** One tank of pasteurised milk and the pallets that are filled from it, under one lot. */
export interface Tank {
  readonly key: string
  readonly lot: string
  readonly portions: readonly RawLot[]
  readonly fromHour: number
  /** Cartons on each pallet. */
  readonly pallets: readonly number[]
}

/**
 * What is to be made of how much raw milk: two tanks, one of them where a single carton is asked.
 */
export function tanksOf(batch: Batch): Tank[] {
  const chance = batch.chance('mixing')
  return mixes.flatMap(([first, second], index) => {
    const cartons = Math.floor((batch.items + 1 - index) / 2)
    if (cartons === 0) return []
    const count = Math.ceil(cartons / cartonsPerPallet)
    const pallets = Array.from({ length: count }, (_, at) =>
      Math.min(cartonsPerPallet, cartons - at * cartonsPerPallet),
    )
    const rawMl = Math.ceil(tankMl(pallets) / (1 - pasteurisingLoss))
    const firstMl = Math.floor((rawMl * chance.whole(40, 60)) / 100)
    const portions = [
      { farm: first, ml: firstMl },
      { farm: second, ml: rawMl - firstMl },
    ]
    const name = `${batch.number}${index + 1}`
    const fromHour = hours.tanks + index * 3
    return [{ key: lotKey(pasteurised, `T${name}`), lot: `L${name}`, portions, fromHour, pallets }]
  })
}

/** What the farms have to give for some tanks, and up to 5 % more, which stays unused. */
export function rawLotsFor(batch: Batch, tanks: readonly Tank[]): RawLot[] {
  const chance = batch.chance('milking')
  const portions = tanks.flatMap((tank) => tank.portions)
  const needed = (farm: Farm) =>
    portions.reduce((sum, portion) => sum + (portion.farm === farm ? portion.ml : 0), 0)
  return farms
    .map((farm) => ({ farm, ml: Math.floor(needed(farm) * (1 + chance.next() / 20)) }))
    .filter(({ ml }) => ml > 0)
}

/** Gives the pallets, which have arrived at the distribution centre. */
export function* process(batch: Batch, tanks: readonly Tank[]): Generator<Step, Pallet[]> {
  const pallets: Pallet[] = []
  for (const tank of tanks) {
    yield* fillTank(batch, tank)
    for (const [at, cartons] of tank.pallets.entries()) {
      const pallet = palletOf(batch, tank, pallets.length, cartons)
      const startUs = momentUs(batch, tank.fromHour, 1800 + at * palletMinutes * 60)
      yield* fillPallet(batch, tank, pallet, startUs)
      pallets.push(pallet)
    }
  }
  yield* deliver(batch, pallets)
  return pallets
}

function fillingMl(cartons: number): number {
  return Math.ceil(cartons * cartonMl * (1 + fillingLoss))
}

function tankMl(pallets: readonly number[]): number {
  return pallets.reduce((total, cartons) => total + fillingMl(cartons), 0)
}

function* fillTank(batch: Batch, tank: Tank): Generator<Step> {
  const inputs = tank.portions.map(({ farm, ml }) => litres(rawLotKey(batch, farm), ml))
  const place = dairyPlaces.hall.key
  const mixed = batch.stage.transform(inputs, [litres(tank.key, tankMl(tank.pallets))], {
    atUs: momentUs(batch, tank.fromHour),
    bizStep: 'creating_class_instance',
    disposition: 'in_progress',
    readPoint: place,
    bizLocation: place,
  })
  yield* report(dairyReaders.vats, mixed)
}

function* fillPallet(batch: Batch, tank: Tank, pallet: Pallet, startUs: number): Generator<Step> {
  const { stage } = batch
  const place = dairyPlaces.hall.key
  const where = { readPoint: place, bizLocation: place, disposition: 'in_progress' }
  const cartons = pallet.cases.flatMap((one) => one.cartons.map(thing))
  const filled = stage.transform([litres(tank.key, fillingMl(cartons.length))], cartons, {
    ...where,
    atUs: startUs,
    bizStep: 'commissioning',
    disposition: 'active',
    more: {
      ilmd: {
        'cbvmda:lotNumber': tank.lot,
        'cbvmda:itemExpirationDate': formatTimeUs(startUs + shelfLifeUs).slice(0, 10),
      },
    },
  })
  yield* report(dairyReaders.filler, filled)

  const units = [...pallet.cases, pallet].map(thing)
  const tagged = stage.make(units, {
    ...where,
    atUs: startUs + 60e6,
    bizStep: 'commissioning',
    disposition: 'active',
  })
  const packed = pallet.cases.map((one, at) =>
    stage.pack(one.key, one.cartons.map(thing), {
      ...where,
      atUs: startUs + (at + 2) * 60e6,
      bizStep: 'packing',
    }),
  )
  yield* report(dairyReaders.packer, tagged, ...packed)
  const palletised = stage.pack(pallet.key, pallet.cases.map(thing), {
    ...where,
    atUs: startUs + 900e6,
    bizStep: 'packing',
  })
  yield* report(dairyReaders.packer, palletised)
}

function palletOf(batch: Batch, tank: Tank, ordinal: number, cartons: number): Pallet {
  const lot = lotKey(carton, tank.lot)
  const serial = (number: number) => `${batch.number}${String(number).padStart(4, '0')}`
  const cases = Array.from({ length: Math.ceil(cartons / cartonsPerCase) }, (_, at): Case => {
    const from = at * cartonsPerCase
    const first = ordinal * cartonsPerPallet + from
    const count = Math.min(cartonsPerCase, cartons - from)
    return {
      key: itemKey(caseOfCartons, serial(ordinal * casesPerPallet + at)),
      cartons: Array.from({ length: count }, (__, n) => {
        return { key: itemKey(carton, serial(first + n)), lot }
      }),
    }
  })
  const unit = Number(`${batch.number.slice(-7)}${String(ordinal).padStart(2, '0')}`)
  return { key: ssccKey(dairy.prefix, unit), cases }
}

function* deliver(batch: Batch, pallets: readonly Pallet[]): Generator<Step> {
  const { stage, lane } = batch
  const goods = pallets.map(thing)
  const { coldStore, dock } = dairyPlaces
  const { inbound } = centrePlaces
  const { truck } = hours
  const stored = stage.see(goods, {
    atUs: momentUs(batch, hours.storing),
    bizStep: 'storing',
    disposition: 'in_progress',
    readPoint: coldStore.key,
    bizLocation: coldStore.key,
  })
  yield* report(dairyReaders.dock, stored)
  const loaded = stage.pack(lane.truck.key, goods, {
    atUs: momentUs(batch, truck.loading),
    bizStep: 'loading',
    disposition: 'in_progress',
    readPoint: dock.key,
  })
  yield* report(dairyReaders.dock, loaded)
  const shipped = stage.ship(goods, dock.key, {
    atUs: momentUs(batch, truck.leaving),
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: dock.key,
    more: consignment(batch, dairy, centre),
  })
  yield* report(dairyReaders.dock, shipped)
  const where = { readPoint: inbound.key, bizLocation: inbound.key, disposition: 'in_progress' }
  const arriving = momentUs(batch, truck.arriving)
  const unloading = { ...where, atUs: arriving, bizStep: 'unloading' }
  yield* report(centreReaders.inbound, stage.unpack(lane.truck.key, unloading, goods))
  const received = stage.receive(goods, inbound.key, {
    ...where,
    atUs: arriving + 300e6,
    bizStep: 'receiving',
    more: consignment(batch, dairy, centre),
  })
  yield* report(centreReaders.inbound, received)
}
