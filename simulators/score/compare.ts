/**
 * Chains that were found against chains that are true: what agrees to the letter, what differs for
 * a reason that lies in the field, and what is plainly wrong or missing.
 */
import type { TruthBook } from './book.ts'
import { coreOf, type ExpectedLink, type Link, type LinkKind, textOf } from './oracle.ts'

export interface FoundLink extends Link {
  readonly certainty: 'observed' | 'inferred' | 'possible'
}

/** Why a link is not as it should be and yet nobody could know better. */
export type Excuse =
  /** Its end was never reported, and is inferred or left open. */
  | 'end not reported'
  /** What carried the goods moved on, and nobody reported that they had been taken out. */
  | 'carried on by an unreported end'
  /** Its beginning was never reported, and is inferred. */
  | 'beginning not reported'
  /** It ended unreported, the next one began so, and the ends that are left make one. */
  | 'two ways told as one'
  /** A clock that was wrong put events in another order. */
  | 'wrong clock'
  | 'wrong scan'

export interface KindTally {
  /** True links, and those of them that were reported. */
  real: number
  reported: number
  /** Found, but for the possible ones. */
  found: number
  inferred: number
  possible: number
  possibleReal: number
  exact: number
  /** Of the real ones, those that were found with both ends, whatever their times. */
  realFound: number
}

export interface Example {
  readonly start: string
  readonly link: string
}

const mostExamples = 20

export class ChainTally {
  chains = 0
  exactChains = 0
  readonly kinds = new Map<LinkKind, KindTally>()
  readonly excused = new Map<Excuse, number>()
  wrong = 0
  missing = 0
  missingExcused = 0
  readonly wrongExamples: Example[] = []
  readonly missingExamples: Example[] = []
  readonly #book: TruthBook
  /** In a calm field nothing is excused. */
  readonly #isRough: boolean

  constructor(book: TruthBook) {
    this.#book = book
    this.#isRough = book.run.field !== undefined
  }

  add(chain: {
    readonly start: string
    readonly real: readonly ExpectedLink[]
    readonly reported: readonly ExpectedLink[]
    readonly found: Iterable<FoundLink>
  }): void {
    const { start, real, reported } = chain
    const expected = new Map(reported.map((link) => [textOf(link), link]))
    const openEnded = new Map<string, ExpectedLink>()
    for (const link of reported) if (link.isOpenEnded) openEnded.set(startOf(link), link)
    for (const { kind } of real) this.#kind(kind).real += 1
    for (const { kind } of reported) this.#kind(kind).reported += 1
    const cores = new Set<string>()
    let isExact = true
    for (const link of chain.found) {
      const text = textOf(link)
      const tally = this.#kind(link.kind)
      cores.add(coreOf(link))
      if (expected.delete(text)) {
        tally.exact += 1
        tally.found += 1
        if (link.certainty !== 'observed') tally.inferred += 1
        openEnded.delete(startOf(link))
        continue
      }
      if (link.certainty === 'possible') {
        tally.possible += 1
        if (this.#book.isReal(link)) tally.possibleReal += 1
        continue
      }
      tally.found += 1
      if (link.certainty === 'inferred') tally.inferred += 1
      isExact = false
      const open = openEnded.get(startOf(link))
      if (open !== undefined) expected.delete(textOf(open))
      const excuse = this.#excuse(link, open !== undefined)
      if (excuse === undefined) this.#tellWrong(start, text)
      else this.excused.set(excuse, (this.excused.get(excuse) ?? 0) + 1)
    }
    for (const link of real) if (cores.has(coreOf(link))) this.#kind(link.kind).realFound += 1
    for (const [text, link] of expected) {
      isExact = false
      if (this.#isExcused(link)) this.missingExcused += 1
      else this.#tellMissing(start, text)
    }
    this.chains += 1
    if (isExact) this.exactChains += 1
  }

  #excuse(link: FoundLink, isOpenEnded: boolean): Excuse | undefined {
    if (!this.#isRough) return undefined
    if (isOpenEnded) return 'end not reported'
    if (this.#isOfMisread(link)) return 'wrong scan'
    const isReal = this.#book.isReal(link)
    if (isReal && link.eventIDs.some((eventID) => this.#book.mishapOf(eventID)?.time)) {
      return 'wrong clock'
    }
    if (this.#isOfTwoWays(link)) return 'two ways told as one'
    if (!isReal) return undefined
    const isCarrier = link.kind === 'moves' || link.kind === 'contains'
    if (isCarrier && link.certainty === 'inferred') return 'beginning not reported'
    return isCarrier ? 'carried on by an unreported end' : undefined
  }

  /** Neither that the first came nor that the second left is told by any report. */
  #isOfTwoWays({ kind, from, to, eventIDs, certainty }: FoundLink): boolean {
    if (kind !== 'moves' || certainty === 'observed') return false
    const isUntold = (unit: string, eventID = '') => {
      const isLost = this.#book.mishapOf(eventID)?.isLost === true
      return isLost || this.#book.isMissing(eventID, unit)
    }
    const first = this.#book.movesOf(from).find((move) => move.eventIDs[0] === eventIDs[0])
    const second = this.#book.movesOf(to).find((move) => move.eventIDs[1] === eventIDs[1])
    if (first === undefined || second === undefined) return false
    return isUntold(from, first.eventIDs[1]) && isUntold(to, second.eventIDs[0])
  }

  #isOfMisread({ from, to }: Link): boolean {
    return this.#book.isMisread(from) || this.#book.isMisread(to)
  }

  #isExcused({ eventIDs, kind }: ExpectedLink): boolean {
    if (!this.#isRough) return false
    const isClock = eventIDs.some((eventID) => this.#book.mishapOf(eventID)?.time !== undefined)
    return isClock || kind === 'moves'
  }

  #tellWrong(start: string, link: string): void {
    this.wrong += 1
    if (this.wrongExamples.length < mostExamples) this.wrongExamples.push({ start, link })
  }

  #tellMissing(start: string, link: string): void {
    this.missing += 1
    if (this.missingExamples.length < mostExamples) this.missingExamples.push({ start, link })
  }

  #kind(kind: LinkKind): KindTally {
    const known = this.kinds.get(kind)
    if (known !== undefined) return known
    const counts = { real: 0, reported: 0, found: 0, inferred: 0, possible: 0, possibleReal: 0 }
    const made = { ...counts, exact: 0, realFound: 0 }
    this.kinds.set(kind, made)
    return made
  }
}

function startOf(link: Link): string {
  return `${coreOf(link)} ${link.fromTime ?? '-'}`
}
