/**
 * Chance that can be repeated: the same seed gives the same numbers on every machine, because only
 * 32-bit integer arithmetic and the four basic operations are used (no Math.cos or Math.log, whose
 * last digits are the engine's own).
 */
import { createHash } from 'node:crypto'

export interface Chance {
  /** At least 0, below 1. */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number
  /** Bell-shaped around 0, within ±3 `spread`. */
  around(spread: number): number
  /** True in a share of cases. */
  happens(share: number): boolean
  /** A random UUID (version 4) as a URN. */
  uuid(): string
}

/** The stream of a name under a seed. Streams of other names are independent of what it gives. */
export function chanceOf(seed: string, name: string): Chance {
  const digest = createHash('sha256').update(`${seed}\n${name}`).digest()
  const word = sfc32(digest)
  const next = () => word() / 2 ** 32
  return {
    next,
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    around: (spread) => (next() + next() + next() + next() + next() + next() - 3) * spread,
    happens: (share) => next() < share,
    uuid: () => uuidOf([word(), word(), word(), word()]),
  }
}

/** Small Fast Counter by Chris Doty-Humphrey: 128 bits of state, passes PractRand. */
function sfc32(state: Buffer): () => number {
  let [a, b, c, counter] = [0, 4, 8, 12].map((offset) => state.readInt32LE(offset)) as Words
  return () => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
}

type Words = [number, number, number, number]

function uuidOf(words: Words): string {
  const hex = words.map((word) => word.toString(16).padStart(8, '0')).join('')
  const variant = '89ab'.charAt(words[2] >>> 30)
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20),
  ]
  return `urn:uuid:${parts.join('-')}`
}
