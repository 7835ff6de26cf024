/**
 * What sensors measured, read once for all items that were with them. It is of one round: what
 * comes in meanwhile is seen by the next one.
 */
import { orderOfSamples, type Sample, sampleOf } from '#risk/sample.ts'
import type { TrailReader } from '#store/trail.ts'
import type { SensorStay } from '#trace/exposure.ts'
import { placeOfFirst } from '#trace/ordered.ts'
import { type Span, Spans } from './spans.ts'

/** The samples of some stays, each once, in any order; `isCut`: there are more. */
export interface StaySamples {
  readonly samples: readonly Sample[]
  readonly isCut: boolean
}

/** What is remembered of one sensor. */
interface Known {
  readonly read: Spans
  /** In order. */
  readonly samples: readonly Sample[]
}

export class SensorSamples {
  readonly #trail: Pick<TrailReader, 'telemetry'>
  readonly #latestUs: number
  readonly #most: number
  readonly #known = new Map<string, Known>()
  #held = 0

  /** `latestUs`: what is later is not believed. `most`: samples that are held of some stays. */
  constructor(trail: Pick<TrailReader, 'telemetry'>, latestUs: number, most: number) {
    this.#trail = trail
    this.#latestUs = latestUs
    this.#most = most
  }

  /** What the sensors measured while they stayed, stay by stay, as far as it goes. */
  async during(stays: readonly SensorStay[]): Promise<StaySamples> {
    const samples: Sample[] = []
    const taken = new Map<string, Spans>()
    for (const { device, fromUs, toUs } of stays) {
      const spans = taken.get(device) ?? new Spans()
      taken.set(device, spans)
      const stay = { fromUs: Math.max(0, fromUs), toUs: Math.min(toUs, this.#latestUs) }
      // Stays of one sensor may overlap: each value counts once.
      for (const span of spans.missingOf(stay)) {
        for (const sample of await this.#of(device, span)) samples.push(sample)
        if (samples.length > this.#most) return { samples, isCut: true }
      }
      spans.add(stay)
    }
    return { samples, isCut: false }
  }

  /** All of a span; where that is more than may be held, more than that. */
  async #of(device: string, span: Span): Promise<readonly Sample[]> {
    if (this.#held > this.#most) this.#forget()
    const { read, samples } = this.#known.get(device) ?? { read: new Spans(), samples: [] }
    const found: Sample[] = []
    for (const missing of read.missingOf(span)) {
      for (const sample of await this.#read(device, missing)) found.push(sample)
      if (found.length > this.#most) return found
    }
    read.add(span)
    const all = found.length === 0 ? samples : [...samples, ...found].sort(orderOfSamples)
    this.#known.set(device, { read, samples: all })
    this.#held += found.length
    return within(all, span)
  }

  #forget(): void {
    this.#known.clear()
    this.#held = 0
  }

  async #read(device: string, span: Span): Promise<Iterable<Sample>> {
    const samples = new Map<string, Sample>()
    const query = { devices: [device], types: ['Temperature'], ...span }
    for await (const points of this.#trail.telemetry(query)) {
      for (const point of points) {
        const sample = sampleOf(point)
        // What several parties say of a sensor at one time may be the same.
        if (sample) samples.set(`${sample.timeUs} ${sample.celsius}`, sample)
      }
      if (samples.size > this.#most) break
    }
    return samples.values()
  }
}

function within(samples: readonly Sample[], { fromUs, toUs }: Span): readonly Sample[] {
  const first = placeOfFirst(samples, ({ timeUs }) => timeUs >= fromUs)
  const behind = placeOfFirst(samples, ({ timeUs }) => timeUs > toUs)
  return samples.slice(first, behind)
}
