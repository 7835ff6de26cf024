/** Query parameters that several routes take. */
import { z } from 'zod'
import { parseTimeUs } from '#epcis/time.ts'

/** A moment: RFC 3339 text with offset in, microseconds since 1970 out. */
export const moment = z
  .string()
  .transform((text, context): number => {
    const us = parseTimeUs(text)
    if (us !== undefined) return us
    context.addIssue({ code: 'custom', message: `${text} is no RFC 3339 date-time with offset` })
    return z.NEVER
  })
  .meta({ type: 'string', format: 'date-time' })

/** Values separated by `|` or by repeating the parameter. */
export const valueList = z
  .union([z.string(), z.array(z.string())])
  .transform((given, context): string[] => {
    const values = [given].flat().flatMap((text) => text.split('|'))
    if (!values.includes('')) return values
    context.addIssue({ code: 'custom', message: 'a value is empty' })
    return z.NEVER
  })
  .meta({ type: 'string' })

/** Values of a list, each of which is among some names. */
export const oneOf = (names: readonly string[]) =>
  valueList
    .refine((values) => values.every((value) => names.includes(value)), {
      error: `must be among ${names.join(', ')}`,
    })
    .optional()

const unitsUs = { ms: 1e3, s: 1e6, m: 60e6, h: 3600e6, d: 86_400e6 } as const

/** A length of time such as `5m`; microseconds out. */
export const duration = z
  .string()
  .regex(/^[1-9]\d{0,6}(ms|s|m|h|d)$/, 'must be a whole number with ms, s, m, h or d')
  .transform((text) => {
    const unit = text.replace(/^\d+/, '') as keyof typeof unitsUs
    return Number.parseInt(text, 10) * unitsUs[unit]
  })
  .meta({ type: 'string', example: '5m' })

export const count = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'must be a whole number above 0')
  .transform(Number)
  .meta({ type: 'integer' })
