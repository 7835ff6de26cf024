/**
 * G2: by when a recall has to be begun, planned, reported and completed, by law and class. The
 * clocks are data by the day they took effect, as laws are revised: a recall keeps the clock of
 * the day it was decided on.
 */
import { type Finding, finding } from './finding.ts'
import type { InForce } from './rule-set.ts'
import { dayOf } from './seen.ts'
import { type Text, US_A_DAY, US_AN_HOUR } from './words.ts'

export const RECALL_CLASSES = ['I', 'II', 'III'] as const
/** I: serious harm is likely. II: harm is passing, or unlikely. III: none is to be expected. */
export type RecallClass = (typeof RECALL_CLASSES)[number]

/** What people call a recall, of its key `recall:R-000012`. */
export function recallId(key: string): string {
  return key.replace(/^recall:/, '')
}

export type RecallStep = 'start' | 'notify' | 'plan' | 'progress' | 'complete'

/** One limit. `progress` comes again after each so much time. */
interface Limit {
  readonly step: RecallStep
  readonly hours?: number
  readonly days?: number
  readonly workingDays?: number
}

export interface Clock {
  readonly law: string
  /** First day on which it holds, and the first on which it does not any more; UTC+8. */
  readonly from: string
  readonly to?: string
  readonly source: string
  /** Whether the figures were compared with the text of the law itself. */
  readonly verified: boolean
  readonly limits: Readonly<Record<RecallClass, readonly Limit[]>>
}

const hours = (step: RecallStep, value: number): Limit => ({ step, hours: value })
const days = (step: RecallStep, value: number): Limit => ({ step, days: value })
const working = (step: RecallStep, value: number): Limit => ({ step, workingDays: value })

export const CLOCKS: readonly Clock[] = [
  {
    law: 'food-cn',
    from: '2015-09-01',
    to: '2026-02-01',
    source: '食品召回管理办法 2015, 2020',
    verified: true,
    limits: {
      I: [hours('start', 24), working('complete', 10)],
      II: [hours('start', 48), working('complete', 20)],
      III: [hours('start', 72), working('complete', 30)],
    },
  },
  {
    // Told second-hand: limits of 24 and 48 hours for the start. The stricter reading is taken
    // for class III, and the time to complete as it was.
    law: 'food-cn',
    from: '2026-02-01',
    source: '食品召回管理办法 2026 (市场监管总局令第122号)',
    verified: false,
    limits: {
      I: [hours('start', 24), working('complete', 10)],
      II: [hours('start', 48), working('complete', 20)],
      III: [hours('start', 48), working('complete', 30)],
    },
  },
  {
    law: 'drugs-cn',
    from: '2007-12-10',
    to: '2022-11-01',
    source: '药品召回管理办法 2007',
    verified: true,
    limits: {
      I: [hours('notify', 24), days('plan', 1), days('progress', 1)],
      II: [hours('notify', 48), days('plan', 3), days('progress', 3)],
      III: [hours('notify', 72), days('plan', 7), days('progress', 7)],
    },
  },
  {
    law: 'drugs-cn',
    from: '2022-11-01',
    source: '药品召回管理办法 2022',
    verified: false,
    limits: {
      I: [days('notify', 1), days('plan', 1), days('progress', 1)],
      II: [days('notify', 3), days('plan', 3), days('progress', 3)],
      III: [days('notify', 7), days('plan', 7), days('progress', 7)],
    },
  },
  {
    law: 'drugs-us',
    from: '2013-11-27',
    source: 'FD&C 582: illegitimate product',
    verified: true,
    limits: { I: [hours('notify', 24)], II: [hours('notify', 24)], III: [hours('notify', 24)] },
  },
]

/** What is said of a recall for which no law with deadlines is recorded, instead of a clock. */
export const NO_CLOCK: Text = {
  zh: '无法定时限：未收录适用于此类产品召回的法定期限，按召回计划与主管部门要求执行。',
  en: 'No statutory clock is recorded for recalls of such goods: go by plan and authority.',
}

const CHINA_US = 8 * US_AN_HOUR

function startOfDayUs(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) * 1000 - CHINA_US
}

/** The clock of a law on the day of a decision; undefined where there is none. */
export function clockOf(law: string, decidedUs: number): Clock | undefined {
  return CLOCKS.find((clock) => {
    const { from, to } = clock
    const isBegun = startOfDayUs(from) <= decidedUs
    return clock.law === law && isBegun && (to === undefined || decidedUs < startOfDayUs(to))
  })
}

/** From when the clock of a recall runs: who orders that nothing moves has decided by then. */
export function clockFromUs({
  decidedUs,
  orderedUs = decidedUs,
}: {
  readonly decidedUs: number
  readonly orderedUs?: number | undefined
}): number {
  return Math.min(decidedUs, orderedUs)
}

/** Whether the day that begins at a time, in UTC+8, is one on which people work. */
export type IsWorkingDay = (dayUs: number) => boolean

/** Monday to Friday. Holidays and the working days that make up for them come from a calendar. */
export const weekdays: IsWorkingDay = (dayUs) => {
  const weekday = new Date((dayUs + CHINA_US) / 1000).getUTCDay()
  return weekday > 0 && weekday < 6
}

