/**
 * One production of one day in one lane, from its raw material to the last sale: what its parts
 * share, and the hours at which they run. Hours count from local midnight and go on past 24.
 */
import type { Fault } from '#simulators/faults.ts'
import { type Chance, chanceOf } from '#simulators/random.ts'
import { Stage } from '#simulators/stage.ts'
import type { Amount } from '#simulators/truth.ts'
import type { Cast, Firm, Goods } from './cast.ts'
import type { Sensor } from './sites.ts'

/** What is used again every day by one line of production. */
export interface Lane {
  /** Digits of the seed and the number of the lane: no other run has its vehicles and cages. */
  readonly name: string
  readonly collector: Vehicle
  readonly truck: Vehicle
  readonly van: Vehicle
  /** Travels inside the first pallet of a batch. */
  readonly logger: Sensor | undefined
}

export interface Vehicle {
  readonly key: string
  /** Where goods must be kept cold. */
  readonly sensor: Sensor | undefined
}

export interface Item {
  readonly key: string
  readonly lot: string
}

/** A case with its items; where a product has no cases, an item by itself under its own key. */
export interface Unit {
  readonly key: string
  readonly items: readonly Item[]
}

export interface Pallet {
  readonly key: string
  readonly units: readonly Unit[]
}

/** A lot of the ingredient that many batches share. */
export interface IngredientLot {
  readonly key: string
  /** The fault's id where it is contaminated. */
  readonly fault: string | undefined
}

export interface Rates {
  /** Share of pallets that are not filled. */
  readonly partialPallets: number
  /** Share of cases whose items go into another case at the hub. */
  readonly repacking: number
}

export interface BatchPlan {
  readonly seed: string
  readonly cast: Cast
  readonly lane: Lane
  readonly ordinal: number
  readonly day: number
  readonly midnightUs: number
  readonly items: number
  /** Digits that no other batch of this seed has: three and five. */
  readonly number: string
  readonly goods: Goods
  readonly ingredient: IngredientLot
  readonly faults: ReadonlySet<Fault>
  readonly rates: Rates
}

export interface Batch extends Omit<BatchPlan, 'seed'> {
  readonly stage: Stage
  /** The lot of its items. */
  readonly lot: string
  /** Days after the day of making at whose end its items expire. */
  readonly shelfDays: number
  /** A stream of its own for each part, so that one part's draws never move another's. */
  chance(part: string): Chance
}

/** With an expired sale to come, a batch is short-dated. */
const shortDays = 4

export function batchOf({ seed, ...plan }: BatchPlan): Batch {
  const { recipe } = plan.cast
  const chance = (part: string) => chanceOf(seed, `${recipe.name}/${plan.number}/${part}`)
  const { shelfLifeDays } = plan.goods.product
  const shelfDays = plan.faults.has('expired_sale') ? shortDays : shelfLifeDays
  return {
    ...plan,
    stage: new Stage(chance('events')),
    lot: `L${plan.number}`,
    shelfDays,
    chance,
  }
}

export const hours = {
  ingredient: 0.5,
  making: 5,
  swapping: 5.5,
  collector: { from: 5.5, firstStop: 6, intake: 8.5, to: 9.5 },
  preparing: 10,
  mixing: 11.5,
  packing: 14,
  packed: 19.5,
  storing: 20,
  dockTrouble: { from: 20.5, to: 24.5 },
  truck: { from: 26.5, loading: 27, leaving: 27.25, arriving: 28.5, to: 29 },
  breaking: 30,
  repacking: 31.5,
  filling: 33,
  van: { from: 51.5, loading: 52, leaving: 52.25, firstStop: 53.5, to: 57.5 },
  /** The van's stops share these hours. */
  stops: 3,
  stocking: 57.5,
  ending: 58,
  testing: 62,
  sampling: 57.25,
  returning: 94.5,
  recalling: 96,
  /** Nothing of a batch moves any more, but what expires first and is sold then. */
  end: 100,
  expired: 24 * (shortDays + 2) + 10,
} as const

export const lastHour = 170

export function momentUs(batch: Pick<Batch, 'midnightUs'>, hour: number, seconds = 0): number {
  return batch.midnightUs + Math.round(hour * 3600 + seconds) * 1e6
}

/** An amount of bulk, in the unit of its trade. */
export function bulk({ recipe: { uom } }: Cast, key: string, grams: number): Amount {
  return { key, quantity: grams / 1000, uom }
}

export function thing({ key }: { readonly key: string }): Amount {
  return { key }
}

/** Who sends to whom, under which despatch advice. */
export function consignment(batch: Pick<Batch, 'number'>, from: Firm, to: Firm) {
  const advice = `urn:epcglobal:cbv:bt:${from.pgln.slice(-13)}:${batch.number}-${to.slug}`
  return {
    bizTransactionList: [{ type: 'desadv', bizTransaction: advice }],
    sourceList: [{ type: 'possessing_party', source: from.pgln }],
    destinationList: [{ type: 'possessing_party', destination: to.pgln }],
  }
}
