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

/** Items that are told in one go: those that were together share their series. */
export class Exposures {
  readonly #parts: ExposureParts
  #of: { readonly stays: string; readonly series: readonly Sample[] } | undefined

  constructor(parts: ExposureParts) {
    this.#parts = parts
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
      const samples = await samplesOf(this.#parts, sensors)
      this.#of = { stays, series: seriesOf(sensors, samples) }
    }
    return this.#of.series
  }
}

async function samplesOf(
  { trail, nowUs }: ExposureParts,
  sensors: readonly SensorStay[],
): Promise<Sample[]> {
  const samples = new Map<string, Sample>()
  for (const { device, fromUs, toUs } of sensors) {
    const span = { fromUs: Math.max(0, fromUs), toUs: Math.min(toUs, nowUs + AHEAD_US) }
    const query = { devices: [device], types: ['Temperature'], ...span }
    for await (const points of trail.telemetry(query)) {
      for (const point of points) {
        const sample = sampleOf(point)
        // Stays of one sensor may overlap: each value counts once.
        if (sample) samples.set(`${device} ${sample.timeUs} ${sample.celsius}`, sample)
      }
      if (samples.size > MOST_SAMPLES) return [...samples.values()]
    }
  }
  return [...samples.values()]
}
