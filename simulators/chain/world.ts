/**
 * A trade's chain as a world: days of production in as many lanes as the number of items needs,
 * Monday to Saturday, rooms measured all the time. The seed decides everything; nothing depends on
 * the clock of the machine it runs on, and memory holds the batches under way.
 */
import { allFaults, type Fault } from '#simulators/faults.ts'
import { assetKey, lotKey } from '#simulators/keys.ts'
import { chanceOf } from '#simulators/random.ts'
import { report } from '#simulators/report.ts'
import {
  type ColdPlace,
  merge,
  type Place,
  type Step,
  type Strand,
  type World,
} from '#simulators/script.ts'
import { Stage } from '#simulators/stage.ts'
import type { ItemLine } from '#simulators/truth.ts'
import { logger, room, trips } from './air.ts'
import {
  type Batch,
  batchOf,
  hours,
  type IngredientLot,
  type Lane,
  lastHour,
  momentUs,
  type Rates,
  thing,
} from './batch.ts'
import { assign, breakUp, cagesOf, haul, send, tellWarmth } from './carriage.ts'
import { Cast } from './cast.ts'
import { release, test } from './laboratory.ts'
import { lateMisdeeds } from './misdeed.ts'
import { ended, type Leftover, retail } from './outlet.ts'
import { planOf, produce } from './plant.ts'
import type { Recipe } from './recipe.ts'
import { type Sensor, thermometer } from './sites.ts'
import { ingredientLot, supply } from './supply.ts'

export interface ChainOptions {
  readonly seed: string
  /** Items at the end of the chain, at least one. */
  readonly items: number
  /** Days of production at most: more items widen the chain then. Without it they prolong it. */
  readonly days?: number | undefined
  /** Suppliers, and as many outlets: three at least. */
  readonly parties: number
  /** Batches; without it their size follows the number of items. */
  readonly lots?: number | undefined
  readonly faults: readonly Fault[]
  readonly rates: Rates
}

/** Beyond so many lanes beside each other a run gets longer: memory holds what is under way. */
const mostLanes = 16
const usualDays = 60
/** Midnight of Monday 3 March 2025 in Shenzhen. */
const startUs = Date.UTC(2025, 2, 2, 16) * 1000
const dayUs = 86_400e6
const openingHour = 0.1
/** Batches that share a lot of the ingredient. */
const sharing = 6
/** Each fault comes once in so many batches. */
const faultEvery = 10
/** Serials have five digits, and those of repacked cases begin at 50,000. */
const mostInBatch = 40_000

/** What a trade cannot do wrong. */
export function faultsFor(recipe: Recipe): Fault[] {
  const cold = ['cold_chain_break', 'hidden_cold_chain_break', 'door_opening', 'stuck_sensor']
  const sales = ['second_sale', 'expired_sale']
  const isCold = recipe.storageCelsius !== undefined
  return allFaults.filter((fault) => {
    if (cold.includes(fault)) return isCold
    return !(sales.includes(fault) && recipe.samples)
  })
}

export function chainWorld(recipe: Recipe, options: ChainOptions): World {
  const production = new Production(recipe, options)
  const { cast, lanes, toUs } = production
  return {
    name: recipe.name,
    parties: cast.firms,
    places: [...cast.places, ...lanes.flatMap((lane) => vehiclesOf(cast, lane))],
    products: cast.products,
    devices: [...cast.devices, ...lanes.flatMap(sensorsOf)],
    coldPlaces: coldPlacesOf(cast, lanes),
    fromUs: startUs,
    toUs,
    steps: () => merge(production.strands()),
  }
}

class Production {
  readonly cast: Cast
  readonly lanes: readonly Lane[]
  readonly toUs: number
  readonly #seed: string
  readonly #options: ChainOptions
  readonly #faults: readonly Fault[]
  readonly #perBatch: number
  readonly #batches: number
  readonly #tag: number

