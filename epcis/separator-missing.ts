/**
 * Further readings of a barcode text that has lost its separators: a value of variable length may
 * end wherever another application identifier with a valid value begins. Some scanners and
 * keyboards drop the separator, so that nothing tells a serial `A1172612` from a serial and a date.
 *
 * What is supposed to begin inside a value has to be sound all the way: known, no company-internal
 * one, not told before, its content right, and what it needs beside it. The work is bounded for
 * every text.
 */
import { hasItsNeeds, isExcluded } from './ai-pairs.ts'
import { type ApplicationIdentifier, identifierAt } from './application-identifiers.ts'
import type { Element, NoteCode } from './understood.ts'

export const SEPARATOR = '\u001d'

const MOST_STEPS = 500
const MOST_FOUND = 32

interface Step {
  readonly its: ApplicationIdentifier
  readonly value: string
}

/** Elements and, in the same order, their application identifiers. */
export interface Supposed {
  readonly elements: readonly Element[]
  readonly identifiers: readonly ApplicationIdentifier[]
}

/**
 * The readings of a text from a place on in which at least one value ends early, at most so many;
 * those come first that suppose more values of predefined length, as a chance digit is least likely
 * to make one, and fewer others.
 */
export function readingsWithoutSeparator(
  text: string,
  from: number,
  most: number,
): readonly Supposed[] {
  const search = new Search(text)
  search.walk(from, -1)
  if (search.found.length < 2) return search.found
  search.found.sort((a, b) => b.predefined - a.predefined || a.others - b.others)
  return search.found.slice(0, most)
}

interface Found extends Supposed {
  readonly predefined: number
  readonly others: number
}

class Search {
  readonly found: Found[] = []
  private readonly text: string
  private readonly path: Step[] = []
  private steps = MOST_STEPS

  constructor(text: string) {
    this.text = text
  }

  /** `supposed`: how many elements stand before the first inside a value; -1 is no such one. */
  walk(from: number, supposed: number): void {
    const { text, path } = this
    let at = from
    while (text.charAt(at) === SEPARATOR) at++
    if (at === text.length) {
      this.keep(supposed)
      return
    }
    const its = identifierAt(text, at)
    if (its === undefined || this.isTold(its)) return
    if (supposed >= 0 && isInternal(its)) return
    const start = at + its.ai.length
    const separator = text.indexOf(SEPARATOR, start)
    const end = Math.min(start + its.format.most, separator < 0 ? text.length : separator)
    for (let stop = end; stop >= start + its.format.least; stop--) {
      if (stop < end && identifierAt(text, stop) === undefined) continue
      if (this.found.length >= MOST_FOUND || this.steps-- <= 0) return
      if (!its.format.fits(text, start, stop)) continue
      const value = text.slice(start, stop)
      if (supposed >= 0 && !isSound(its, value)) continue
      path.push({ its, value })
      this.walk(stop, supposed >= 0 || stop === end ? supposed : path.length)
      path.pop()
    }
  }

  private isTold(its: ApplicationIdentifier): boolean {
    for (const step of this.path) if (step.its === its) return true
    return false
  }

  private keep(supposed: number): void {
    if (supposed < 0) return
    const all = this.path.map(({ its }) => its)
    const inside = all.slice(supposed)
    if (!inside.every((its) => hasItsNeeds(its, all))) return
    if (all.some((its) => isExcluded(its, all))) return
    const predefined = inside.filter((its) => its.predefinedLength).length
    this.found.push({
      elements: this.path.map(({ its, value }) => ({ ai: its.ai, value })),
      identifiers: all,
      predefined,
      others: inside.length - predefined,
    })
  }
}

/** Of a company's own, or agreed between two: any text is a valid value of theirs. */
function isInternal({ ai }: ApplicationIdentifier): boolean {
  return ai.length === 2 && ai.startsWith('9')
}

function isSound(its: ApplicationIdentifier, value: string): boolean {
  const notes: NoteCode[] = []
  its.format.check(value, notes)
  return notes.length === 0
}
