/**
 * The milk chain as a world: days of production in as many lanes as the number of cartons needs,
 * cold rooms measured all the time, vehicles on their trips. The seed decides everything; nothing
 * depends on the clock of the machine it runs on.
 */

import { coldRoom, measure, type Opening } from '#simulators/climate.ts'
import { chanceOf } from '#simulators/random.ts'
import { simpleTelemetry } from '#simulators/report.ts'
import { merge, type Step, type Strand, type World } from '#simulators/script.ts'
import { type Batch, batchOf, hours, momentUs } from './batch.ts'
import { process, rawLotsFor, tanksOf } from './dairy.ts'
import { devices, type Lane, lanes, roomSensors, type Sensor } from './devices.ts'
import { firms, places, products } from './firms.ts'
import { closing, opening } from './inventory.ts'
import { milkFrom } from './milk.ts'
import { distribute } from './retail.ts'
import { trips } from './trips.ts'

/** Midnight of Monday 3 March 2025 in Shenzhen. */
const startUs = Date.UTC(2025, 2, 2, 16) * 1000
const dayUs = 86_400e6
const itemsPerBatch = 1200
/** More items than these days can make widen the chain instead of lengthening it. */
const mostDays = 60
/** Assets are tagged, sensors mounted and rooms watched before the first milking. */
const openingHour = 4
const roomEveryUs = 900e6
const doorHours = [6.5, 10, 14, 17.5, 20]

export interface FoodOptions {
  readonly seed: string
  /** Cartons of milk, at least one. */
  readonly items: number
}

/**
 * The same seed with another number of items is another world, with keys and eventIDs of its own.
 */
export function foodWorld({ seed, items }: FoodOptions): World {
  const options = { seed: `${seed}/${items}`, items }
  const batchCount = Math.ceil(items / itemsPerBatch)
  const days = Math.min(batchCount, mostDays)
  const all = lanes(Math.ceil(batchCount / days))
  const toUs = startUs + (days - 1) * dayUs + hours.end * 3600e6
  return {
    name: 'food',
    parties: firms,
    places,
    products,
    devices: devices(all),
    fromUs: startUs,
    toUs,
    steps: () => merge(strands(options, all, toUs)),
  }
}

function* strands(options: FoodOptions, all: readonly Lane[], toUs: number): Generator<Strand> {
  const { seed } = options
  const fromUs = startUs + openingHour * 3600e6
  yield { fromUs, steps: opening(seed, all, { fromUs, toUs }) }
  for (const sensor of roomSensors) yield { fromUs, steps: room(seed, sensor, fromUs, toUs) }
  for (const batch of batches(options, all)) {
    yield { fromUs: momentUs(batch, hours.milking), steps: merge(partsOf(batch)) }
  }
  yield { fromUs: toUs, steps: closing(seed, all, toUs) }
}

function* batches({ seed, items }: FoodOptions, all: readonly Lane[]): Generator<Batch> {
  const tag = chanceOf(seed, 'tag').whole(100, 999)
  let left = items
  for (let ordinal = 0; left > 0; ordinal += 1) {
    const lane = all[ordinal % all.length]
    if (lane === undefined) return
    const day = Math.floor(ordinal / all.length)
    const number = `${tag}${String(ordinal).padStart(5, '0')}`
    const midnightUs = startUs + day * dayUs
    yield batchOf({ seed, lane, day, midnightUs, items: Math.min(itemsPerBatch, left), number })
    left -= itemsPerBatch
  }
}

function partsOf(batch: Batch): Strand[] {
  return [{ fromUs: momentUs(batch, hours.milking), steps: goods(batch) }, ...trips(batch)]
}

function* goods(batch: Batch): Generator<Step> {
  const tanks = tanksOf(batch)
  yield* milkFrom(batch, rawLotsFor(batch, tanks))
  const pallets = yield* process(batch, tanks)
  const ends = yield* distribute(batch, pallets)
  const atUs = momentUs(batch, hours.end)
  for (const line of [...batch.stage.standing(), ...ends]) yield { kind: 'truth', atUs, line }
}

function* room(seed: string, sensor: Sensor, fromUs: number, toUs: number): Generator<Step> {
  const chance = chanceOf(seed, `room/${sensor.party}/${sensor.device}`)
  const openings = doors(fromUs, toUs, chance.whole(4, 9))
  const watch = { fromUs, toUs, everyUs: roomEveryUs, openings }
  for (const sample of measure(coldRoom, watch, chance)) yield simpleTelemetry(sensor, sample)
}

function* doors(fromUs: number, toUs: number, minutes: number): Generator<Opening> {
  for (let midnightUs = startUs; midnightUs < toUs; midnightUs += dayUs) {
    for (const hour of doorHours) {
      const openUs = midnightUs + hour * 3600e6
      if (openUs >= fromUs) yield { fromUs: openUs, toUs: openUs + minutes * 60e6 }
    }
  }
}
