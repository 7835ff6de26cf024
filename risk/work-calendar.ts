/**
 * Which days are worked on: holidays, and the days at weekends that make up for them, are data
 * that somebody loads, as governments set them year by year. Without it, and outside of the days
 * it speaks of, Monday to Friday are.
 */
import { z } from 'zod'
import { type IsWorkingDay, weekdays } from './recall-clock.ts'
import { dayOf } from './seen.ts'
import { US_AN_HOUR } from './words.ts'

const day = z.iso.date()
/** The holidays of thirty years. */
const MOST_DAYS = 1_000

export const workCalendarSchema = z
  .strictObject({
    from: day.describe('The first day that it speaks of, and the last'),
    to: day,
    holidays: z.array(day).max(MOST_DAYS).describe('Days from Monday to Friday that are off'),
    workdays: z.array(day).max(MOST_DAYS).describe('Days at weekends that are worked on'),
  })
  .meta({ id: 'WorkCalendarDays' })

export type WorkCalendar = z.infer<typeof workCalendarSchema>

export type CheckedCalendar =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: string; readonly path: string; readonly message: string }

/** Whether its days go together: refused with a code, a JSON Pointer and a sentence. */
export function checkCalendar({ from, to, holidays, workdays }: WorkCalendar): CheckedCalendar {
  const refuse = (code: string, path: string, message: string) =>
    ({ ok: false, code, path, message }) as const
  if (to < from) return refuse('calendar_reversed', '/to', 'It ends before it begins.')
  const seen = new Map<string, string>()
  for (const [name, days] of Object.entries({ holidays, workdays })) {
    for (const [at, each] of days.entries()) {
      const path = `/${name}/${at}`
      if (each < from || each > to) {
        return refuse('day_outside', path, `${each} is not from ${from} to ${to}.`)
      }
      const other = seen.get(each)
      if (other !== undefined) return refuse('day_twice', path, `${each} is in ${other} already.`)
      seen.set(each, name)
      const isWeekend = [0, 6].includes(new Date(`${each}T00:00:00Z`).getUTCDay())
      if (isWeekend !== (name === 'workdays')) {
        return refuse(
          'day_without_effect',
          path,
          `${each} is ${isWeekend ? '' : 'not '}at a weekend.`,
        )
      }
    }
  }
  return { ok: true }
}

/** The days that a calendar makes of those of the week; undefined is none. */
export function workingDaysOf(calendar: WorkCalendar | undefined): IsWorkingDay {
  if (!calendar) return weekdays
  const [holidays, workdays] = [new Set(calendar.holidays), new Set(calendar.workdays)]
  return (dayUs) => {
    const date = dayOf(dayUs + 8 * US_AN_HOUR)
    return workdays.has(date) || (weekdays(dayUs) && !holidays.has(date))
  }
}
