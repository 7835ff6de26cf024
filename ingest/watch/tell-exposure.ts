/** The rules about temperatures of one item, over all sensors that were ever with it. */
import { aboutColdItem, transportsOf } from '#risk/cold-item.ts'
import { productOf } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { type Sample, sampleOf, seriesOf } from '#risk/sample.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf, type Mounted, type SensorStay } from '#trace/exposure.ts'
import { historyOf } from '#trace/history.ts'

/** Samples that are held at once: a year of one sensor each minute. */
const MOST_SAMPLES = 525_600
/** A clock that is so much ahead is believed. */
const AHEAD_US = 7 * 24 * 3_600_000_000

export interface ExposureParts {
  readonly trail: TrailReader
  readonly mounted: Mounted
  readonly watch: Watch
  readonly nowUs: number
}

/** Items that are told in one go: those that were together share their series and sensors. */
export class Exposures {
  readonly #parts: ExposureParts
  readonly #sensors: SensorSamples
  #of: { readonly stays: string; readonly series: readonly Sample[] } | undefined

  constructor(parts: ExposureParts) {
    this.#parts = parts
    this.#sensors = new SensorSamples(parts)
  }

  /** What holds of an item's temperatures; nothing where no event has named it. */
  async about(item: string): Promise<Finding[]> {
    const { trail, mounted, watch } = this.#parts
    const { rules, reference } = watch
    const history = await historyOf(trail, item)
    if (!history) return []
    const { sensors } = await exposureOf(trail, history, mounted)
    if (sensors.length === 0) return []
    const series = await this.#series(sensors)
    const { domain, storage } = reference.product(item) ?? {}
    const product = productOf(item)
    const steps = history.happenings.map(({ event: { eventTimeUs: timeUs, bizStep } }) => {
      return { timeUs, bizStep }
    })
    const rulesAt = (timeUs: number) => rules.all({ domain, product }, timeUs)
    return aboutColdItem({ item, storage, series, transports: transportsOf(steps), rulesAt })
  }

  async #series(sensors: readonly SensorStay[]): Promise<readonly Sample[]> {
    // Infinity is no JSON: null stands for it.
    const stays = JSON.stringify(sensors)
    if (this.#of?.stays !== stays) {
      const samples = await this.#sensors.during(sensors)
      this.#of = { stays, series: seriesOf(sensors, samples) }
    }
    return this.#of.series
  }
}

interface Span {
  readonly fromUs: number
  readonly toUs: number
}

/** What sensors measured, read once for all items that were with them at about the same time. */
class SensorSamples {
  readonly #parts: ExposureParts
  readonly #known = new Map<string, Span & { readonly samples: readonly Sample[] }>()
  #held = 0

  constructor(parts: ExposureParts) {
    this.#parts = parts
  }

  async during(stays: readonly SensorStay[]): Promise<readonly Sample[]> {
    const latestUs = this.#parts.nowUs + AHEAD_US
    const byDevice = new Map<string, Span[]>()
    for (const { device, fromUs, toUs } of stays) {
      const span = { fromUs: Math.max(0, fromUs), toUs: Math.min(toUs, latestUs) }
      byDevice.set(device, [...(byDevice.get(device) ?? []), span])
    }
    const found: Sample[] = []
    for (const [device, spans] of byDevice) {
      const whole = {
        fromUs: Math.min(...spans.map(({ fromUs }) => fromUs)),
        toUs: Math.max(...spans.map(({ toUs }) => toUs)),
      }
      // Stays of one sensor may overlap: each value counts once.
      for (const sample of await this.#of(device, whole)) {
        const { timeUs } = sample
        if (spans.some(({ fromUs, toUs }) => timeUs >= fromUs && timeUs < toUs)) found.push(sample)
      }
      if (found.length > MOST_SAMPLES) break
    }
    return found
  }

  /** Those of a span at least. */
  async #of(device: string, { fromUs, toUs }: Span): Promise<readonly Sample[]> {
    const known = this.#known.get(device)
    if (known && known.fromUs <= fromUs && known.toUs >= toUs) return known.samples
    const span = {
      fromUs: Math.min(fromUs, known?.fromUs ?? fromUs),
      toUs: Math.max(toUs, known?.toUs ?? toUs),
    }
    const samples = await this.#read(device, span)
    if (this.#held > MOST_SAMPLES) {
      this.#known.clear()
      this.#held = 0
    }
    this.#held += samples.length - (this.#known.get(device)?.samples.length ?? 0)
    this.#known.set(device, { ...span, samples })
    return samples
  }

  async #read(device: string, span: Span): Promise<readonly Sample[]> {
    const samples = new Map<string, Sample>()
    const query = { devices: [device], types: ['Temperature'], ...span }
    for await (const points of this.#parts.trail.telemetry(query)) {
      for (const point of points) {
        const sample = sampleOf(point)
        if (sample) samples.set(`${sample.timeUs} ${sample.celsius}`, sample)
      }
      if (samples.size > MOST_SAMPLES) break
    }
    return [...samples.values()]
  }
}
