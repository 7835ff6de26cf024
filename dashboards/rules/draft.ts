/** A change of a rule as it is drafted in a form. */
import type { InferResponseType } from 'hono/client'
import type { api } from '../server/api.ts'
import type { Language } from '../words/language.ts'

export type Rules = InferResponseType<typeof api.v1.rules.$get>
export type Rule = Rules['rules'][number]
export type Change = Rule['changes'][number]

export interface NumberParameter {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly about: { readonly zh: string; readonly en: string }
}

/** The parameters of a rule that are numbers: those that a form can hold. */
export function numbersOf({ parameters }: Rule): NumberParameter[] {
  return Object.entries(parameters).flatMap(([name, spec]) => {
    const { kind, unit, value, min, max, about } = spec
    const isNumber = kind === 'number' && typeof value === 'number'
    if (!isNumber || typeof min !== 'number' || typeof max !== 'number') return []
    return [{ name, unit: String(unit), value, min, max, about: about as NumberParameter['about'] }]
  })
}

/** What a parameter is called. */
export function parameterName({ parameters }: Rule, name: string, language: Language): string {
  const about = parameters[name]?.['about'] as NumberParameter['about'] | undefined
  return about?.[language] ?? name
}

const US_A_MS = 1000

/** What a form says, as the server takes it. Fields left empty change nothing. */
export function changeOf(rule: Rule, form: FormData): Omit<Change, 'author'> {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const given = numbersOf(rule).flatMap(({ name }) => {
    const value = text(`p_${name}`)
    return value === '' ? [] : [[name, Number(value)] as const]
  })
  const severity = (['critical', 'warning', 'info'] as const).find(
    (one) => one === text('severity'),
  )
  const domain = (['food', 'drugs', 'building_materials'] as const).find(
    (one) => one === text('domain'),
  )
  return {
    revision: text('revision'),
    rule: rule.id,
    enabled: form.has('enabled'),
    ...(severity && { severity }),
    ...(domain && { domain }),
    ...(given.length > 0 && { parameters: Object.fromEntries(given) }),
    fromUs: Date.parse(text('from')) * US_A_MS,
    reason: text('reason'),
  }
}

/** All changes in force. */
export function allChanges({ rules }: Rules): Change[] {
  return rules.flatMap(({ changes }) => changes)
}

/** For a field of date and time, in the time zone of the reader. */
export function localTime(ms: number): string {
  const date = new Date(ms)
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
