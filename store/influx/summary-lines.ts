/**
 * Small points beside a batch, for those who look at all of it: how many events and trail rows each
 * business step brought, which sensor is where, and what was measured at each site. A dashboard
 * cannot count them by itself: steps are fields, as tags they would be millions of series, and
 * readings are tagged by their sensor.
 */
import { VOCABULARIES } from '#epcis/cbv.ts'
import type { NewEvent, Reading } from '#store/trail.ts'
import { escapedTag, type Moment, nanoseconds, tagValue } from './points.ts'

export interface StepCount {
  readonly events: number
  readonly rows: number
}

/** A step as a tag. Words of others are one: whoever sends may invent as many as they like. */
export function stepTag({ bizStep }: Pick<NewEvent, 'bizStep'>): string {
  if (bizStep === undefined) return 'none'
  return VOCABULARIES.bizStep.words.has(bizStep) ? bizStep : 'other words'
}

/** All at the place where the batch ends: of each step and each sensor one. */
export function summaryLines(
  steps: ReadonlyMap<string, StepCount>,
  sensors: readonly SensorSite[],
  end: Moment,
): string[] {
  const at = nanoseconds(end)
  return [
    ...[...steps].map(([step, { events, rows }]) => {
      return `step,step=${escapedTag(step)} events=${events}i,rows=${rows}i ${at}`
    }),
    ...sensors.map(({ device, site }) => {
      const tags = `device=${escapedTag(tagValue(device))},site=${escapedTag(tagValue(site))}`
      return `sensor,${tags} seen=1i ${at}`
    }),
  ]
}

/** What a batch has measured at each site, one point for each type and unit. */
export function siteLines(readings: readonly Reading[], end: Moment): string[] {
  const sums = new Map<string, SiteSum>()
  let last: { readonly of: Reading; readonly sum: SiteSum } | undefined
  for (const reading of readings) {
    const { site, type, uom, value } = reading
    if (site === undefined) continue
    // A message brings many of one sensor behind each other.
    if (last && last.of.site === site && last.of.type === type && last.of.uom === uom) {
      addTo(last.sum, value)
      continue
    }
    const unit = uom === '' ? '' : `,uom=${escapedTag(tagValue(uom))}`
    const tags = `site=${escapedTag(tagValue(site))},type=${escapedTag(tagValue(type))}${unit}`
    const sum = sums.get(tags) ?? { least: value, most: value, total: 0, n: 0 }
    addTo(sum, value)
    sums.set(tags, sum)
    last = { of: reading, sum }
  }
  const at = nanoseconds(end)
  return [...sums].map(
    ([tags, { least, most, total, n }]) =>
      `site,${tags} least=${least},most=${most},total=${total},n=${n}i ${at}`,
  )
}

interface SiteSum {
  least: number
  most: number
  total: number
  n: number
}

function addTo(sum: SiteSum, value: number): void {
  sum.least = Math.min(sum.least, value)
  sum.most = Math.max(sum.most, value)
  sum.total += value
  sum.n += 1
}

export interface SensorSite {
  readonly device: string
  readonly site: string
}

/** Each sensor with each site that readings tell it was at, once. */
export function sensorSites(readings: readonly Reading[]): SensorSite[] {
  const found = new Map<string, SensorSite>()
  let last: Reading | undefined
  for (const reading of readings) {
    const { device, site } = reading
    // A message brings many of one sensor behind each other.
    if (site === undefined || (device === last?.device && site === last.site)) continue
    found.set(`${device} ${site}`, { device, site })
    last = reading
  }
  return [...found.values()]
}
