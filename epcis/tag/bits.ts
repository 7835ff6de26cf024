/**
 * The bits of a tag, read and written from the left. The first failure is kept and what follows it
 * is meaningless, so that the steps of a scheme need not ask after each of them: whoever asked for
 * the steps asks once, at the end. No read or write throws, whatever the tag says.
 */
import { type RefusalCode, type Refused, refuse } from '#epcis/understood.ts'

/** The length field of the protocol control bits counts to 31 words of 16 bits [EPC TDS 9.3]. */
export const MAX_BITS = 31 * 16

const WIDEST_NUMBER = 53
/** More than any value of a tag has. */
const MOST_DIGITS = 150
const TENS: readonly number[] = Array.from({ length: 16 }, (_, power) => 10 ** power)

/** What both directions keep: where they are, and what failed first. */
class Bits {
  at = 0
  failure: RefusalCode | undefined
  detail: string | undefined

  fail(code: RefusalCode, detail?: string): void {
    if (this.failure) return
    this.failure = code
    this.detail = detail
  }

  /** The first failure, told; undefined where there is none. */
  refused(): Refused | undefined {
    return this.failure && refuse('epc-binary', this.failure, this.detail)
  }
}

export class TagReader extends Bits {
  readonly bytes: Uint8Array
  readonly end: number

  constructor(bytes: Uint8Array) {
    super()
    this.bytes = bytes
    this.end = bytes.length * 8
  }

  /** An unsigned number of up to 53 bits; 0 where the tag ends before. */
  read(width: number): number {
    if (this.at + width > this.end) {
      this.fail('tag_truncated')
      return 0
    }
    if (width <= 8) return this.#readFew(width)
    let value = 0
    let left = width
    while (left > 0) {
      const room = 8 - (this.at & 7)
      const take = room < left ? room : left
      const byte = this.bytes[this.at >> 3] ?? 0
      value = value * (1 << take) + ((byte >> (room - take)) & ((1 << take) - 1))
      this.at += take
      left -= take
    }
    return value
  }

  /** Up to 8 bits lie in two bytes. */
  #readFew(width: number): number {
    const first = this.at >> 3
    const two = ((this.bytes[first] ?? 0) << 8) | (this.bytes[first + 1] ?? 0)
    const value = (two >> (16 - (this.at & 7) - width)) & ((1 << width) - 1)
    this.at += width
    return value
  }

  /** A number of any width in decimal digits, without leading zeros. */
  readDecimal(width: number): string {
    if (width <= WIDEST_NUMBER) return String(this.read(width))
    let value = 0n
    for (let left = width; left > 0; left -= 32) {
      const take = Math.min(left, 32)
      value = (value << BigInt(take)) | BigInt(this.read(take))
    }
    return String(value)
  }

  /** So many decimal digits from a number of a width; a larger number fails. */
  readDigits(width: number, count: number): string {
    if (width > WIDEST_NUMBER) {
      const digits = this.readDecimal(width)
      if (digits.length > count) this.fail('tag_value_too_large', digits)
      return digits.padStart(count, '0')
    }
    const value = this.read(width)
    if (value >= (TENS[count] ?? 0) && value > 0) this.fail('tag_value_too_large', String(value))
    return count === 0 ? '' : String(value).padStart(count, '0')
  }

  /** Whether nothing but zeros is left between here and `end`, which may lie before the tag's. */
  onlyZeros(end = this.end): boolean {
    let at = this.at
    while (at < end && (at & 7) !== 0) at = this.#isZero(at) ? at + 1 : end + 1
    while (at + 8 <= end && this.bytes[at >> 3] === 0) at += 8
    while (at < end && this.#isZero(at)) at++
    return at === end
  }

  #isZero(at: number): boolean {
    return (((this.bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 0
  }
}

export class TagWriter extends Bits {
  readonly #bytes = new Uint8Array(MAX_BITS / 8)

  /** An unsigned number that fits into up to 53 bits. */
  write(value: number, width: number): void {
    if (this.at + width > MAX_BITS) {
      this.fail('tag_no_room', `A tag has ${MAX_BITS} bits.`)
      return
    }
    let left = width
    while (left > 0) {
      const room = 8 - (this.at & 7)
      const take = room < left ? room : left
      left -= take
      const piece = Math.floor(value / 2 ** left) % (1 << take)
      const byte = this.at >> 3
      this.#bytes[byte] = (this.#bytes[byte] ?? 0) | (piece << (room - take))
      this.at += take
    }
  }

  /** Decimal digits as one number; what is too large for the width, or no number, fails. */
  writeDecimal(digits: string, width: number): void {
    const isNumber = digits.length <= MOST_DIGITS && /^\d+$/.test(digits)
    if (isNumber) this.writeLarge(BigInt(digits), width)
    else this.fail('tag_no_room', digits)
  }

  /** A number that is not negative, of any width; one that is too large for it fails. */
  writeLarge(value: bigint, width: number): void {
    if (value >> BigInt(width) > 0n) {
      this.fail('tag_no_room', String(value))
      return
    }
    for (let left = width; left > 0; ) {
      const take = Math.min(left, 32)
      left -= take
      this.write(Number((value >> BigInt(left)) & 0xffffffffn), take)
    }
  }

  /** Zeros up to a width counted from `start`. */
  fill(start: number, width: number): void {
    for (let left = start + width - this.at; left > 0; left -= 32) {
      this.write(0, Math.min(left, 32))
    }
  }

  /** What was written, in whole words of 16 bits [EPC TDS 15.1.1]. */
  words(): Uint8Array {
    return this.#bytes.slice(0, Math.ceil(this.at / 16) * 2)
  }
}
