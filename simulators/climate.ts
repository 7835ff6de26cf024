/**
 * Air temperature in cold rooms and trucks as it really moves: heat leaks in by Newton's law,
 * faster through an open door; a compressor with a thermostat takes it out again; the outside
 * follows the hour of the day. Minute by minute, so sawtooth, door peaks and their recovery come by
 * themselves.
 */
import type { Chance } from './random.ts'
import type { Sample } from './vendor/readings.ts'

export interface Chamber {
  readonly setCelsius: number
  /** The compressor starts this far above the set point and stops this far below it. */
  readonly bandCelsius: number
  /** Time in which a difference to the outside shrinks to 1/e: door shut, door open. */
  readonly shutMinutes: number
  readonly openMinutes: number
  readonly coolingCelsiusPerMinute: number
}

export const coldRoom: Chamber = {
  setCelsius: 3.2,
  bandCelsius: 0.6,
  shutMinutes: 900,
  openMinutes: 90,
  coolingCelsiusPerMinute: 0.15,
}

export const truckBox: Chamber = {
  setCelsius: 3.5,
  bandCelsius: 0.8,
  shutMinutes: 400,
  openMinutes: 50,
  coolingCelsiusPerMinute: 0.25,
}

/** A door standing open, or something broken, from (included) to (excluded). */
export interface Opening {
  readonly fromUs: number
  readonly toUs: number
  /** How fast warmth comes in meanwhile, where it is not as through the chamber's own door. */
  readonly minutes?: number
  /** The compressor does not run meanwhile. */
  readonly isBroken?: true
}

export interface Watch {
  readonly fromUs: number
  readonly toUs: number
  readonly everyUs: number
  /** In time order, without overlap. */
  readonly openings: Iterable<Opening>
}

const minuteUs = 60e6
const dayUs = 86_400e6
/** Shenzhen is eight hours ahead of UTC. */
const offsetUs = 8 * 3600e6

/** What a sensor of 0.1 degrees resolution reports, from `fromUs` on, `toUs` excluded. */
export function* measure(chamber: Chamber, watch: Watch, chance: Chance): Generator<Sample> {
  const { setCelsius, bandCelsius, coolingCelsiusPerMinute } = chamber
  const opening = doorOf(watch.openings)
  let celsius = setCelsius + chance.around(bandCelsius / 3)
  let cooling = false
  for (let timeUs = watch.fromUs; timeUs < watch.toUs; timeUs += minuteUs) {
    if ((timeUs - watch.fromUs) % watch.everyUs === 0) {
      yield {
        timeUs,
        celsius: tenth(celsius + chance.around(0.03)),
        humidity: tenth(86 - 1.5 * (celsius - setCelsius) + chance.around(0.3)),
      }
    }
    const open = opening(timeUs)
    const minutes = open === undefined ? chamber.shutMinutes : (open.minutes ?? chamber.openMinutes)
    celsius += (outsideCelsius(timeUs) - celsius) / minutes
    if (celsius > setCelsius + bandCelsius) cooling = true
    if (celsius < setCelsius - bandCelsius) cooling = false
    if (cooling && open?.isBroken !== true) celsius -= coolingCelsiusPerMinute
  }
}

/** Coolest at 3 in the morning, warmest at 3 in the afternoon, straight in between. */
export function outsideCelsius(timeUs: number): number {
  const hour = ((timeUs + offsetUs) % dayUs) / 3600e6
  const fromAfternoon = Math.abs(((hour - 15 + 36) % 24) - 12)
  return 22 + (8 * (12 - fromAfternoon)) / 12
}

/** Asked for rising times, tells which opening there is. */
function doorOf(openings: Iterable<Opening>): (timeUs: number) => Opening | undefined {
  const coming = openings[Symbol.iterator]()
  let next = coming.next()
  return (timeUs) => {
    while (!next.done && next.value.toUs <= timeUs) next = coming.next()
    return !next.done && next.value.fromUs <= timeUs ? next.value : undefined
  }
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10
}
