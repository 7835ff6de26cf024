import { describe, expect, it } from 'vitest'
import { fill, type Measure } from '#risk/words.ts'

const minutes = (value: number, limit: number): Measure => ({
  ...{ name: 'duration', value, limit, unit: 'minutes' },
})
const told = (measure: Measure) =>
  fill(
    { zh: '{duration}（限 {duration.limit}）', en: '{duration} of {duration.limit}' },
    [measure],
    {},
  )

describe('a sentence of a finding', () => {
  it('tells steps and dispositions in the language of the sentence', () => {
    const template = { zh: '{step} 时已过期：{result}', en: '{step} after its end: {result}' }
    const words = { step: 'retail_selling', result: 'non_conformant, REPORT-7' }
    expect(fill(template, [], words)).toEqual({
      zh: '零售 时已过期：不合格，REPORT-7',
      en: 'Retail selling after its end: non conformant, REPORT-7',
    })
  })

  it('leaves what somebody gave as it was given', () => {
    const template = { zh: '批号 {lot}', en: 'lot {lot}' }
    expect(fill(template, [], { lot: 'other' })).toEqual({ zh: '批号 other', en: 'Lot other' })
    const unknown = { zh: '{party} 未登记。', en: '{party} is in no register.' }
    const party = 'https://id.gs1.org/417/9521321000010'
    expect(fill(unknown, [], { party }).en).toBe(`${party} is in no register.`)
    expect(fill(unknown, [], { party: 'somebody' }).en).toBe('Somebody is in no register.')
  })

  it('tells a length of time in the unit that fits it', () => {
    expect(told(minutes(75, 60)).zh).toBe('75 分钟（限 60 分钟）')
    expect(told(minutes(910_658.4473, 4320)).zh).toBe('632.4 天（限 72 小时）')
    expect(told(minutes(4000, 45)).en).toBe('66.7 h of 45 min')
  })

  it('rounds no further than a value differs from its limit', () => {
    const template = { zh: '{share}/{share.limit}', en: '{share} of {share.limit}' }
    const share = (value: number) =>
      fill(template, [{ name: 'share', value, limit: 100, unit: 'percent' }], {}).en
    expect(share(132.8531)).toBe('132.9% of 100%')
    expect(share(100.0042)).toBe('100.004% of 100%')
    expect(share(100)).toBe('100% of 100%')
  })
})
