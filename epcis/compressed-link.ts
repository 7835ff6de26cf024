/**
 * Whether a step of a web path is a compressed GS1 Digital Link: base64url of application
 * identifiers in hexadecimal digits and of their values in bits. Nearly any word is base64url, so
 * one is only called compressed where all of its bits read as such, to the last.
 * [GS1 Digital Link: Compression 4-5]
 */
import { hasItsNeeds, isExcluded } from './ai-pairs.ts'
import {
  type ApplicationIdentifier,
  applicationIdentifier,
  identifierAt,
} from './application-identifiers.ts'
import type { NoteCode } from './understood.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const STEP = /^[A-Za-z0-9_-]{4,400}$/

const numbered = (first: string, ais: readonly string[]): [string, string][] =>
  ais.map((ai, index) => [(Number.parseInt(first, 16) + index).toString(16).toUpperCase(), ai])

const DECIMALS = [...'0123456789']

/** Two hexadecimal digits that stand for several application identifiers. */
const SEQUENCES = new Map([
  ['0A', '01 22'],
  ['0B', '01 10'],
  ['0C', '01 21'],
  ['0D', '01 17'],
  ['0E', '01 7003'],
  ['0F', '01 30'],
  ['1A', '01 10 21 17'],
  ['1B', '01 15'],
  ['1C', '01 11'],
  ['1D', '01 16'],
  ['1E', '01 91'],
  ['1F', '01 10 15'],
  ...numbered('2A', ['01 3100', '01 3101', '01 3102', '01 3103', '01 3104', '01 3105']),
  ...numbered('3A', ['01 3200', '01 3201', '01 3202', '01 3203', '01 3204', '01 3205']),
  ['9A', '8010 8011'],
  ['9B', '8017 8019'],
  ['9C', '8018 8019'],
  ['9D', '414 254'],
  ...numbered(
    'A0',
    DECIMALS.map((n) => `01 392${n}`),
  ),
  ...numbered(
    'C0',
    DECIMALS.map((n) => `255 390${n}`),
  ),
  ...numbered('CA', ['255 3940', '255 3941', '255 3942', '255 3943']),
])

/** `behindKey`: what stands before it is a key already, so that it holds none. */
export function isCompressed(step: string, behindKey: boolean): boolean {
  if (!STEP.test(step)) return false
  const bits = new Bits(step)
  const all: ApplicationIdentifier[] = []
  do {
    const code = hex(bits) + hex(bits)
    if (code.startsWith('F') && all.length > 0) readPair(bits, Number.parseInt(code, 16) % 16)
    else {
      const identifiers = identifiersOf(code, bits)
      if (identifiers === undefined) return false
      for (const its of identifiers) readValue(bits, its)
      all.push(...identifiers)
    }
  } while (!bits.failed && bits.left >= 8)
  const isWhole = !bits.failed && bits.left < 6 && bits.read(bits.left) === 0n
  return isWhole && (all[0]?.keyWith === undefined ? behindKey || belong(all) : !behindKey)
}

/** A key may stand behind what tells of it; then all have to go together, as chance makes many. */
function belong(all: readonly ApplicationIdentifier[]): boolean {
  if (new Set(all).size < all.length || !all.some((its) => its.keyWith !== undefined)) return false
  const qualifiers = new Set(all.flatMap(({ keyWith }) => keyWith?.split(/[ |]/) ?? []))
  return all.every(
    (its) => (qualifiers.has(its.ai) || hasItsNeeds(its, all)) && !isExcluded(its, all),
  )
}

class Bits {
  failed = false
  private readonly step: string
  private at = 0

  constructor(step: string) {
    this.step = step
  }

  get left(): number {
    return this.step.length * 6 - this.at
  }

  /** So many bits as a number; behind the last bit it fails for good. */
  read(count: number): bigint {
    if (count > this.left) this.failed = true
    let value = 0n
    for (let end = this.failed ? this.at : this.at + count; this.at < end; this.at++) {
      const six = ALPHABET.indexOf(this.step.charAt(Math.floor(this.at / 6)))
      value = value * 2n + BigInt((six >> (5 - (this.at % 6))) & 1)
    }
    return value
  }

  /** A number of so many decimal digits. */
  digits(count: number): string {
    const text = this.read(Math.ceil(count * Math.log2(10) + 0.01)).toString()
    if (text.length > count && count > 0) this.failed = true
    return count === 0 ? '' : text.padStart(count, '0')
  }

  /** A length up to the greatest of a value. */
  length(least: number, most: number): number {
    const length = Number(this.read(Math.ceil(Math.log2(most) + 0.01)))
    if (length < least || length > most) this.failed = true
    return this.failed ? 0 : length
  }
}

const DIGITS = /^\d+$/

/** Those that two hexadecimal digits stand for, or that they begin. */
function identifiersOf(first: string, bits: Bits): readonly ApplicationIdentifier[] | undefined {
  let code = first
  const sequence = SEQUENCES.get(code)
  if (sequence !== undefined) {
    return sequence.split(' ').flatMap((ai) => applicationIdentifier(ai) ?? [])
  }
  while (code.length <= 4 && DIGITS.test(code) && !bits.failed) {
    const its = identifierAt(code, 0)
    if (its !== undefined) return [its]
    code += hex(bits)
  }
  return undefined
}

function hex(bits: Bits): string {
  return bits.read(4).toString(16).toUpperCase()
}

/** Reads the value of one; fails where it is none, or digits of it are wrong: a check, a date. */
function readValue(bits: Bits, its: ApplicationIdentifier): void {
  let digits = 0
  let fewest = 0
  let most = 0
  let isText = false
  for (const { set, least, most: length, optional } of its.format.components) {
    if (set === 'digits' && least === length && !optional) {
      digits += length
      continue
    }
    if (set !== 'digits') isText = true
    fewest += optional ? 0 : least
    most += length
  }
  const fixed = digits > 0 ? bits.digits(digits) : ''
  if (isText) readText(bits, fewest, most)
  else if (most > 0) bits.digits(bits.length(0, most))
  const notes: NoteCode[] = []
  if (!bits.failed && fixed !== '') its.format.check(fixed, notes)
  if (notes.some((code) => code !== 'ai_content')) bits.failed = true
}

/** Bits of a character by encoding: hexadecimal in lower and upper case, base64url, ASCII. */
const WIDTHS = [0, 4, 4, 6, 7]

function readText(bits: Bits, least: number, most: number): void {
  const width = WIDTHS[Number(bits.read(3))]
  // Where there is one length only it is not written.
  const length = least === most ? most : bits.length(least, most)
  if (width === undefined) bits.failed = true
  else if (width === 0) bits.digits(length)
  else for (let index = 0; index < length; index++) bits.read(width)
}

/** A name and a value of the query that are no GS1 ones; `high`: of the name's length in 7 bits. */
function readPair(bits: Bits, high: number): void {
  const length = high * 8 + Number(bits.read(3))
  for (let index = 0; index < length && !bits.failed; index++) bits.read(6)
  readText(bits, 1, MOST_OF_PAIR)
}

const MOST_OF_PAIR = 127
