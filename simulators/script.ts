/**
 * What a simulated world is to everything around it: who and what is to be registered, and one
 * stream of steps in time order. A step is a message that a device sends or a line of the truth.
 * Nothing here talks to a network, a file or a clock.
 */
import type { TruthLine } from './truth.ts'

export interface Names {
  readonly zh: string
  readonly en: string
}

export interface Party {
  readonly slug: string
  readonly names: Names
  readonly pgln: string
}

export interface Place {
  readonly key: string
  readonly party: string
  readonly names: Names
  readonly address: string
  readonly latitude: number
  readonly longitude: number
}

export interface Product {
  readonly key: string
  readonly party: string
  readonly names: Names
  readonly netContent?: string
  readonly shelfLifeDays?: number
  readonly storageCelsius?: { readonly min: number; readonly max: number }
}

/** A reader or sensor with a connection of its own. */
export interface Device {
  readonly party: string
  readonly site: string
  readonly device: string
  readonly name: string
  readonly channel: 'epcis' | 'telemetry'
  /** Canonical key of a sensor, and of what it is mounted on. */
  readonly epc?: string
  readonly asset?: string
  /** How its firmware writes identifiers, and whether it wraps events in an EPCISDocument. */
  readonly spelling: 'urn' | 'digital-link'
  readonly wraps: boolean
}

export interface MessageStep {
  readonly kind: 'message'
  /** When the device sends it, in microseconds since 1970 of simulated time. */
  readonly atUs: number
  readonly device: Device
  /** JSON text. */
  readonly payload: string
  /** eventIDs in it; none for telemetry. */
  readonly eventIDs: readonly string[]
}

export interface TruthStep {
  readonly kind: 'truth'
  readonly atUs: number
  readonly line: TruthLine
}

export type Step = MessageStep | TruthStep

export interface World {
  readonly name: string
  readonly parties: readonly Party[]
  readonly places: readonly Place[]
  readonly products: readonly Product[]
  readonly devices: readonly Device[]
  /** Simulated time from the first step to a bound of the last one. */
  readonly fromUs: number
  readonly toUs: number
  /** Fresh on every call, always the same; holds only what is under way. */
  steps(): Iterable<Step>
}

/** A part of a world that runs beside others: its steps are in time order, none before `fromUs`. */
export interface Strand {
  readonly fromUs: number
  readonly steps: Iterable<Step>
}

/**
 * One stream in time order out of strands that run beside each other. The strands come ordered by
 * `fromUs` and are begun only when their time has come, so memory holds those under way alone.
 * Steps of one time come in the order of their strands.
 */
export function* merge(strands: Iterable<Strand>): Generator<Step> {
  const coming = strands[Symbol.iterator]()
  let next = coming.next()
  const running: Running[] = []
  while (true) {
    const first = running[0]
    if (!next.done && (first === undefined || next.value.fromUs < first.head.atUs)) {
      advance(running, next.value.steps[Symbol.iterator]())
      next = coming.next()
    } else if (first === undefined) {
      return
    } else {
      yield first.head
      running.shift()
      advance(running, first.rest)
    }
  }
}

interface Running {
  readonly head: Step
  readonly rest: Iterator<Step>
}

/** Puts a strand back behind those whose next step is not later than its own. */
function advance(running: Running[], rest: Iterator<Step>): void {
  const step = rest.next()
  if (step.done) return
  const later = running.findIndex((other) => other.head.atUs > step.value.atUs)
  running.splice(later < 0 ? running.length : later, 0, { head: step.value, rest })
}
