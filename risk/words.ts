/**
 * What findings are written in: sentences in Chinese and English as templates with places for
 * figures, and the units that the figures have.
 */

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

/** A computed value beside its limit, both in `unit`. */
export interface Measure {
  readonly name: string
  readonly value: number
  readonly limit: number | undefined
  readonly unit: Unit
}

const PLACE = /\{([a-zA-Z]{1,20})(\.limit)?\}/g

/**
 * A template filled: `{name}` is a measure with its unit or a word, `{name.limit}` the limit of a
 * measure. A place that nothing fills is left as it stands.
 */
export function fill(
  template: Text,
  measures: readonly Measure[],
  words: Readonly<Record<string, string>>,
): Text {
  const into = (language: keyof Text) =>
    template[language].replace(PLACE, (whole, name: string, limit: string | undefined) => {
      const measure = measures.find((each) => each.name === name)
      if (!measure) return words[name] ?? whole
      const value = limit === undefined ? measure.value : measure.limit
      return value === undefined ? whole : amount(value, measure.unit, language)
    })
  return { zh: into('zh'), en: into('en') }
}

function amount(value: number, unit: Unit, language: keyof Text): string {
  const name = UNITS[unit][language]
  const space = name === '' || name === '%' ? '' : ' '
  return `${round(value)}${space}${name}`
}

/** Four decimals are more than any sensor has; whole numbers stay whole. */
function round(value: number): string {
  return String(Math.round(value * 1e4) / 1e4)
}

const US_A_SECOND = 1_000_000
export const US_A_MINUTE = 60 * US_A_SECOND
export const US_AN_HOUR = 60 * US_A_MINUTE
export const US_A_DAY = 24 * US_AN_HOUR

export function secondsUs(seconds: number): number {
  return seconds * US_A_SECOND
}
