/** Reading a command line: what is wrong with it is said for the person who typed it. */
import { type ParseArgsConfig, parseArgs } from 'node:util'

type Options = NonNullable<ParseArgsConfig['options']>

/** What the command line does not say right; `message` is for its user. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Options, and the words beside them. Throws UsageError. */
export function readFlags<const Given extends Options>(args: readonly string[], options: Given) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (cause) {
    // Without the cause: its message is this one, and would be told twice.
    throw new UsageError(cause instanceof Error ? cause.message : String(cause))
  }
}

export function wholeNumber(flag: string, text: string, least: number, most = 999_999_999): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new UsageError(`${flag} must be a whole number from ${least} to ${most}, not ${text}`)
}

/** From 0 to 1. */
export function share(flag: string, text: string): number {
  const value = /^\d?(\.\d{1,9})?$/.test(text) && text !== '' ? Number(text) : Number.NaN
  if (value >= 0 && value <= 1) return value
  throw new UsageError(`${flag} must be a share from 0 to 1, such as 0.05, not ${text}`)
}

export function urlOf(flag: string, text: string): URL {
  if (!URL.canParse(text)) throw new UsageError(`${flag} must be a URL, not ${text}`)
  return new URL(text)
}
