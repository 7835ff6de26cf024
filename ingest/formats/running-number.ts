/** The running numbers of makers, from which it is told what never came: see #store/numbers.ts. */
import type { Numbered } from '#store/numbers.ts'
import { numberOf, textOf } from './raw-read.ts'

/** Frame counters of LoRaWAN have 32 bits [LoRaWAN 1.0.3, 4.3.1.5], as have those of readers. */
const OF_32_BITS = 2 ** 32

/** The number of one message or read; nothing where it is none. `run` tells sessions apart. */
export function runningNumber(source: string, value: unknown, run?: unknown): Numbered[] {
  const number = numberOf(value)
  const isOne = number !== undefined && Number.isInteger(number) && number >= 0
  if (!isOne || number >= OF_32_BITS) return []
  return [{ source, value: number, modulus: OF_32_BITS, run: textOf(run) }]
}