/** The end of the n-th working day after that of a time. Looks no further than ten times n. */
export function workingDaysAfter(
  fromUs: number,
  count: number,
  isWorkingDay: IsWorkingDay,
): number {
  const today = Math.floor((fromUs + CHINA_US) / US_A_DAY) * US_A_DAY - CHINA_US
  let left = count
  let day = today
  for (let looked = 0; left > 0 && looked < 10 * count + 30; looked++) {
    day += US_A_DAY
    if (isWorkingDay(day)) left--
  }
  return day + US_A_DAY
}

export interface Deadline {
  readonly step: RecallStep
  readonly fromUs: number
  readonly dueUs: number
}

/** A recall as its clock sees it. */
export interface RecallProgress {
  /** Key of the recall: `recall:…`. */
  readonly recall: string
  readonly law: string
  readonly recallClass: RecallClass
  /** When it was found that it has to be. */
  readonly decidedUs: number
  /** When each step was done; of `progress`, each report. */
  readonly done: readonly { readonly step: RecallStep; readonly timeUs: number }[]
  readonly closedUs?: number
}

/** The deadlines of a recall as of a time: a report for each interval that has begun by then. */
export function deadlinesOf(
  { law, recallClass, decidedUs, closedUs }: RecallProgress,
  nowUs: number,
  isWorkingDay: IsWorkingDay,
): Deadline[] {
  const limits = clockOf(law, decidedUs)?.limits[recallClass] ?? []
  return limits.flatMap(({ step, hours: h, days: d, workingDays }) => {
    if (workingDays !== undefined) {
      const dueUs = workingDaysAfter(decidedUs, workingDays, isWorkingDay)
      return [{ step, fromUs: decidedUs, dueUs }]
    }
    const lengthUs = (h ?? 0) * US_AN_HOUR + (d ?? 0) * US_A_DAY
    if (step !== 'progress') return [{ step, fromUs: decidedUs, dueUs: decidedUs + lengthUs }]
    const untilUs = Math.min(nowUs, closedUs ?? nowUs, decidedUs + MOST_REPORTS * lengthUs)
    const count = Math.max(1, Math.ceil((untilUs - decidedUs) / lengthUs))
    return Array.from({ length: count }, (_, at) => {
      const fromUs = decidedUs + at * lengthUs
      return { step, fromUs, dueUs: fromUs + lengthUs }
    })
  })
}

/** Reports looked at: a recall that is never closed does not go on for ever. */
const MOST_REPORTS = 1_000

/**
 * What is near, late or was done late, one finding a deadline. Reports that nothing came for until
 * one did, or by now, are one finding that counts them: a recall that goes on owes one a day.
 */
export function recallClock(
  rule: InForce<'G2'>,
  progress: RecallProgress,
  nowUs: number,
  isWorkingDay: IsWorkingDay,
): Finding[] {
  const missed = new Map<number | undefined, number>()
  const all = deadlinesOf(progress, nowUs, isWorkingDay).map((deadline) => {
    const doneUs = doneAt(progress, deadline)
    const isMissed = deadline.step === 'progress' && (doneUs ?? nowUs) > deadline.dueUs
    const nth = isMissed ? (missed.get(doneUs) ?? 0) + 1 : 0
    if (isMissed) missed.set(doneUs, nth)
    return { deadline, doneUs, nth }
  })
  return all.flatMap(({ deadline, doneUs, nth }) => {
    const { step, fromUs, dueUs } = deadline
    const isOwedBefore = step === 'progress' && doneUs === undefined && missed.has(undefined)
    if (nth > 1 || (nth === 0 && isOwedBefore)) return []
    const count = nth === 1 ? (missed.get(doneUs) ?? 1) : 0
    const warnUs = fromUs + ((dueUs - fromUs) * rule.parameters.warnPercent) / 100
    const isLate = (doneUs ?? nowUs) > dueUs
    if (!isLate && (doneUs !== undefined || nowUs < warnUs)) return []
    return [
      finding(rule, variantOf(isLate, doneUs !== undefined, count > 1), {
        subject: progress.recall,
        fromUs,
        toUs: doneUs,
        incident: step,
        knowableUs: isLate ? dueUs : warnUs,
        severity: isLate ? rule.severity : 'warning',
        measures:
          count > 1 ? [{ name: 'count', value: count, limit: undefined, unit: 'count' }] : [],
        words: { recall: recallId(progress.recall), step, due: minuteOf(dueUs) },
      }),
    ]
  })
}

function variantOf(isLate: boolean, isDone: boolean, isMany: boolean) {
  if (!isLate) return 'near'
  if (isDone) return isMany ? 'doneLateMany' : 'doneLate'
  return isMany ? 'lateMany' : 'late'
}

/** When what a deadline asks for was done; undefined while it is not. */
export function doneAt(
  { done, closedUs }: Pick<RecallProgress, 'done' | 'closedUs'>,
  { step, fromUs }: Deadline,
): number | undefined {
  const times = done.filter((each) => each.step === step && each.timeUs >= fromUs)
  const first = times.map(({ timeUs }) => timeUs).sort((one, other) => one - other)[0]
  // Once it is closed nothing is owed any more.
  return first ?? (step === 'progress' ? closedUs : undefined)
}

/** Day and minute in UTC+8. */
function minuteOf(us: number): string {
  const local = us + CHINA_US
  return `${dayOf(local)} ${new Date(local / 1000).toISOString().slice(11, 16)}+08:00`
}
