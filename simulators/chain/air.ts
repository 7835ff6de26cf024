/**
 * What the sensors of a chain measure: rooms all the time, trucks and vans on their trips, and a
 * logger inside a pallet that keeps its readings to itself until it comes to the hub.
 */
import { coldRoom, measure, type Opening, truckBox } from '#simulators/climate.ts'
import type { Chance } from '#simulators/random.ts'
import { momentTelemetry, report, senmlPacks, senmlTelemetry } from '#simulators/report.ts'
import type { Step, Strand } from '#simulators/script.ts'
import type { Sample } from '#simulators/vendor/readings.ts'
import { type Batch, hours, momentUs, type Pallet } from './batch.ts'
import { tellFault } from './fault.ts'
import type { Sensor } from './sites.ts'

const everyUs = 300e6
const roomEveryUs = 900e6
const samplesPerUpload = 36
const hourUs = 3600e6
const dayUs = 24 * hourUs
/** How fast a van warms whose cooling has failed and whose door does not shut. */
const failedMinutes = 90
const doorHours = [6.5, 10, 14, 17.5]

export function trips(batch: Batch): Strand[] {
  const { truck, van } = hours
  const { lane, faults } = batch
  const vanStops = [van.loading, van.firstStop, van.firstStop + 0.75, van.firstStop + 1.5]
  const failure = {
    fromUs: momentUs(batch, van.leaving),
    toUs: momentUs(batch, van.to),
    minutes: failedMinutes,
    isBroken: true,
  } as const
  const truckStops = doors(batch, 'truck', [truck.loading, truck.arriving])
  const stops = faults.has('cold_chain_break')
    ? [...doors(batch, 'van', [van.loading]), failure]
    : doors(batch, 'van', vanStops)
  const { collector } = hours
  const rawStops = doors(batch, 'collector', [
    collector.firstStop,
    collector.firstStop + 1,
    collector.intake,
  ])
  return [
    ...trip(batch, lane.collector.sensor, collector, rawStops),
    ...trip(batch, lane.truck.sensor, truck, truckStops),
    ...trip(batch, lane.van.sensor, van, stops),
  ]
}

function doors(batch: Batch, part: string, at: readonly number[]): Opening[] {
  const chance = batch.chance(`doors/${part}`)
  return at.map((hour) => {
    const fromUs = momentUs(batch, hour)
    return { fromUs, toUs: fromUs + chance.whole(4, 9) * 60e6 }
  })
}

function trip(
  batch: Batch,
  sensor: Sensor | undefined,
  { from, to }: { readonly from: number; readonly to: number },
  openings: readonly Opening[],
): Strand[] {
  if (sensor === undefined) return []
  const fromUs = momentUs(batch, from)
  const watch = { fromUs, toUs: momentUs(batch, to), everyUs, openings }
  const samples = measure(truckBox, watch, batch.chance(`trip/${sensor.device}`))
  return [{ fromUs, steps: senmlPacks(sensor, samples) }]
}

/** Put into the first pallet, taken out at the hub, where it tells what it has kept. */
export function* logger(batch: Batch, [pallet]: readonly Pallet[]): Generator<Step> {
  const { lane, stage, faults, cast } = batch
  const sensor = lane.logger
  if (sensor === undefined || pallet === undefined) return
  const { plant, hub } = cast
  const fromUs = momentUs(batch, hours.packed + 0.1)
  const toUs = momentUs(batch, hours.truck.arriving + 0.2)
  const mounting = { atUs: fromUs, bizStep: 'installing', readPoint: plant.hall.key }
  yield* report(plant.packer, stage.mount(sensor.epc, pallet.key, mounting))
  const { from, to } = hours.dockTrouble
  const trouble: Opening = {
    fromUs: momentUs(batch, from),
    toUs: momentUs(batch, to),
    minutes: failedMinutes,
    isBroken: true,
  }
  const openings = faults.has('hidden_cold_chain_break') ? [trouble] : []
  const samples = [
    ...measure(truckBox, { fromUs, toUs, everyUs, openings }, batch.chance('logger')),
  ]
  const dismounting = { atUs: toUs, bizStep: 'removing', readPoint: hub.inbound.key }
  yield* report(hub.inboundReader, stage.dismount(sensor.epc, pallet.key, dismounting))
  for (let at = 0; at < samples.length; at += samplesPerUpload) {
    const sent = senmlTelemetry(sensor, samples.slice(at, at + samplesPerUpload))
    for (const step of sent) yield { ...step, atUs: toUs + 60e6 }
  }
}

