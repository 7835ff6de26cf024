/**
 * The clock of a recall: what the law asks for and by when, by which law and calendar that is
 * counted, and what is not sure of it.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import {
  type Clock,
  clockFromUs,
  clockOf,
  deadlinesOf,
  doneAt,
  NO_CLOCK,
} from '#risk/recall-clock.ts'
import type { Text } from '#risk/words.ts'
import { workingDaysOf } from '#risk/work-calendar.ts'
import { clockSteps } from '#store/recalls/clock-steps.ts'
import { isOver, type Recall, type RecallStep } from '#store/recalls/recall.ts'
import type { CalendarVersion } from '#store/registry/work-calendar.ts'

const time = z.iso.datetime()

export const clockSchema = z.object({
  law: z.string().optional(),
  source: z.string().optional(),
  verified: z
    .boolean()
    .meta({ description: 'Whether the figures were compared with the text of the law itself' }),
  statutory: z.boolean().meta({ description: 'False: no law with deadlines is recorded for it' }),
  calendar: z
    .union([
      z.object({ days: z.literal('weekdays') }),
      z.object({
        days: z.literal('holidays'),
        version: z.int(),
        source: z.string(),
        to: z.string(),
      }),
    ])
    .meta({ description: 'How working days are counted: by the week alone, or by a calendar' }),
  notes: z.array(z.object({ zh: z.string(), en: z.string() })),
  deadlines: z.array(
    z.object({ step: z.string(), due: time, done: time.optional(), overdue: z.boolean() }),
  ),
})

const NOTES = {
  unverified: {
    zh: '时限数值未与法规原文核对。',
    en: 'The figures were not compared with the text of the law itself.',
  },
  weekdays: {
    zh: '未载入节假日安排：工作日仅排除周六、周日。',
    en: 'No calendar of holidays is loaded: only weekends are left out of working days.',
  },
  beyond: {
    zh: '部分期限超出节假日安排所覆盖的日期，其后仅排除周六、周日。',
    en: 'A deadline lies beyond the days of the calendar: behind these only weekends are left out.',
  },
} as const satisfies Record<string, Text>

interface Clocked {
  readonly recall: Recall
  readonly steps: readonly RecallStep[]
}

export function clockView(
  { recall, steps }: Clocked,
  nowUs: number,
  loaded: CalendarVersion | undefined,
): z.output<typeof clockSchema> {
  const { law, recallClass, id, state } = recall
  const decidedUs = clockFromUs(recall)
  const clock = law === undefined ? undefined : clockOf(law, decidedUs)
  const calendar = calendarView(loaded)
  if (law === undefined || clock === undefined) {
    const none = { verified: false, statutory: false, calendar, notes: [NO_CLOCK], deadlines: [] }
    return { ...(law !== undefined && { law }), ...none }
  }
  const closed = steps.find(({ step }) => step === 'close' || step === 'cancel')
  const progress = {
    ...{ recall: `recall:${id}`, law, recallClass, decidedUs, done: clockSteps(steps) },
    ...(isOver(state) && closed && { closedUs: closed.atUs }),
  }
  const due = deadlinesOf(progress, nowUs, workingDaysOf(loaded))
  const deadlines = due.map((deadline) => {
    const doneUs = doneAt(progress, deadline)
    return {
      step: deadline.step,
      due: formatTimeUs(deadline.dueUs),
      ...(doneUs !== undefined && { done: formatTimeUs(doneUs) }),
      overdue: (doneUs ?? closed?.atUs ?? nowUs) > deadline.dueUs,
    }
  })
  const lastUs = Math.max(0, ...due.map(({ dueUs }) => dueUs))
  const notes = notesOf(clock, clock.limits[recallClass], loaded, lastUs)
  const { source, verified } = clock
  return { law, source, verified, statutory: true, calendar, notes, deadlines }
}

function calendarView(loaded: CalendarVersion | undefined) {
  if (!loaded) return { days: 'weekdays' as const }
  const { version, source, to } = loaded
  return { days: 'holidays' as const, version, source, to }
}

function notesOf(
  { verified }: Clock,
  limits: Clock['limits']['I'],
  loaded: CalendarVersion | undefined,
  lastUs: number,
): Text[] {
  const isCounted = limits.some(({ workingDays }) => workingDays !== undefined)
  const isBeyond = loaded !== undefined && formatTimeUs(lastUs).slice(0, 10) > loaded.to
  return [
    ...(verified ? [] : [NOTES.unverified]),
    ...(isCounted && !loaded ? [NOTES.weekdays] : []),
    ...(isCounted && isBeyond ? [NOTES.beyond] : []),
  ]
}
