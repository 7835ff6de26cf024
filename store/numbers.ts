/**
 * What running numbers tell of messages that never came: a sender that numbers what it sends says
 * with 20 behind 16 that 17 to 19 are missing. Pure; kept by numbering.ts.
 *
 * It is never said where something else explains it: a birth, another session, a counter that began
 * anew. What comes late takes its gap back, what comes twice changes nothing, and a jump that no
 * outage explains is a sender that began anew. What is behind all that was heard of a run is of
 * another run only once a second number goes on from it; until then nothing is made of it.
 */

/** A running number, as a message bears it. */
export interface Numbered {
  /** Which of those that a device speaks for numbers, as its DevEUI; '' is the device itself. */
  readonly source: string
  /** Undefined: its run has ended, and whatever comes next is of another. */
  readonly value: number | undefined
  /** How many numbers there are: behind the last of them comes 0. */
  readonly modulus: number
  /** What was before is of another run. */
  readonly isFirst?: boolean
  /** What tells a run from the next where it is told, as a session. */
  readonly run?: string | undefined
}

/** Numbers that are missing, from the first to the last of them. */
export interface Gap {
  readonly from: number
  readonly to: number
  /** When what came behind it was received. */
  readonly noticedUs: number
}

/** How far the numbers of one source have come. Numbers in it are counted on and do not wrap. */
export interface Numbering {
  readonly run: string
  readonly modulus: number
  /** The highest of the run; undefined where it has ended. */
  readonly last: number | undefined
  /** Where another run may be: a number that does not belong to this one. */
  readonly aside?: number
  /** Those of the run that may still be filled, the oldest first. */
  readonly gaps: readonly Gap[]
  /** The last one of the runs before, which stays. */
  readonly old?: Gap
}

export interface Followed {
  readonly numbering: Numbering
  /** Numbers that came, not counting repeats: 0 or 1. */
  readonly came: number
  /** Numbers that are missing now and were not before. */
  readonly missed: number
  /** Of a number that was told as missing: when that was. */
  readonly foundUs?: number
}

/** A LoRaWAN network server takes no further jump either [LoRaWAN 1.0.3, 4.3.1.5]. */
const MAX_JUMP = 16_384
/** So far behind a number is a repeat, not another run; a quarter of Sparkplug's numbers. */
const NEAR = 64
/** Gaps that may be filled; older ones stay. */
const MAX_GAPS = 32

/** The numbering of a source after one more number; undefined before its first. */
export function followNumber(
  before: Numbering | undefined,
  number: Numbered,
  receivedAtUs: number,
): Followed | undefined {
  const { value, modulus, run = '', isFirst = false } = number
  const isOther = before !== undefined && run !== '' && before.run !== '' && run !== before.run
  if (value === undefined) {
    // The end of an earlier run may come behind the beginning of the next.
    if (before === undefined || isOther) return undefined
    return { numbering: { ...ended(before), last: undefined }, came: 0, missed: 0 }
  }
  const isNew = before === undefined || isFirst || isOther || before.modulus !== modulus
  if (isNew || before.last === undefined) {
    const old = before && ended(before)
    return { numbering: { ...old, run, modulus, last: value, gaps: [] }, came: 1, missed: 0 }
  }
  const known = run === '' ? before : { ...before, run }
  return following({ ...known, last: before.last }, value, receivedAtUs)
}

function following(
  before: Numbering & { readonly last: number },
  value: number,
  receivedAtUs: number,
): Followed {
  const { last, modulus, aside, gaps } = before
  const ahead = distance(last, value, modulus)
  const unchanged = { numbering: before, came: 0, missed: 0 }
  if (ahead === 0) return unchanged
  const aheadAside = aside === undefined ? 0 : distance(aside, value, modulus)
  if (aheadAside > 0 && aheadAside <= NEAR && aheadAside < ahead) {
    const other = { ...ended(before), last: value, aside: wrapped(last, modulus) }
    return { numbering: other, came: 1, missed: 0 }
  }
  if (ahead <= Math.min(MAX_JUMP, modulus / 2)) {
    const next = last + ahead
    const missed = ahead - 1
    const gap = { from: last + 1, to: next - 1, noticedUs: receivedAtUs }
    const numbering = { ...before, last: next, gaps: missed === 0 ? gaps : bounded([...gaps, gap]) }
    return { numbering, came: 1, missed }
  }
  const behind = last + ahead - modulus
  const filled = gaps.find(({ from, to }) => from <= behind && behind <= to)
  if (filled !== undefined) {
    const numbering = { ...before, gaps: bounded(gaps.flatMap((gap) => without(gap, behind))) }
    return { numbering, came: 1, missed: 0, foundUs: filled.noticedUs }
  }
  if (last - behind <= NEAR) return unchanged
  return { ...unchanged, numbering: { ...before, aside: value } }
}

/** The last gap that is there, in the numbers of the sender. */
export function lastGap({ gaps, old, modulus }: Numbering): Gap | undefined {
  const gap = gaps.at(-1)
  return gap === undefined ? old : inNumbersOf(gap, modulus)
}

function ended({ aside, old, gaps, ...rest }: Numbering): Numbering {
  const gap = lastGap({ ...rest, gaps, ...(old && { old }) })
  return { ...rest, gaps: [], ...(gap && { old: gap }) }
}

function inNumbersOf({ from, to, noticedUs }: Gap, modulus: number): Gap {
  return { from: wrapped(from, modulus), to: wrapped(to, modulus), noticedUs }
}

function bounded(gaps: readonly Gap[]): readonly Gap[] {
  return gaps.slice(-MAX_GAPS)
}

function without({ from, to, noticedUs }: Gap, number: number): Gap[] {
  if (number < from || number > to) return [{ from, to, noticedUs }]
  const before = number > from ? [{ from, to: number - 1, noticedUs }] : []
  const behind = number < to ? [{ from: number + 1, to, noticedUs }] : []
  return [...before, ...behind]
}

/** How far it is on from one number to another, from 0 to `modulus` - 1. */
function distance(from: number, to: number, modulus: number): number {
  return wrapped(to - from, modulus)
}

function wrapped(number: number, modulus: number): number {
  return ((number % modulus) + modulus) % modulus
}
