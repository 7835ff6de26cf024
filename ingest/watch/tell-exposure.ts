/** The rules about temperatures of one item, over all sensors that were ever with it. */

import { productKeyOf } from '#epcis/product-key.ts'
import { budgetNotRead } from '#risk/alarm-rows.ts'
import { aboutColdItem, transportsOf } from '#risk/cold-item.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { type Sample, seriesOf } from '#risk/sample.ts'
import type { TrailReader } from '#store/trail.ts'
import { exposureOf, type SensorStay } from '#trace/exposure.ts'
import { eventsBehind, wayOf } from '#trace/history.ts'
import { type Mounted, Surroundings } from '#trace/surroundings.ts'
import { SensorSamples } from './sensor-samples.ts'

/** Samples that are held at once: a year of one sensor each minute. Beyond it that is said. */
const MOST_SAMPLES = 525_600
/** A clock that is so much ahead is believed. */
const AHEAD_US = 7 * 24 * 3_600_000_000

export interface ExposureParts {
  readonly trail: TrailReader
  readonly mounted: Mounted
  readonly watch: Watch
  readonly nowUs: number
}

/** What the sensors of an item have measured; `isCut`: there is more. */
interface Read {
  readonly series: readonly Sample[]
  readonly isCut: boolean
}

/** Items that are told in one go: those that were together share all that is read of it. */
export class Exposures {
  readonly #parts: ExposureParts
  readonly #most: number
  readonly #surroundings: Surroundings
  readonly #samples: SensorSamples
  #of: { readonly stays: string; readonly read: Read } | undefined

  constructor(parts: ExposureParts, most = MOST_SAMPLES) {
    this.#parts = parts
    this.#most = most
    this.#surroundings = new Surroundings(parts.trail, parts.mounted)
    this.#samples = new SensorSamples(parts.trail, parts.nowUs + AHEAD_US, most)
  }

  /** What holds of an item's temperatures; nothing where no event has named it. */
  async about(item: string): Promise<Finding[]> {
    const { rules, reference } = this.#parts.watch
    const way = await wayOf(this.#surroundings, item)
    if (!way) return []
    const { sensors } = await exposureOf(way, this.#surroundings)
    if (sensors.length === 0) return []
    const { series, isCut } = await this.#read(sensors)
    const { domain, storage } = reference.product(item) ?? {}
    const product = productKeyOf(item)
    const steps = way.happenings.map(({ event: { eventTimeUs: timeUs, bizStep } }) => {
      return { timeUs, bizStep }
    })
    const rulesAt = (timeUs: number) => rules.all({ domain, product }, timeUs)
    const transports = transportsOf(steps)
    const eventsAt = (timeUs: number) => eventsBehind(way, timeUs)
    const found = aboutColdItem({ item, storage, series, transports, rulesAt, eventsAt })
    const lastUs = series.at(-1)?.timeUs ?? 0
    const { A2 } = rulesAt(lastUs)
    if (!isCut || !A2) return found
    return [...found, budgetNotRead(A2, { item, lastUs, most: this.#most })]
  }

  async #read(sensors: readonly SensorStay[]): Promise<Read> {
    // Infinity is no JSON: null stands for it.
    const stays = JSON.stringify(sensors)
    if (this.#of?.stays !== stays) {
      const { samples, isCut } = await this.#samples.during(sensors)
      this.#of = { stays, read: { series: seriesOf(sensors, samples), isCut } }
    }
    return this.#of.read
  }
}
