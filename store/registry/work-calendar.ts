/**
 * The calendar of working days, version by version. A version is a whole calendar; none is ever
 * changed or removed, so that it can be told by which one a deadline was counted.
 */
import type { WorkCalendar } from '#risk/work-calendar.ts'
import type { Database } from '../sqlite/database.ts'
import type { Commit } from './collection.ts'

export interface CalendarVersion extends WorkCalendar {
  readonly version: number
  readonly atUs: number
  readonly by: string
  /** Where it was published. */
  readonly source: string
}

export interface WorkCalendars {
  /** The newest, or one that is asked for; undefined where there is none. */
  get(version?: number): CalendarVersion | undefined
  /**
   * Adds a version, unless another has been added since `basedOn`; gives the newest version.
   * Durable on return.
   */
  add(basedOn: number, next: Omit<CalendarVersion, 'version'>): { ok: boolean; version: number }
}

export const workCalendarTable = `
  CREATE TABLE work_calendar (
    version INTEGER PRIMARY KEY, atUs INTEGER NOT NULL, "by" TEXT NOT NULL, source TEXT NOT NULL,
    days TEXT NOT NULL
  );
`

interface Row extends Pick<CalendarVersion, 'version' | 'atUs' | 'by' | 'source'> {
  readonly days: string
}

export function openWorkCalendars(database: Database, commit: Commit): WorkCalendars {
  const newest = database.prepare('SELECT * FROM work_calendar ORDER BY version DESC LIMIT 1')
  const one = database.prepare('SELECT * FROM work_calendar WHERE version = ?')
  const last = database.prepare('SELECT coalesce(max(version), 0) AS version FROM work_calendar')
  const insert = database.prepare('INSERT INTO work_calendar VALUES (?, ?, ?, ?, ?)')
  return {
    get(version) {
      const row: Row | undefined = version === undefined ? newest.get() : one.get(version)
      if (!row) return undefined
      const { days, ...rest } = row
      return { ...rest, ...JSON.parse(days) }
    },
    add: (basedOn, { atUs, by, source, ...days }) =>
      commit(() => {
        const { version } = last.get()
        if (version !== basedOn) return { ok: false, version }
        insert.run(version + 1, atUs, by, source, JSON.stringify(days))
        return { ok: true, version: version + 1 }
      }),
  }
}
