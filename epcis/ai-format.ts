/**
 * What the value of an application identifier is made of: components of digits or characters, of
 * one length or up to one, the last of which may be left out.
 * [GS1 General Specifications 3.2, 7.11]
 */
import { CHECKS, type Check, noteOf } from './ai-content.ts'
import type { NoteCode } from './understood.ts'

export type CharacterSet = 'digits' | 'set82' | 'set39' | 'base64url'

export interface Component {
  readonly set: CharacterSet
  readonly least: number
  readonly most: number
  /** It may be absent, and every component behind it is then absent too. */
  readonly optional: boolean
  readonly checks: readonly Check[]
}

const component =
  (set: CharacterSet, fixed: boolean) =>
  (length: number, ...checks: readonly Check[]): Component => ({
    set,
    least: fixed ? length : 1,
    most: length,
    optional: false,
    checks,
  })

/** Components of exactly so many digits or characters, and (`…To`) of one up to so many. */
export const digits = component('digits', true)
export const digitsTo = component('digits', false)
export const text = component('set82', true)
export const textTo = component('set82', false)
export const partTextTo = component('set39', false)
export const base64urlTo = component('base64url', false)

export const optional = (its: Component): Component => ({ ...its, optional: true })

const MEMBERS: Readonly<Record<CharacterSet, RegExp>> = {
  digits: /[0-9]/,
  set82: /[!"%&'()*+,\-./0-9:;<=>?A-Z_a-z]/,
  set39: /[#\-/0-9A-Z]/,
  base64url: /[-0-9A-Z_a-z=]/,
}
const SETS = ['digits', 'set82', 'set39', 'base64url'] as const
const bitOf = (set: CharacterSet) => 1 << SETS.indexOf(set)
/** For every ASCII character the sum of the bits of the sets that it is in. */
const SETS_OF = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code)
  return SETS.reduce((sum, set) => sum + (MEMBERS[set].test(character) ? bitOf(set) : 0), 0)
})

/** How the value of one application identifier is read. */
export class Format {
  readonly components: readonly Component[]
  readonly least: number
  readonly most: number
  private readonly bits: readonly number[]
  private readonly checks: readonly Placed[]

  constructor(components: readonly Component[]) {
    this.components = components
    this.least = sum(components, (its) => (its.optional ? 0 : its.least))
    this.most = sum(components, (its) => its.most)
    this.bits = components.map((its) => bitOf(its.set))
    this.checks = placedChecks(components)
  }

  /** Whether the characters of a text from `from` to `to` have the lengths and sets of a value. */
  fits(text: string, from: number, to: number): boolean {
    const length = to - from
    if (length < this.least || length > this.most) return false
    let at = from
    for (let index = 0; index < this.components.length; index++) {
      const its = this.components[index]
      const bit = this.bits[index] ?? 0
      if (its === undefined) return false
      const end = Math.min(at + its.most, to)
      if (end - at < its.least) return at === to && its.optional
      for (; at < end; at++) {
        const code = text.charCodeAt(at)
        if (code > 127 || ((SETS_OF[code] ?? 0) & bit) === 0) return false
      }
    }
    return at === to
  }

  /** Adds to `notes` what is odd about the content of a value that fits. */
  check(value: string, notes: NoteCode[]): void {
    for (const { from, to, holds, note } of this.checks) {
      if (from >= value.length) return
      const part = from === 0 && to >= value.length ? value : value.slice(from, to)
      if (!holds(part) && !notes.includes(note)) notes.push(note)
    }
  }
}

/** A check of a component, where that stands in the value: only the last has no one length. */
interface Placed {
  readonly from: number
  readonly to: number
  readonly holds: (value: string) => boolean
  readonly note: NoteCode
}

function placedChecks(components: readonly Component[]): Placed[] {
  return components.flatMap((its, index) => {
    const from = sum(components.slice(0, index), ({ most }) => most)
    return its.checks
      .filter((check) => !isSettled(its, check))
      .map((check) => ({
        from,
        to: from + its.most,
        holds: CHECKS[check],
        note: noteOf(check),
      }))
  })
}

/** Whether digits alone settle a check already: every number begins with digits. */
function isSettled(its: Component, check: Check): boolean {
  return its.set === 'digits' && check.startsWith('companyPrefix')
}

function sum(components: readonly Component[], of: (its: Component) => number): number {
  return components.reduce((total, its) => total + of(its), 0)
}
