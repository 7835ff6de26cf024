import { describe, expect, it } from 'vitest'
import {
  clockOf,
  deadlinesOf,
  type RecallProgress,
  recallClock,
  weekdays,
  workingDaysAfter,
} from '#risk/recall-clock.ts'
import { inForce } from './setting.ts'

const DAY = 24

describe('the clock of a recall (G2)', () => {
  // Friday, 2025-05-02, 10:00 in China.
  const decidedUs = Date.UTC(2025, 4, 2, 2) * 1000
  const progress: RecallProgress = {
    recall: 'recall:1',
    law: 'food-cn',
    recallClass: 'I',
    decidedUs,
    done: [],
  }
  const inHours = (hours: number) => decidedUs + hours * 3.6e9

  it('is that of the day on which it was decided', () => {
    const on = (law: string, day: string) =>
      clockOf(law, Date.parse(`${day}T12:00:00+08:00`) * 1000)
    expect(on('food-cn', '2025-05-02')?.limits.III[0]).toEqual({ step: 'start', hours: 72 })
    expect(on('food-cn', '2026-03-01')?.limits.III[0]).toEqual({ step: 'start', hours: 48 })
    expect(on('drugs-cn', '2022-10-31')?.limits.II[0]).toEqual({ step: 'notify', hours: 48 })
    expect(on('drugs-cn', '2022-11-01')?.limits.II[0]).toEqual({ step: 'notify', days: 3 })
    expect(on('food-cn', '2001-01-01')).toBeUndefined()
  })

  it('warns at four fifths, is late after a day, and is kept when done in time', () => {
    const told = (nowUs: number, done: RecallProgress['done'] = []) =>
      recallClock(inForce('G2'), { ...progress, done }, nowUs, weekdays).map(
        ({ variant }) => variant,
      )
    expect(told(inHours(19))).toEqual([])
    expect(told(inHours(20))).toEqual(['near'])
    expect(told(inHours(25))).toEqual(['late'])
    expect(told(inHours(25), [{ step: 'start', timeUs: inHours(23) }])).toEqual([])
    expect(told(inHours(30), [{ step: 'start', timeUs: inHours(26) }])).toEqual(['doneLate'])
  })

  it('near and late are one incident', () => {
    const at = (nowUs: number) => recallClock(inForce('G2'), progress, nowUs, weekdays)[0]
    expect(at(inHours(20))?.identity).toBe(at(inHours(25))?.identity)
    expect(at(inHours(20))?.severity).toBe('warning')
    expect(at(inHours(25))?.severity).toBe('critical')
  })

  it('ten working days are two weeks, and a holiday makes them longer', () => {
    const endOf = (day: string) => (Date.parse(`${day}T00:00:00+08:00`) + 86_400_000) * 1000
    expect(workingDaysAfter(decidedUs, 10, weekdays)).toBe(endOf('2025-05-16'))
    const labourDay = Date.parse('2025-05-05T00:00:00+08:00') * 1000
    const calendar = (dayUs: number) => weekdays(dayUs) && dayUs !== labourDay
    expect(workingDaysAfter(decidedUs, 10, calendar)).toBe(endOf('2025-05-19'))
    expect(workingDaysAfter(decidedUs, 10, () => false)).toBeGreaterThan(decidedUs)
  })

  it('a report is owed each day until it is closed', () => {
    const drugs: RecallProgress = { ...progress, law: 'drugs-cn' }
    const reports = (more: Partial<RecallProgress>) =>
      deadlinesOf({ ...drugs, ...more }, inHours(5 * DAY), weekdays).filter(
        ({ step }) => step === 'progress',
      ).length
    expect(reports({})).toBe(5)
    expect(reports({ closedUs: inHours(2 * DAY) })).toBe(2)
  })

  it('reports that never came are one finding that counts them, until one comes', () => {
    const drugs: RecallProgress = { ...progress, law: 'drugs-cn' }
    const told = (days: number, ...reported: number[]) => {
      const done = reported.map((day) => {
        return { step: 'progress' as const, timeUs: inHours(day * DAY) }
      })
      return recallClock(inForce('G2'), { ...drugs, done }, inHours(days * DAY), weekdays)
        .filter(({ words }) => words['step'] === 'progress')
        .map(({ variant, measures }) => `${variant} ${measures[0]?.value ?? 1}`)
    }
    expect(told(0.9)).toEqual(['near 1'])
    expect(told(1.1)).toEqual(['late 1'])
    expect(told(5.9)).toEqual(['lateMany 5'])
    expect(told(5.9, 3.5)).toEqual(['doneLateMany 3', 'late 1'])
    expect(told(5.9, 0.5, 1.5, 2.5, 3.5, 4.5, 5.5)).toEqual([])
  })

  it('names the recall, what is due and by when, in both languages', () => {
    const drugs: RecallProgress = { ...progress, recall: 'recall:R-000012', law: 'drugs-cn' }
    const texts = (days: number, done: RecallProgress['done'] = []) =>
      recallClock(inForce('G2'), { ...drugs, done }, inHours(days * DAY), weekdays).flatMap(
        ({ text: { zh, en } }) => [zh, en],
      )
    const due = '2025-05-03 10:00+08:00'
    expect(texts(0.9)).toEqual(
      expect.arrayContaining([
        `召回 R-000012：须在 ${due} 前通知持有方。`,
        `Recall R-000012: notice to holders is due ${due}.`,
        `Recall R-000012: a progress report is due ${due}.`,
      ]),
    )
    expect(texts(1.1)).toEqual(
      expect.arrayContaining([
        `召回 R-000012：应在 ${due} 前提交召回计划，已逾期。`,
        `Recall R-000012: the plan was due ${due}, and is late.`,
      ]),
    )
    const late = '召回 R-000012：5 次进度报告逾期未交，最早一次应在'
    expect(texts(5.9)).toEqual(
      expect.arrayContaining([
        `${late} ${due} 前提交。`,
        `Recall R-000012: 5 progress reports are late; the first of them was due on ${due}.`,
      ]),
    )
    const done = [{ step: 'progress' as const, timeUs: inHours(3.5 * DAY) }]
    const when = `the first of them was due on ${due}.`
    expect(texts(3.6, done)).toEqual(
      expect.arrayContaining([
        `召回 R-000012：曾有 3 次进度报告逾期，其后才有报告；最早一次应在 ${due} 前提交。`,
        `Recall R-000012: 3 progress reports were late when one came; ${when}`,
      ]),
    )
  })
})
