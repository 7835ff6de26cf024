/**
 * Tries two sets of rules on what sensors measured in a span: each sensor by itself, and the items
 * that were with one that is out of the limits of some product, over their whole series.
 */
import type { Limit } from '#risk/alarm-rows.ts'
import { isOutOf } from '#risk/cold-limits.ts'
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import { mountedSensors } from '#store/mounted.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { readSensors, rulesOf, SensorTelling, samplesOf } from './sensor-states.ts'
import { Exposures } from './tell-exposure.ts'
import { contentsWith } from './with-sensor.ts'

export interface SensorTrialParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'devices' | 'parties' | 'aliases' | 'version'>
  readonly nowUs: number
  readonly isOver: () => boolean
}

export interface SensorTrial {
  readonly found: readonly [Finding[], Finding[]]
  readonly readings: number
  /** Whether that was all. */
  readonly isWhole: boolean
}

const MOST_READINGS = 500_000
const MOST_ITEMS = 500
/** What was before the span decides what an incident in it is. */
const BEFORE_US = 24 * 3_600_000_000

export async function trySensors(
  parts: SensorTrialParts,
  both: readonly [Watch, Watch],
  limits: readonly Limit[],
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): Promise<SensorTrial> {
  const { trail, registry, nowUs, isOver } = parts
  const mounted = mountedSensors(registry)
  const found: [Finding[], Finding[]] = [[], []]
  const items = new Set<string>()
  const untilUs = Math.min(toUs, nowUs)
  let readings = 0
  let isWhole = true
  for (const sensor of readSensors(registry)) {
    const span = { fromUs: Math.max(0, fromUs - BEFORE_US), toUs: untilUs }
    const tellings = both.map((watch) => {
      const rulesAt = rulesOf(sensor, watch, (party) => registry.parties.get(party)?.domain)
      return new SensorTelling(sensor, { sweptUs: 0 }, rulesAt)
    })
    let isOut = false
    let count = 0
    for await (const { samples } of samplesOf(trail, sensor, span)) {
      count += samples.length
      isOut ||= samples.some((each) => isOutOf(limits, each))
      for (const telling of tellings) telling.take(samples)
      if (readings + count >= MOST_READINGS || isOver()) break
    }
    if (count === 0) continue
    readings += count
    for (const [at, telling] of tellings.entries()) {
      found[at]?.push(...telling.toldBy(untilUs).findings)
    }
    if (isOut) {
      const contents = await contentsWith(trail, sensor)
      isWhole &&= contents.isWhole
      for (const item of contents.keys) items.add(item)
    }
    if (readings >= MOST_READINGS || isOver()) {
      isWhole = false
      break
    }
  }
  for (const [at, watch] of both.entries()) {
    const exposures = new Exposures({ trail, mounted, watch, nowUs: untilUs })
    for (const item of [...items].slice(0, MOST_ITEMS)) {
      if (isOver()) isWhole = false
      else found[at]?.push(...(await exposures.about(item)))
    }
  }
  return { found, readings, isWhole: isWhole && items.size <= MOST_ITEMS }
}
