/**
 * The EPC bank of a tag as a reader may give it: from the EPC on, or with what stands before it,
 * the checksum and the control word (PC), or the latter alone. [EPC TDS 9.2, Gen2 6.3.2.1.2]
 */
import { tagOf } from '#ingest/reads/tag.ts'
import { hexOf } from './raw-read.ts'

const WORD_DIGITS = 4

/**
 * The EPC in what a reader gives of the bank, in hexadecimal; the value itself where nothing stands
 * before it. The control word says how long the EPC is. What could be either is what the checksum
 * says, and then what names something of GS1.
 */
export function epcOfBank(value: unknown): unknown {
  const bank = hexOf(value)
  if (bank === undefined) return value
  const whole = behindControl(bank, WORD_DIGITS)
  if (whole !== undefined && hasChecksum(bank, whole)) return whole
  if (tagOf({ hex: bank }).isGS1) return value
  const candidates = [whole, behindControl(bank, 0)]
  return candidates.find((hex) => hex !== undefined && tagOf({ hex }).isGS1) ?? value
}

/** As many words behind the control word at `at` as it says; undefined where there are fewer. */
function behindControl(bank: string, at: number): string | undefined {
  const control = Number.parseInt(bank.slice(at, at + WORD_DIGITS), 16)
  const digits = (control >> 11) * WORD_DIGITS
  const start = at + WORD_DIGITS
  return digits > 0 && bank.length >= start + digits ? bank.slice(start, start + digits) : undefined
}

function hasChecksum(bank: string, epc: string): boolean {
  const covered = Buffer.from(bank.slice(WORD_DIGITS, 2 * WORD_DIGITS) + epc, 'hex')
  return crc16(covered) === Number.parseInt(bank.slice(0, WORD_DIGITS), 16)
}

/** CRC-16 of Gen2: x^16 + x^12 + x^5 + 1, begun with ones and inverted. [Gen2 annex F] */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1) {
      crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff
    }
  }
  return crc ^ 0xffff
}
