/** The calendar by which working days of deadlines are counted: loaded by an administrator. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { checkCalendar, workCalendarSchema } from '#risk/work-calendar.ts'
import type { CalendarVersion, WorkCalendars } from '#store/registry/work-calendar.ts'
import { nameOf } from './alerts.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'

const calendarSchema = workCalendarSchema
  .extend({
    version: z.int(),
    at: z.iso.datetime(),
    by: z.string(),
    source: z.string().meta({ description: 'Where it was published' }),
  })
  .meta({ id: 'WorkCalendar' })

const putSchema = workCalendarSchema
  .extend({
    basedOn: z.int().nonnegative().describe('The version that it follows; 0 before the first'),
    source: z.string().trim().min(1).max(500).describe('Where it was published'),
  })
  .meta({ id: 'NewWorkCalendar' })

export interface WorkCalendarParts {
  readonly calendars: WorkCalendars
  readonly nowUs: () => number
}

export function serveWorkCalendar(router: Router, { calendars, nowUs }: WorkCalendarParts): void {
  const path = '/v1/work-calendar'
  router.serve(
    {
      method: 'get',
      path,
      may: 'read work calendar',
      tag: 'Registry',
      summary: 'The calendar by which working days are counted',
      query: { version: z.coerce.number().int().positive().optional() },
      answers: { 200: { description: 'It', schema: calendarSchema } },
    },
    (c, { query: { version } }) => {
      const found = calendars.get(version)
      if (found) return c.json(view(found))
      const which = version === undefined ? '' : ` of version ${version}`
      throw new Problem('not_found', { detail: `no calendar${which} is loaded` })
    },
  )
  router.serve(
    {
      method: 'put',
      path,
      may: 'write work calendar',
      tag: 'Registry',
      summary: 'Load a calendar of holidays and of the days that make up for them',
      description:
        'Deadlines of recalls that are counted in working days follow the newest version. Days ' +
        'outside of it are counted by the week.',
      body: putSchema,
      answers: { 200: { description: 'The new version', schema: calendarSchema } },
    },
    (c, { caller, body: { basedOn, source, ...days } }) => {
      const checked = checkCalendar(days)
      if (!checked.ok) {
        const { code, message, path: place } = checked
        throw new Problem('invalid_input', { code, path: place, detail: message })
      }
      const added = calendars.add(basedOn, { ...days, source, by: nameOf(caller), atUs: nowUs() })
      const now = calendars.get(added.version)
      if (!added.ok || !now) {
        const detail = `version ${added.version} is loaded, not ${basedOn}`
        throw new Problem('conflict', { code: 'calendar_changed', path: '/basedOn', detail })
      }
      return c.json(view(now))
    },
  )
}

function view({ atUs, ...rest }: CalendarVersion): z.output<typeof calendarSchema> {
  return { ...rest, at: formatTimeUs(atUs) }
}
