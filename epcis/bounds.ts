/**
 * What one event may cost. Checked before anything else walks the value, so that no later step has
 * to fear a stack that overflows or a list of errors as long as the message.
 */
import type { FailureCode } from './failure.ts'

/** How deep objects and lists may nest. */
export const MAX_DEPTH = 64

/** How many members all lists of one event may have together: identifiers, mostly. */
const MAX_MEMBERS = 100_000

/** Undefined when a JSON value keeps both bounds. Costs what reading the value once costs. */
export function outOfBounds(value: unknown): FailureCode | undefined {
  return walk(value, MAX_DEPTH, { left: MAX_MEMBERS })
}

function walk(value: unknown, depth: number, members: { left: number }): FailureCode | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (depth === 0) return 'nested_too_deep'
  if (!Array.isArray(value)) return walkAll(Object.values(value), depth, members)
  members.left -= value.length
  return members.left < 0 ? 'too_many_members' : walkAll(value, depth, members)
}

function walkAll(values: readonly unknown[], depth: number, members: { left: number }) {
  for (const value of values) {
    const code = walk(value, depth - 1, members)
    if (code) return code
  }
  return undefined
}