  constructor(recipe: Recipe, options: ChainOptions) {
    this.#options = options
    this.#seed = `${options.seed}/${options.items}`
    this.cast = new Cast(recipe, options.parties)
    const possible = faultsFor(recipe)
    this.#faults = options.faults.filter((fault) => possible.includes(fault))
    this.#perBatch = batchSize(options)
    this.#batches = Math.ceil(options.items / this.#perBatch)
    const days = options.days ?? Math.max(usualDays, Math.ceil(this.#batches / mostLanes))
    const laneCount = Math.ceil(this.#batches / Math.min(this.#batches, days))
    this.#tag = chanceOf(this.#seed, `${recipe.name}/tag`).whole(100, 999)
    this.lanes = Array.from({ length: laneCount }, (_, at) =>
      laneOf(this.cast, `${this.#tag}-${at + 1}`),
    )
    this.toUs = this.#midnightUs(this.#dayOf(this.#batches - 1)) + lastHour * 3600e6
  }

  *strands(): Generator<Strand> {
    const fromUs = startUs + openingHour * 3600e6
    yield { fromUs: startUs, steps: this.#opening(startUs) }
    for (const [at, sensor] of this.cast.roomSensors.entries()) {
      yield { fromUs, steps: room(this.#roomPlan(sensor, at, startUs + 3600e6)) }
    }
    const days = this.#dayOf(this.#batches - 1) + 1
    for (let day = 0; day < days; day += 1) yield* this.#day(day)
    yield { fromUs: this.toUs, steps: this.#closing() }
  }

  *#day(day: number): Generator<Strand> {
    const first = day * this.lanes.length
    const end = Math.min(first + this.lanes.length, this.#batches)
    const ordinals = Array.from({ length: end - first }, (_, at) => first + at)
    const midnightUs = this.#midnightUs(day)
    for (const ordinal of ordinals.filter((each) => each % sharing === 0)) {
      yield { fromUs: midnightUs + hours.ingredient * 3600e6, steps: this.#ingredient(ordinal) }
    }
    for (const ordinal of ordinals) {
      const batch = this.#batch(ordinal)
      const fromUs = momentUs(batch, hours.making)
      yield { fromUs, steps: merge([{ fromUs, steps: goods(batch) }, ...trips(batch)]) }
    }
  }

  #dayOf(ordinal: number): number {
    return Math.floor(ordinal / this.lanes.length)
  }

  /** Sundays are free. */
  #midnightUs(day: number): number {
    return startUs + (Math.floor(day / 6) * 7 + (day % 6)) * dayUs
  }

  #number(ordinal: number): string {
    return `${this.#tag}${String(ordinal).padStart(5, '0')}`
  }

  #batch(ordinal: number): Batch {
    const { items, rates } = this.#options
    const { cast, lanes } = this
    const lane = lanes[ordinal % lanes.length]
    const goods = cast.goods[ordinal % cast.goods.length]
    if (lane === undefined || goods === undefined) throw new Error('a chain without a lane')
    const day = this.#dayOf(ordinal)
    return batchOf({
      seed: this.#seed,
      cast,
      lane,
      ordinal,
      day,
      midnightUs: this.#midnightUs(day),
      items: Math.min(this.#perBatch, items - ordinal * this.#perBatch),
      number: this.#number(ordinal),
      goods,
      ingredient: this.#ingredientOf(ordinal),
      faults: this.#faultsOf(ordinal),
      rates,
    })
  }

  /** Each fault comes in one of ten batches, and in a short run in one of them. */
  #faultsOf(ordinal: number): Set<Fault> {
    const period = Math.min(this.#batches, faultEvery)
    return new Set(this.#faults.filter((_, at) => ordinal % period === at % period))
  }

  /** Shared by neighbours; every tenth of these lots is bad, where that is asked for. */
  #ingredientOf(ordinal: number): IngredientLot {
    const group = Math.floor(ordinal / sharing)
    const number = this.#number(group * sharing)
    const isBad = this.#faults.includes('contaminated_ingredient') && group % faultEvery === 0
    return {
      key: lotKey(this.cast.ingredient, `G${number}`),
      fault: isBad ? `contaminated_ingredient-${number}` : undefined,
    }
  }

  #ingredient(first: number): Iterable<Step> {
    const last = Math.min(first + sharing, this.#batches) - 1
    const shares = this.cast.goods.map(({ product: { gramsPerItem, ingredientShare } }) => {
      return (gramsPerItem * ingredientShare) / 1000
    })
    return ingredientLot({
      seed: this.#seed,
      cast: this.cast,
      lot: this.#ingredientOf(first),
      firstUs: this.#midnightUs(this.#dayOf(first)),
      lastUs: this.#midnightUs(this.#dayOf(last)),
      // Enough for the losses on the way.
      grams: Math.ceil(sharing * this.#perBatch * Math.max(...shares) * 1.25),
      number: this.#number(first),
    })
  }

  #roomPlan(sensor: Sensor, at: number, fromUs: number) {
    const has = (fault: Fault) => this.#faults.includes(fault)
    const stuck = at === 0 && has('stuck_sensor') ? 'stuck_sensor' : undefined
    const wide = at === 1 && has('door_opening') ? 'door_opening' : undefined
    return {
      sensor,
      chance: chanceOf(this.#seed, `room/${sensor.party}/${sensor.device}`),
      midnightUs: startUs,
      fromUs,
      toUs: this.toUs,
      fault: stuck ?? wide,
    } as const
  }

  /** Assets are tagged and sensors mounted before the first production. */
  *#opening(atUs: number): Generator<Step> {
    const { cast, lanes } = this
    const { outbound, sorter } = cast.hub
    const stage = new Stage(chanceOf(this.#seed, `${cast.recipe.name}/opening`))
    const tagging = { atUs, bizStep: 'commissioning', disposition: 'active' }
    const where = { readPoint: outbound.key, bizLocation: outbound.key }
    const assets = lanes.flatMap((lane) => [
      ...[lane.collector.key, lane.truck.key, lane.van.key],
      ...cagesOf(cast, lane),
    ])
    const sensors = [...cast.roomSensors, ...lanes.flatMap(sensorsOf)].map(({ epc }) => epc)
    const all = [...assets, ...sensors].map((key) => ({ key }))
    yield* report(sorter, stage.make(all, { ...tagging, ...where }))
    const loggers = new Set(lanes.map((lane) => lane.logger))
    const mounted = [...cast.roomSensors, ...lanes.flatMap(sensorsOf)]
    for (const sensor of mounted) {
      if (loggers.has(sensor)) continue
      const mounting = { atUs: atUs + 60e6, bizStep: 'installing', readPoint: outbound.key }
      yield* report(sorter, stage.mount(sensor.epc, sensor.asset, mounting))
    }
    for (const line of stage.standing()) yield { kind: 'truth', atUs: this.toUs, line }
  }

  /** The last message of all: the hub counts its vehicles. */
  *#closing(): Generator<Step> {
    const { outbound, outboundReader } = this.cast.hub
    const vehicles = this.lanes.flatMap(({ truck, van }) => [truck, van])
    const stage = new Stage(chanceOf(this.#seed, `${this.cast.recipe.name}/closing`))
    const counted = stage.see(vehicles.map(thing), {
      atUs: this.toUs,
      bizStep: 'cycle_counting',
      readPoint: outbound.key,
      bizLocation: outbound.key,
    })
    yield* report(outboundReader, counted)
  }
}

function batchSize({ items, lots }: ChainOptions): number {
  const usual = items <= 5000 ? 240 : items <= 1_000_000 ? 1200 : 2400
  const wanted = lots === undefined ? usual : Math.ceil(items / lots)
  return Math.max(1, Math.min(wanted, mostInBatch))
}

function laneOf(cast: Cast, name: string): Lane {
  const { firm } = cast.hub
  const { storageCelsius, rawCelsius } = cast.recipe
  const isCold = storageCelsius !== undefined
  const vehicle = (kind: string, measures: boolean) => {
    const device = `${kind}-${name}`
    const key = assetKey(firm.prefix, device.toUpperCase())
    return { key, sensor: measures ? thermometer(firm, 'fleet', device, key) : undefined }
  }
  const logger = `logger-${name}`
  return {
    name,
    collector: vehicle('collector', rawCelsius !== undefined),
    truck: vehicle('truck', isCold),
    van: vehicle('van', isCold),
    logger: isCold ? thermometer(firm, 'fleet', logger, assetKey(firm.prefix, logger)) : undefined,
  }
}

function sensorsOf({ collector, truck, van, logger }: Lane): Sensor[] {
  const all = [collector.sensor, truck.sensor, van.sensor, logger]
  return all.filter((sensor) => sensor !== undefined)
}

/** What drives, or travels along, is a place whose cold is watched, without a position. */
function vehiclesOf({ hub: { firm } }: Cast, lane: Lane): Place[] {
  return sensorsOf(lane).map(({ asset: key, device }) => ({
    key,
    party: firm.slug,
    names: { zh: `${firm.names.zh} ${device}`, en: `${firm.names.en}, ${device}` },
  }))
}

function coldPlacesOf(cast: Cast, lanes: readonly Lane[]): ColdPlace[] {
  const { storageCelsius, rawCelsius } = cast.recipe
  if (storageCelsius === undefined) return []
  const raw = rawCelsius ?? storageCelsius
  const placeOf = (key: string) => cast.places.find((place) => place.key === key)?.site ?? key
  return [
    ...lanes.flatMap((lane) =>
      sensorsOf(lane).map((sensor) => {
        const isRaw = sensor === lane.collector.sensor
        return { key: sensor.asset, isDriven: true, ...(isRaw ? raw : storageCelsius) }
      }),
    ),
    ...cast.roomSensors.map(({ asset }) => {
      return { key: placeOf(asset), isDriven: false, ...storageCelsius }
    }),
  ]
}

function* goods(batch: Batch): Generator<Step> {
  const plan = planOf(batch)
  const { pallets } = plan
  yield* supply(batch, plan.portions)
  yield* produce(batch, plan)
  yield* release(batch)
  const fromUs = momentUs(batch, hours.packed + 0.1)
  const hauling = { fromUs: momentUs(batch, hours.storing), steps: haul(batch, pallets) }
  yield* merge([{ fromUs, steps: logger(batch, pallets) }, hauling])
  const units = yield* breakUp(batch, pallets)
  const { deliveries, kept } = assign(batch, units)
  yield* send(batch, deliveries)
  yield* tellWarmth(batch, pallets, deliveries)
  const keptItems = kept.flatMap(({ items }) => items)
  const ends: ItemLine[] = ended(batch, keptItems, 'stored', batch.cast.hub.store)
  const shelves: Leftover[] = []
  const rounds = deliveries.map((delivery, at): Strand => {
    const steps = keeping(retail(batch, delivery, at === 0, ends), shelves)
    return { fromUs: delivery.arrivingUs, steps }
  })
  const testing = {
    fromUs: momentUs(batch, hours.sampling),
    steps: test(batch, deliveries, pallets),
  }
  yield* merge([...rounds, testing])
  const shelf = shelves.find(({ items }) => items.length > 1) ?? shelves[0]
  const moved = shelf && (yield* lateMisdeeds(batch, shelf.outlet, shelf.items))
  const atUs = momentUs(batch, batch.faults.has('expired_sale') ? hours.expired : hours.end)
  for (const line of batch.stage.standing()) yield { kind: 'truth', atUs, line }
  for (const end of ends) {
    yield { kind: 'truth', atUs, line: { ...end, ...moved?.get(end.key) } }
  }
}

/** Keeps what a part gives when it is done. */
function* keeping<Given>(steps: Generator<Step, Given>, kept: Given[]): Generator<Step> {
  kept.push(yield* steps)
}
