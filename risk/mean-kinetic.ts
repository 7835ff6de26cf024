/**
 * Mean kinetic temperature: the one steady temperature that would have aged a product as much as
 * the real ones did. Weighted by time, so that unequal steps do not count alike. [USP <1160>]
 */
import { US_A_MINUTE } from './words.ts'

export interface Kinetics {
  /** Activation energy, kJ/mol. */
  readonly enthalpy: number
  /** Gas constant, kJ/(mol K). */
  readonly gas: number
}

/** A temperature, and how much it counts: usually for how long it was. */
export interface Weighted {
  readonly celsius: number
  readonly weight: number
}

const ZERO_KELVIN = 273.15

function ageing(celsius: number, { enthalpy, gas }: Kinetics): number {
  return Math.exp(-enthalpy / (gas * (celsius + ZERO_KELVIN)))
}

function celsiusOf(sum: number, weight: number, { enthalpy, gas }: Kinetics): number {
  return enthalpy / gas / -Math.log(sum / weight) - ZERO_KELVIN
}

/** In degrees Celsius; undefined where nothing has any weight. */
export function meanKinetic(series: readonly Weighted[], kinetics: Kinetics): number | undefined {
  let sum = 0
  let weight = 0
  for (const each of series) {
    sum += each.weight * ageing(each.celsius, kinetics)
    weight += each.weight
  }
  return weight > 0 ? celsiusOf(sum, weight, kinetics) : undefined
}

/** Sums of one part of a window. */
interface Bucket {
  readonly fromUs: number
  readonly weightUs: number
  readonly sum: number
}

/** The last so much time in parts, of which the oldest is let go as a whole. Plain JSON. */
export interface KineticWindow {
  readonly closed: readonly Bucket[]
  /** Sums of those that are closed. */
  readonly weightUs: number
  readonly sum: number
  readonly open?: Bucket
}

export const EMPTY_WINDOW: KineticWindow = { closed: [], weightUs: 0, sum: 0 }
/** Parts of a window: the value is exact to so much of its length. */
const BUCKETS = 96

/** A window with `heldUs` at a temperature added, beginning at `fromUs`, which never goes back. */
export function held(
  window: KineticWindow,
  windowUs: number,
  fromUs: number,
  heldUs: number,
  celsius: number,
  kinetics: Kinetics,
): KineticWindow {
  const width = Math.max(Math.floor(windowUs / BUCKETS), US_A_MINUTE)
  const start = Math.floor(fromUs / width) * width
  const added = heldUs * ageing(celsius, kinetics)
  const { open } = window
  if (open?.fromUs === start) {
    const weightUs = open.weightUs + heldUs
    return { ...window, open: { fromUs: start, weightUs, sum: open.sum + added } }
  }
  const all = open ? [...window.closed, open] : window.closed
  const closed = all.filter((bucket) => bucket.fromUs > start - windowUs)
  let weightUs = 0
  let sum = 0
  for (const bucket of closed) {
    weightUs += bucket.weightUs
    sum += bucket.sum
  }
  return { closed, weightUs, sum, open: { fromUs: start, weightUs: heldUs, sum: added } }
}

/** The mean kinetic temperature of a window, and how much time is known of it. */
export function meanOf(
  { weightUs, sum, open }: KineticWindow,
  kinetics: Kinetics,
): { readonly celsius: number | undefined; readonly knownUs: number } {
  const knownUs = weightUs + (open?.weightUs ?? 0)
  const total = sum + (open?.sum ?? 0)
  return { celsius: knownUs > 0 ? celsiusOf(total, knownUs, kinetics) : undefined, knownUs }
}
