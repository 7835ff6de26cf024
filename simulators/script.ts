/**
 * What a simulated world is to everything around it: who and what is to be registered, and one
 * stream of steps in time order. A step is a message that a device sends, a line of the truth, or a
 * recall that an authority makes.
 * Nothing here talks to a network, a file or a clock.
 */
import type { Act } from './stage.ts'
import type { TruthLine } from './truth.ts'
import type { SensorFormat } from './vendor/readings.ts'
import type { ReaderFormat } from './vendor/reads.ts'

export interface Names {
  readonly zh: string
  readonly en: string
}

export type Domain = 'food' | 'drugs' | 'building_materials'

/** What an authority has allowed a firm to do, until when. */
export interface Licence {
  readonly number: string
  readonly scope: string
  /** Dates, both included. */
  readonly validFrom: string
  readonly validUntil: string
}

export interface Party {
  readonly slug: string
  readonly names: Names
  readonly pgln: string
  /** Food where it is left out. */
  readonly domain?: Domain
  /** Unified social credit code [GB 32100]. */
  readonly uscc?: string
  readonly licence?: Licence
}

export interface Place {
  readonly key: string
  readonly party: string
  readonly names: Names
  /** What moves has neither an address nor a position. */
  readonly address?: string
  readonly latitude?: number
  readonly longitude?: number
  /** The place that it is a part of. */
  readonly site?: string
  /** The market that it sells in. */
  readonly market?: string
}

export interface Product {
  readonly key: string
  readonly party: string
  readonly names: Names
  /** Food where it is left out. */
  readonly domain?: Domain
  readonly netContent?: string
  readonly shelfLifeDays?: number
  readonly storageCelsius?: { readonly min: number; readonly max: number }
  readonly kgPerUnit?: number
  /** Each unit has a serial. */
  readonly serialised?: boolean
  /** Where it may be sold. */
  readonly markets?: readonly string[]
  /** Key of the product that it is by another code. */
  readonly sameAs?: string
}

/** How cold a place, or a vehicle, has to be kept. */
export interface ColdPlace {
  readonly key: string
  /** It is measured on its trips alone. */
  readonly isDriven: boolean
  readonly min: number
  readonly max: number
}

/** What the raw reads of a reader say, but for the tags. */
export interface ReadBinding {
  readonly readPoint: string
  readonly bizLocation: string
  readonly bizStep: string
  readonly disposition: string
  readonly timeZoneOffset: string
}

/** A reader or sensor with a connection of its own. */
export interface Device {
  readonly party: string
  readonly site: string
  readonly device: string
  readonly name: string
  readonly channel: 'epcis' | 'reads' | 'telemetry'
  /** Its maker's, where it does not write the plain form of its channel. */
  readonly format?: ReaderFormat | SensorFormat
  /** What its reads mean. */
  readonly binding?: ReadBinding
  /** Canonical key of a sensor, and of what it is mounted on. */
  readonly epc?: string
  readonly asset?: string
  /** How its firmware writes identifiers, and whether it wraps events in an EPCISDocument. */
  readonly spelling: 'urn' | 'digital-link'
  readonly wraps: boolean
  /** 1 where it is left out. */
  readonly qos?: 0 | 1
}

export interface MessageStep {
  readonly kind: 'message'
  /** When the device sends it, in microseconds since 1970 of simulated time. */
  readonly atUs: number
  readonly device: Device
  /** JSON text. */
  readonly payload: string
  /** eventIDs in it; none for telemetry, and for reads, whose events the server makes. */
  readonly eventIDs: readonly string[]
  /** Of reads: how many tags, each of which becomes an event. */
  readonly tags?: number
  /** What it was written from; none for telemetry. */
  readonly acts?: readonly Act[]
  /** The device's connection breaks right after this message has left. */
  readonly breaksOff?: boolean
}

export interface TruthStep {
  readonly kind: 'truth'
  readonly atUs: number
  readonly line: TruthLine
}

/** A recall that an authority makes, over the API and not by a device. */
export interface RecallOrder {
  /** What is suspected. */
  readonly lots: readonly string[]
  readonly title: string
  readonly reason: string
  readonly instructions: string
}

export interface RecallStep {
  readonly kind: 'recall'
  readonly atUs: number
  readonly order: RecallOrder
}

export type Step = MessageStep | TruthStep | RecallStep

export interface World {
  readonly name: string
  readonly parties: readonly Party[]
  readonly places: readonly Place[]
  readonly products: readonly Product[]
  readonly devices: readonly Device[]
  /** What an authority sets limits for. */
  readonly coldPlaces: readonly ColdPlace[]
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
 * Steps of one time come in the order in which they became due.
 */
export function* merge(strands: Iterable<Strand>): Generator<Step> {
  const coming = strands[Symbol.iterator]()
  let next = coming.next()
  const running = new Running()
  while (true) {
    const first = running.first
    if (!next.done && (first === undefined || next.value.fromUs < first.head.atUs)) {
      running.add(next.value.steps[Symbol.iterator]())
      next = coming.next()
    } else if (first === undefined) {
      return
    } else {
      yield first.head
      running.advance()
    }
  }
}

interface Entry {
  head: Step
  /** Among steps of one time, the one that came to be first goes first. */
  order: number
  readonly rest: Iterator<Step>
}

/** The strands under way, a heap by the time of their next step. */
class Running {
  readonly #heap: Entry[] = []
  #order = 0

  get first(): Entry | undefined {
    return this.#heap[0]
  }

  add(rest: Iterator<Step>): void {
    const step = rest.next()
    if (step.done) return
    this.#heap.push({ head: step.value, order: this.#order++, rest })
    let at = this.#heap.length - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  /** Goes on to the next step of the first strand. */
  advance(): void {
    const [first] = this.#heap
    if (first === undefined) return
    const step = first.rest.next()
    if (step.done) {
      const last = this.#heap.pop()
      if (last === undefined || last === first) return
      this.#heap[0] = last
    } else {
      first.head = step.value
      first.order = this.#order++
    }
    this.#sink()
  }

  #sink(): void {
    let at = 0
    while (true) {
      const left = 2 * at + 1
      if (left >= this.#heap.length) return
      const right = left + 1
      const child = right < this.#heap.length && this.#isBefore(right, left) ? right : left
      if (!this.#isBefore(child, at)) return
      this.#swap(child, at)
      at = child
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return false
    return a.head.atUs < b.head.atUs || (a.head.atUs === b.head.atUs && a.order < b.order)
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]]
    if (a === undefined || b === undefined) return
    this.#heap[one] = b
    this.#heap[other] = a
  }
}
