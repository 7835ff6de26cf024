/** F6: each month, of each district, whether samples were taken and passed as planned this year. */
import { samplingFallsShort } from '#risk/failed-test.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { Draft } from './draft.ts'

/** The beginning of the last month that was gone through. */
const MARK = 'sampling'

type SamplingWatch = Watch & { readonly reference: RegistryReference }

/** Once a month by the clock, what holds of its beginning; whether that was now. */
export function lookAtSampling(draft: Draft, watch: SamplingWatch, nowUs: number): boolean {
  const monthUs = startOfMonth(nowUs)
  if (draft.known.mark(MARK) >= monthUs) return false
  draft.facts.marks.set(MARK, monthUs)
  tellSampling(draft, watch, monthUs, 'time')
  return true
}

/** The same again, after reports that came late or were wrong. */
export function tellSampling(
  draft: Draft,
  watch: SamplingWatch,
  monthUs: number,
  reason: 'time' | 'late' | 'corrected',
): void {
  const { districts } = watch.reference
  if (districts.length === 0 || monthUs === 0) return
  // In January the year that ended is told to its end.
  const month = new Date(monthUs / 1000)
  const year = month.getUTCMonth() === 0 ? month.getUTCFullYear() - 1 : month.getUTCFullYear()
  const [fromUs, toUs] = [Date.UTC(year, 0) * 1000, Date.UTC(year + 1, 0) * 1000]
  const counts = countsOf(draft, watch, fromUs, monthUs)
  for (const { key, residents } of districts) {
    const rule = watch.rules.get('F6', { site: key }, monthUs - 1)
    const { batches, failed } = counts.get(key) ?? { batches: 0, failed: 0 }
    const progress = { place: key, residents, batches, failed, fromUs, toUs, atUs: monthUs }
    const found = rule ? samplingFallsShort(rule, progress) : []
    const before = draft.entries(`sampling ${key}`).map(({ finding }) => finding)
    // What was told of other years stays as it was.
    const others = before.filter((each) => each.fromUs !== fromUs)
    draft.replace(`sampling ${key}`, [...others, ...found], reason, () => true)
  }
}

/** Batches that were reported on in a span, by the district where they were drawn. */
function countsOf({ known }: Draft, { reference }: SamplingWatch, fromUs: number, toUs: number) {
  const counts = new Map<string, { batches: number; failed: number }>()
  const batches = new Map<string, { readonly district: string; isFailed: boolean }>()
  for (const { thing, event, passed, site } of known.reportsBetween(fromUs, toUs)) {
    const drawn = [...known.samplesOf(thing), ...known.sampledFrom(thing)].at(-1)
    const place = reference.place(drawn?.site || site)
    const district = place?.district
    if (district === undefined) continue
    // A lot and its sample in one report are one batch.
    const name = String(event)
    const batch = batches.get(name) ?? { district, isFailed: false }
    batch.isFailed ||= !passed
    batches.set(name, batch)
  }
  for (const { district, isFailed } of batches.values()) {
    const count = counts.get(district) ?? { batches: 0, failed: 0 }
    count.batches += 1
    if (isFailed) count.failed += 1
    counts.set(district, count)
  }
  return counts
}

export function startOfMonth(us: number): number {
  const date = new Date(us / 1000)
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth()) * 1000
}

export const lastSampling = ({ known }: Draft): number => known.mark(MARK)
