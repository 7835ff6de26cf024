/**
 * The pair of check characters at the end of a GMN (8013) and an MUDI (8014): every character
 * before it has a value, the values are weighted with primes from the right, and the sum modulo
 * 1021 is written as two characters of 32. [GS1 General Specifications 7.9.5]
 */

// In the order of their values.
const SET_82 = '!"%&\'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz'
const SET_32 = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'
const WEIGHTS = [
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
]
const MODULUS = 1021

/** The pair that belongs behind up to 23 characters of set 82; undefined behind other texts. */
export function checkPair(text: string): string | undefined {
  if (text.length > WEIGHTS.length) return undefined
  let sum = 0
  for (let at = 0; at < text.length; at++) {
    const value = SET_82.indexOf(text.charAt(at))
    if (value < 0) return undefined
    sum += value * (WEIGHTS[text.length - 1 - at] ?? 0)
  }
  sum %= MODULUS
  return SET_32.charAt(sum >> 5) + SET_32.charAt(sum & 31)
}

/** Whether the last two characters are the pair that belongs behind those before them. */
export function hasCheckPair(text: string): boolean {
  return text.length > 2 && checkPair(text.slice(0, -2)) === text.slice(-2)
}
