/**
 * The truth seen in one of two ways: as it was, or as far as it was reported. What was reported is
 * told with the times of the reports; an event that was lost, or that misses a thing, tells nothing
 * of that thing.
 */
import type { Becoming, Move, Stay, TruthBook } from './book.ts'

export interface View {
  from(key: string): readonly Becoming[]
  into(key: string): readonly Becoming[]
  staysOf(child: string): readonly SeenStay[]
  movesOf(unit: string): readonly Move[]
  lotOf(item: string): string | undefined
  membersOf(lot: string): readonly string[]
}

/** `isOpenEnded`: it ended, and when was not reported. */
export interface SeenStay extends Stay {
  readonly isOpenEnded: boolean
}

export class Reality implements View {
  readonly #book: TruthBook

  constructor(book: TruthBook) {
    this.#book = book
  }

  from(key: string): readonly Becoming[] {
    return this.#book.madeFrom(key)
  }

  into(key: string): readonly Becoming[] {
    return this.#book.madeInto(key)
  }

  staysOf(child: string): readonly SeenStay[] {
    return this.#book.staysOf(child).map((stay) => ({ ...stay, isOpenEnded: false }))
  }

  movesOf(unit: string): readonly Move[] {
    return this.#book.movesOf(unit)
  }

  lotOf(item: string): string | undefined {
    return this.#book.lotOf(item)
  }

  membersOf(lot: string): readonly string[] {
    return this.#book.membersOf(lot)
  }
}

export class Reported implements View {
  readonly #book: TruthBook

  constructor(book: TruthBook) {
    this.#book = book
  }

  into(key: string): readonly Becoming[] {
    return this.#book.madeInto(key).flatMap((each) => this.#becoming(each))
  }

  #becoming(becoming: Becoming): Becoming[] {
    const { eventID } = becoming
    if (!this.#tells(eventID, '')) return []
    return [{ ...becoming, time: this.#timeOf(eventID, becoming.time) }]
  }

  from(key: string): readonly Becoming[] {
    const made = this.#book.madeFrom(key)
    const told = made.flatMap((each) => this.#becoming(each))
    const isMade = ({ lots, outputs }: Becoming) =>
      lots.includes(key) || outputs.some((output) => output.key === key)
    return told.filter(isMade)
  }

  lotOf(item: string): string | undefined {
    return this.#book.lotOf(item)
  }

  membersOf(lot: string): readonly string[] {
    const members = this.#book.membersOf(lot)
    if (!this.#book.hasMishaps) return members
    // Which lot it is of is told where it is made.
    return members.filter((item) => this.from(item).some(({ lots }) => lots.includes(lot)))
  }

  staysOf(child: string): readonly SeenStay[] {
    const stays = this.#book.staysOf(child)
    if (!this.#book.hasMishaps) return stays.map((stay) => ({ ...stay, isOpenEnded: false }))
    const begun = stays.filter(({ eventIDs: [began] }) => this.#tells(began, child))
    return begun.map((stay) => {
      const [began, ended] = stay.eventIDs
      const since = this.#timeOf(began, stay.since)
      if (stay.until === undefined) return { ...stay, since, isOpenEnded: false }
      if (this.#tells(ended, child)) {
        return { ...stay, since, until: this.#timeOf(ended, stay.until), isOpenEnded: false }
      }
      // One thing is in one place: the next stay that is told of ends this one, and so does the
      // next that is told to be over of the same parent.
      const next = begun.filter((other) => other.kind === stay.kind && other.since > stay.since)
      const begins = next.map((other) => this.#timeOf(other.eventIDs[0], other.since))
      const until = [...begins, ...this.#endsOf(stays, stay, child)].sort()[0]
      return { ...stay, since, until, isOpenEnded: true }
    })
  }

  /** When stays in the parent of one are told to be over, behind its beginning. */
  #endsOf(stays: readonly Stay[], { kind, parent, since }: Stay, child: string): string[] {
    return stays.flatMap((other) => {
      const { until = '', eventIDs } = other
      const isIts = other.kind === kind && other.parent === parent && until > since
      return isIts && this.#tells(eventIDs[1], child) ? this.#timeOf(eventIDs[1], until) : []
    })
  }

  movesOf(unit: string): readonly Move[] {
    return this.#book.movesOf(unit).flatMap((move) => {
      const [sent, got] = move.eventIDs
      if (!this.#tells(sent, unit) || !this.#tells(got, unit)) return []
      const shipped = this.#timeOf(sent, move.shipped)
      return [{ ...move, shipped, received: this.#timeOf(got, move.received) }]
    })
  }

  /** Whether there is a report of an event that names a thing. */
  #tells(eventID: string | undefined, key: string): boolean {
    if (eventID === undefined) return false
    const mishap = this.#book.mishapOf(eventID)
    return mishap === undefined || (!mishap.isLost && !this.#book.isMissing(eventID, key))
  }

  #timeOf(eventID: string | undefined, time: string): string {
    return this.#book.mishapOf(eventID ?? '')?.time ?? time
  }
}