export interface RoomPlan {
  readonly sensor: Sensor
  readonly chance: Chance
  /** Local midnight before `fromUs`. */
  readonly midnightUs: number
  readonly fromUs: number
  readonly toUs: number
  /** What goes wrong with the sensor, or with its door, on the first day of every ten. */
  readonly fault: 'stuck_sensor' | 'door_opening' | undefined
}

const stuck = { from: 8, to: 20 }
const wideDoor = { from: 12, minutes: 12, openMinutes: 45 }
const troubleEveryDays = 10
/** A sensor is known to be stuck when it has said the same for so long. */
const stuckForUs = 6 * hourUs

export function* room(plan: RoomPlan): Generator<Step> {
  const { sensor, chance, fromUs, toUs } = plan
  const openings = roomDoors(plan, chance.whole(4, 8))
  const watch = { fromUs, toUs, everyUs: roomEveryUs, openings }
  let held: Sample | undefined
  for (const sample of measure(coldRoom, watch, chance)) {
    const trouble = troubleAt(plan, sample.timeUs)
    if (trouble?.begins === true) yield* tellTrouble(plan, sample.timeUs)
    held = trouble === undefined ? undefined : (held ?? sample)
    yield momentTelemetry(sensor, { ...(held ?? sample), timeUs: sample.timeUs })
  }
}

/** Whether the sensor is stuck at a time, or at the first sample of a wide door opening. */
function troubleAt({ fault, midnightUs }: RoomPlan, timeUs: number) {
  const sinceUs = timeUs - midnightUs
  const day = Math.floor(sinceUs / dayUs)
  if (fault === undefined || day % troubleEveryDays !== 0) return undefined
  const hour = (sinceUs - day * dayUs) / hourUs
  if (fault === 'stuck_sensor') {
    return hour >= stuck.from && hour < stuck.to ? { begins: hour === stuck.from } : undefined
  }
  return hour === wideDoor.from ? { begins: true } : undefined
}

function* tellTrouble({ sensor, fault }: RoomPlan, atUs: number): Generator<Step> {
  if (fault === undefined) return
  yield* tellFault(atUs, {
    fault,
    id: `${fault}-${sensor.party}-${atUs / 1e6}`,
    subject: sensor.epc,
    happenedUs: atUs,
    knowableUs: fault === 'stuck_sensor' ? atUs + stuckForUs : atUs,
    note: fault === 'stuck_sensor' ? 'says the same for twelve hours' : 'open for twelve minutes',
  })
}

function* roomDoors({ midnightUs, fromUs, toUs, fault }: RoomPlan, minutes: number) {
  for (let day = 0; midnightUs + day * dayUs < toUs; day += 1) {
    const startUs = midnightUs + day * dayUs
    const isWide = fault === 'door_opening' && day % troubleEveryDays === 0
    for (const hour of isWide ? [6.5, 10, wideDoor.from, 14, 17.5] : doorHours) {
      const openUs = startUs + hour * hourUs
      if (openUs < fromUs) continue
      const wide = isWide && hour === wideDoor.from
      const toUs = openUs + (wide ? wideDoor.minutes : minutes) * 60e6
      const opening: Opening = { fromUs: openUs, toUs }
      yield wide ? { ...opening, minutes: wideDoor.openMinutes } : opening
    }
  }
}
