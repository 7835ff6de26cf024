/**
 * What findings are written in: sentences in Chinese and English as templates with places for
 * figures, and the units that the figures have.
 */
import { chineseOf } from '#epcis/cbv-names.ts'

export interface Text {
  readonly zh: string
  readonly en: string
}

/** Units of parameters and figures, as people read them. */
export const UNITS = {
  celsius: { zh: '°C', en: '°C' },
  'celsius-a-minute': { zh: '°C/分钟', en: '°C/min' },
  minutes: { zh: '分钟', en: 'min' },
  hours: { zh: '小时', en: 'h' },
  days: { zh: '天', en: 'd' },
  months: { zh: '个月', en: 'months' },
  seconds: { zh: '秒', en: 's' },
  percent: { zh: '%', en: '%' },
  kilometres: { zh: '公里', en: 'km' },
  'kilometres-an-hour': { zh: '公里/小时', en: 'km/h' },
  kilograms: { zh: '千克', en: 'kg' },
  'kilojoules-a-mole': { zh: '千焦/摩尔', en: 'kJ/mol' },
  'kilojoules-a-mole-kelvin': { zh: '千焦/(摩尔·开)', en: 'kJ/(mol·K)' },
  count: { zh: '', en: '' },
  ratio: { zh: '', en: '' },
} as const

export type Unit = keyof typeof UNITS

export const UNIT_NAMES = Object.keys(UNITS) as [Unit, ...Unit[]]

/** A computed value beside its limit, both in `unit`. */
export interface Measure {
  readonly name: string
  readonly value: number
  readonly limit: number | undefined
  readonly unit: Unit
}

/** A sentence that begins with a key. */
const KEY = /^[a-z][a-z0-9+.-]*:\S/

const PLACE = /\{([a-zA-Z]{1,20})(\.limit)?\}/g

/**
 * A template filled: `{name}` is a measure with its unit or a word, `{name.limit}` the limit of a
 * measure. A place that nothing fills is left as it stands. Steps, dispositions and tests are told
 * as people call them.
 */
export function fill(
  template: Text,
  measures: readonly Measure[],
  words: Readonly<Record<string, string>>,
): Text {
  const into = (language: keyof Text) =>
    template[language].replace(PLACE, (whole, name: string, limit: string | undefined) => {
      const measure = measures.find((each) => each.name === name)
      if (!measure) {
        const word = words[name] ?? whole
        return SPOKEN.has(name) ? spoken(word, language) : word
      }
      const value = limit === undefined ? measure.value : measure.limit
      return value === undefined ? whole : amount(value, measure, language)
    })
  const en = into('en')
  // A key is none with a capital letter.
  const begins = KEY.test(en) ? en.charAt(0) : en.charAt(0).toUpperCase()
  return { zh: into('zh'), en: begins + en.slice(1) }
}

/** Places of words that have names. All others hold what somebody gave: a lot, a key, a day. */
const SPOKEN: ReadonlySet<string> = new Set(['step', 'end', 'result', 'test'])

/** Words of ours beside those of the vocabulary. */
const OURS: Readonly<Record<string, Text>> = {
  transforming: { zh: '转化', en: 'transforming' },
  seen: { zh: '出现', en: 'seen' },
  general: { zh: '总体检验', en: 'general' },
  start: { zh: '启动召回', en: 'its start' },
  notify: { zh: '通知持有方', en: 'notice to holders' },
  plan: { zh: '提交召回计划', en: 'the plan' },
  progress: { zh: '报告进度', en: 'a progress report' },
  complete: { zh: '完成召回', en: 'its completion' },
}

/** Of one word, or several with commas between; what is no word of these stays. */
function spoken(words: string, language: keyof Text): string {
  const each = words.split(', ').map((word) => {
    const ours = OURS[word]
    if (ours) return ours[language]
    const chinese = chineseOf(word)
    if (chinese === undefined) return word
    return language === 'zh' ? chinese : word.replaceAll('_', ' ')
  })
  return each.join(language === 'zh' ? '，' : ', ')
}

const MOST_DIGITS = 4

/** Rounded as much as it may be and still differ from its limit, in the unit that fits it. */
function amount(value: number, { value: one, limit: other, unit }: Measure, language: keyof Text) {
  const [divisor, fitting] = fittingUnit(value, unit)
  const apart = (digits: number) =>
    other === undefined ||
    one === other ||
    round(one / divisor, digits) !== round(other / divisor, digits)
  const size = Math.abs(value / divisor)
  let digits = size >= 1000 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : MOST_DIGITS
  while (digits < MOST_DIGITS && !apart(digits)) digits += 1
  const name = UNITS[fitting][language]
  const space = name === '' || name === '%' ? '' : ' '
  return `${round(value / divisor, digits)}${space}${name}`
}

/** Lengths of time that nobody counts in minutes or hours. */
function fittingUnit(value: number, unit: Unit): readonly [divisor: number, unit: Unit] {
  const minutes = unit === 'minutes' ? value : unit === 'hours' ? value * 60 : 0
  if (minutes > 10 * 1440) return [unit === 'minutes' ? 1440 : 24, 'days']
  return unit === 'minutes' && minutes > 48 * 60 ? [60, 'hours'] : [1, unit]
}

/** Whole numbers stay whole. */
function round(value: number, digits: number): string {
  return String(Math.round(value * 10 ** digits) / 10 ** digits)
}

const US_A_SECOND = 1_000_000
export const US_A_MINUTE = 60 * US_A_SECOND
export const US_AN_HOUR = 60 * US_A_MINUTE
export const US_A_DAY = 24 * US_AN_HOUR

export function secondsUs(seconds: number): number {
  return seconds * US_A_SECOND
}
