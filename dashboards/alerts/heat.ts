/** Alerts by rule and by the day they were raised on: where it burns, and since when. */
import type { AlertSummary } from './cases.ts'

export interface HeatRow {
  readonly rule: string
  readonly title: AlertSummary['title']
  /** One a day, the last is today. */
  readonly counts: readonly number[]
  readonly sum: number
}

export interface Heat {
  /** As 2026-11-26, in the reader's time zone. */
  readonly days: readonly string[]
  /** From the rule that raised most. */
  readonly rows: readonly HeatRow[]
}

const DAY_MS = 24 * 3_600_000
const DAYS = 7

/** The days up to the one of `nowMs`; what is older is left out. */
export function heatOf(alerts: Iterable<AlertSummary>, nowMs: number, days = DAYS): Heat {
  const names = Array.from({ length: days }, (_, at) => dayOf(nowMs - (days - 1 - at) * DAY_MS))
  const rows = new Map<string, { title: AlertSummary['title']; counts: number[] }>()
  for (const { rule, title, raised } of alerts) {
    const at = names.indexOf(dayOf(Date.parse(raised)))
    if (at < 0) continue
    const row = rows.get(rule) ?? { title, counts: names.map(() => 0) }
    row.counts[at] = (row.counts[at] ?? 0) + 1
    rows.set(rule, row)
  }
  const told = [...rows].map(([rule, { title, counts }]) => {
    return { rule, title, counts, sum: counts.reduce((sum, count) => sum + count, 0) }
  })
  told.sort((one, other) => other.sum - one.sum || (one.rule < other.rule ? -1 : 1))
  return { days: names, rows: told }
}

function dayOf(ms: number): string {
  const date = new Date(ms)
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 10)
}

/** How hot a cell is beside the hottest: 0 for none, up to 3. Ten times as many is a step. */
export function heatLevel(count: number, most: number): 0 | 1 | 2 | 3 {
  if (count === 0) return 0
  if (count * 10 <= most) return 1
  return count * 2 <= most ? 2 : 3
}
