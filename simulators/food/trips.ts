/**
 * What the sensors of vehicles see: a temperature every five minutes while on a trip, warmer each
 * time the door is opened to load or unload. A van's sensor is carried from trip to trip, so its
 * mounting is an event of every trip; those of tankers and trucks are screwed on.
 */

import { measure, type Opening, truckBox } from '#simulators/climate.ts'
import { report, senmlPacks } from '#simulators/report.ts'
import type { Step, Strand } from '#simulators/script.ts'
import { type Batch, hours, momentUs } from './batch.ts'
import type { Sensor } from './devices.ts'

const everyUs = 300e6

/** The strands of a batch's three trips, in time order. */
export function trips(batch: Batch): Strand[] {
  const { tanker, truck, van } = hours
  const { lane } = batch
  const milkStops = [0, 1, 2].map((at) => tanker.firstStop + at)
  const shopStops = [0, 1, 2].map((at) => van.firstShop + at * van.hoursPerShop)
  return [
    trip(batch, lane.tanker.sensor, { ...tanker, stops: [...milkStops, tanker.intake] }),
    trip(batch, lane.truck.sensor, { ...truck, stops: [truck.loading, truck.arriving] }),
    carried(batch, trip(batch, lane.van.sensor, { ...van, stops: [van.loading, ...shopStops] })),
  ]
}

interface Trip {
  readonly from: number
  readonly to: number
  readonly stops: readonly number[]
}

function trip(batch: Batch, sensor: Sensor, { from, to, stops }: Trip): Strand {
  const fromUs = momentUs(batch, from)
  const toUs = momentUs(batch, to)
  const chance = batch.chance(`trip/${sensor.device}`)
  const openings = stops.map((hour): Opening => {
    const openUs = momentUs(batch, hour)
    return { fromUs: openUs, toUs: openUs + chance.whole(5, 12) * 60e6 }
  })
  const samples = measure(truckBox, { fromUs, toUs, everyUs, openings }, chance)
  return { fromUs, steps: senmlPacks(sensor, samples) }
}

function carried(batch: Batch, { fromUs, steps }: Strand): Strand {
  return { fromUs, steps: mountedFor(batch, steps) }
}

function* mountedFor(batch: Batch, steps: Iterable<Step>): Generator<Step> {
  const { epc, asset, desk, mountedAt: readPoint } = batch.lane.van.sensor
  const { from, to } = hours.van
  const mounting = { atUs: momentUs(batch, from), bizStep: 'installing', readPoint }
  yield* report(desk, batch.stage.mount(epc, asset, mounting))
  yield* steps
  const taking = { atUs: momentUs(batch, to), bizStep: 'removing', readPoint }
  yield* report(desk, batch.stage.dismount(epc, asset, taking))
}
