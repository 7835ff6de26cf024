/** Times and numbers as people write them, in the time zone of the reader. */
import type { Language } from './language.ts'

const locales: Readonly<Record<Language, string>> = { zh: 'zh-CN', en: 'en-GB' }
const formats = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()

function dateFormat(language: Language, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known instanceof Intl.DateTimeFormat) return known
  const made = new Intl.DateTimeFormat(locales[language], options)
  formats.set(key, made)
  return made
}

/** Such as 11/19 05:11; with the year where it is not this one. */
export function shortTime(time: string | number, language: Language): string {
  const date = new Date(time)
  const isThisYear = date.getFullYear() === new Date().getFullYear()
  return dateFormat(language, {
    ...(!isThisYear && { year: 'numeric' }),
    ...{ month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false },
  }).format(date)
}

export function shortDate(time: string | number, language: Language): string {
  return dateFormat(language, { year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(time),
  )
}

/** Of an axis: a day as 11/19, in English as 19/11, like all other days of the page. */
export function axisDay(date: Date, language: Language): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const [month, day] = [two(date.getMonth() + 1), two(date.getDate())]
  return language === 'en' ? `${day}/${month}` : `${month}/${day}`
}

export function numberText(value: number, language: Language, digits = 1): string {
  const key = `${language} ${digits}`
  const known = formats.get(key)
  if (known instanceof Intl.NumberFormat) return known.format(value)
  const made = new Intl.NumberFormat(locales[language], { maximumFractionDigits: digits })
  formats.set(key, made)
  return made.format(value)
}

/** A length of time in the unit that fits it. */
export function durationText(ms: number, language: Language): string {
  const minutes = ms / 60_000
  const [value, zh, en] =
    minutes < 90
      ? [minutes, '分钟', 'min']
      : minutes < 48 * 60
        ? [minutes / 60, '小时', 'h']
        : [minutes / 1440, '天', 'days']
  return `${numberText(value, language)} ${language === 'zh' ? zh : en}`
}

/** Things beside each other. */
export function listText(items: readonly string[], language: Language): string {
  return items.join(language === 'zh' ? '、' : ', ')
}
