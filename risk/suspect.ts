/**
 * What a recall begins from: one thing or lot, a range of lots, or a time of making; and what is
 * refused because it is no such thing, or would be half the market.
 */
import { identify } from '#epcis/identifier.ts'
import { type LotParts, lotPartsOf } from '#epcis/product-key.ts'
import { US_A_DAY } from './words.ts'

export type Suspect =
  | { readonly kind: 'key'; readonly key: string }
  | {
      readonly kind: 'lot-range'
      /** Canonical key of the product. */
      readonly product: string
      /** Lot numbers, both included. */
      readonly from: string
      readonly to: string
    }
  | {
      readonly kind: 'made-between'
      readonly product: string
      readonly fromUs: number
      /** Up to and without. */
      readonly toUs: number
      readonly site?: string
    }

/** Why a suspect is refused. Codes are added, never renamed. */
export const SUSPECT_REFUSALS = {
  product_no_class: 'The product is no class of goods.',
  range_reversed: 'The range ends before it begins.',
  range_mixed: 'The ends of the range are numbered in different ways, so nothing lies between.',
  range_too_large: 'The range holds more than 100,000 lot numbers; narrow it.',
  time_too_long: 'The time of making is longer than 400 days; narrow it.',
} as const

export type SuspectRefusal = keyof typeof SUSPECT_REFUSALS

const MOST_LOTS = 100_000
const LONGEST_US = 400 * US_A_DAY

/** What is wrong with a suspect; undefined where nothing is. */
export function checkSuspect(
  suspect: Suspect,
): { readonly code: SuspectRefusal; readonly message: string } | undefined {
  const code = wrongWith(suspect)
  return code && { code, message: SUSPECT_REFUSALS[code] }
}

function wrongWith(suspect: Suspect): SuspectRefusal | undefined {
  if (suspect.kind === 'key') return undefined
  if (identify(suspect.product).kind !== 'class') return 'product_no_class'
  if (suspect.kind === 'made-between') {
    if (suspect.fromUs >= suspect.toUs) return 'range_reversed'
    return suspect.toUs - suspect.fromUs > LONGEST_US ? 'time_too_long' : undefined
  }
  const { from, to } = suspect
  const first = counted(from)
  const last = counted(to)
  if (first.prefix !== last.prefix) return 'range_mixed'
  if (compareLots(from, to) > 0) return 'range_reversed'
  const size =
    first.number === undefined || last.number === undefined ? 1 : last.number - first.number
  return size >= MOST_LOTS ? 'range_too_large' : undefined
}

const LAST_NUMBER = /\d{1,15}$/

/** A lot number as a beginning and the number it ends with: `A-0012` is `A-` and 12. */
function counted(lot: string): { readonly prefix: string; readonly number: number | undefined } {
  const digits = LAST_NUMBER.exec(lot)?.[0]
  if (digits === undefined) return { prefix: lot, number: undefined }
  return { prefix: lot.slice(0, lot.length - digits.length), number: Number(digits) }
}

/** The order of lot numbers: by their beginning, and by number what is counted. */
export function compareLots(one: string, other: string): number {
  const a = counted(one)
  const b = counted(other)
  if (a.prefix !== b.prefix) return a.prefix < b.prefix ? -1 : 1
  const byNumber = (a.number ?? -1) - (b.number ?? -1)
  return byNumber || (one < other ? -1 : one > other ? 1 : 0)
}

/** Whether a lot number lies in a range, both ends included. */
export function isLotBetween(lot: string, from: string, to: string): boolean {
  if (counted(lot).prefix !== counted(from).prefix) return false
  const { number } = counted(lot)
  return (
    (number ?? -1) >= (counted(from).number ?? -1) && (number ?? -1) <= (counted(to).number ?? -1)
  )
}

/** Product and lot number, as it is printed, that the key of a lot names; undefined of others. */
export function lotIn(key: string): LotParts | undefined {
  const parts = lotPartsOf(key)
  if (!parts) return undefined
  const isCoded = /%[0-9A-F]{2}/i.test(parts.lot)
  return isCoded ? { ...parts, lot: decodeURIComponent(parts.lot) } : parts
}
