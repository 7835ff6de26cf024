/**
 * Tries two sets of rules on what sensors measured in a span: each sensor by itself, and the items
 * that were with one that is out of the limits of some product, over their whole series.
 */
import type { Finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { RuleChange } from '#risk/rule-set.ts'
import { mountedSensors } from '#store/mounted.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { isOutOf, limitsOf, readSensors, rulesOf, samplesOf, tellSensor } from './sensor-states.ts'
import { Exposures } from './tell-exposure.ts'
import { itemsWith } from './with-sensor.ts'

export interface SensorTrialParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'devices' | 'parties' | 'aliases' | 'version'>
  readonly nowUs: number
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
  limits: readonly RuleChange[],
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
): Promise<SensorTrial> {
  const { trail, registry, nowUs } = parts
  const mounted = mountedSensors(registry)
  const found: [Finding[], Finding[]] = [[], []]
  const items = new Set<string>()
  const untilUs = Math.min(toUs, nowUs)
  let readings = 0
  for (const sensor of readSensors(registry)) {
    const span = { fromUs: Math.max(0, fromUs - BEFORE_US), toUs: untilUs }
    const samples = await samplesOf(trail, sensor, span)
    if (samples.length === 0) continue
    readings += samples.length
    for (const [at, watch] of both.entries()) {
      const rulesAt = rulesOf(sensor, watch, (party) => registry.parties.get(party)?.domain)
      const told = tellSensor(sensor, samples, { sweptUs: 0 }, rulesAt, untilUs)
      found[at]?.push(...told.findings)
    }
    if (isOutOf(limitsOf(limits, undefined), samples)) {
      for (const { item } of await itemsWith(trail, sensor.key, sensor.mounts, mounted)) {
        items.add(item)
      }
    }
    if (readings >= MOST_READINGS) return { found, readings, isWhole: false }
  }
  for (const [at, watch] of both.entries()) {
    const exposures = new Exposures({ trail, mounted, watch, nowUs: untilUs })
    for (const item of [...items].slice(0, MOST_ITEMS)) {
      found[at]?.push(...(await exposures.about(item)))
    }
  }
  return { found, readings, isWhole: items.size <= MOST_ITEMS }
}
