/**
 * The links that a chain has to have, worked out from the truth alone: plain, and with no thought
 * of how Suyuan walks.
 *
 * Substance is followed: back to what went into a thing, forward to what was made of it. Whatever
 * is followed was inside containers, and these inside others; they and their journeys belong to the
 * chain for the time they held it, and nothing else that they held does. An item is of a lot, and
 * what that lot was made of is told with it.
 */
import type { View } from './view.ts'

export type LinkKind = 'becomes' | 'contains' | 'of-lot' | 'associated' | 'moves'

/** A link as the API tells it. */
export interface Link {
  readonly kind: LinkKind
  readonly from: string
  readonly to: string
  readonly fromTime?: string
  readonly toTime?: string
  readonly eventIDs: readonly string[]
}

export interface ExpectedLink extends Link {
  /** Its end is not told by any report. */
  readonly isOpenEnded?: true
}

/** Ends excluded; RFC 3339 in UTC of one length, so that text compares as time does. */
interface Stretch {
  readonly since: string
  readonly until: string
}

export interface ExpectedChain {
  readonly links: readonly ExpectedLink[]
  /** What is followed, with the lots of it. */
  readonly traced: ReadonlySet<string>
}

const beginning = '0000'
const end = '9999'

export class Oracle {
  readonly #view: View

  constructor(view: View) {
    this.#view = view
  }

  back(key: string): ExpectedChain {
    return this.#walk(key, 'back')
  }

  forward(key: string): ExpectedChain {
    return this.#walk(key, 'forward')
  }

  #walk(start: string, direction: 'back' | 'forward'): ExpectedChain {
    const links = new Map<string, ExpectedLink>()
    const add = (link: ExpectedLink) => links.set(textOf(link), link)
    const told = new Set<string>()
    const seen = new Map<string, string>()
    const waiting: { key: string; time: string }[] = []
    const reach = (key: string, time: string) => {
      const before = seen.get(key)
      const isFurther = direction === 'back' ? (a: string) => a >= time : (a: string) => a <= time
      if (before !== undefined && isFurther(before)) return
      seen.set(key, time)
      waiting.push({ key, time })
    }
    reach(start, direction === 'back' ? end : beginning)
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { key, time } = next
      const during =
        direction === 'back' ? { since: beginning, until: time } : { since: time, until: end }
      this.#tellWhereabouts(add, key, during, told)
      if (direction === 'back') this.#tellLotsOrigins(add, key)
      if (direction === 'back') this.#tellOrigins(add, key, reach)
      else this.#tellFates(add, next, reach)
    }
    return { links: [...links.values()], traced: new Set(seen.keys()) }
  }

  #tellOrigins(add: Add, key: string, reach: (key: string, time: string) => void): void {
    for (const { inputs, time, eventID } of this.#view.from(key)) {
      for (const input of inputs) {
        add(becomes(input.key, key, time, eventID))
        reach(input.key, time)
      }
    }
  }

  /** What a lot went into, its items went into: they are part of what is followed. */
  #tellFates(
    add: Add,
    { key, time: since }: { readonly key: string; readonly time: string },
    reach: (key: string, time: string) => void,
  ): void {
    for (const member of this.#view.membersOf(key)) reach(member, since)
    for (const { outputs, lots, time, eventID } of this.#view.into(key)) {
      for (const output of [...outputs.map((each) => each.key), ...lots]) {
        add(becomes(key, output, time, eventID))
        reach(output, time)
      }
    }
  }

  #tellWhereabouts(add: Add, key: string, during: Stretch, told: Set<string>): void {
    this.#tellLot(add, key)
    this.#tellMoves(add, key, during)
    this.#tellStays(add, key, during, told, true)
  }

  #tellLot(add: Add, item: string): void {
    const lot = this.#view.lotOf(item)
    if (lot === undefined) return
    const made = this.#view.from(item).filter(({ lots }) => lots.includes(lot))
    if (made.length === 0) return
    for (const { eventID = '' } of made) {
      add({ kind: 'of-lot', from: item, to: lot, eventIDs: [eventID] })
    }
  }

  #tellLotsOrigins(add: Add, item: string): void {
    const lot = this.#view.lotOf(item)
    if (lot === undefined) return
    for (const { inputs, time, eventID } of this.#view.from(lot)) {
      for (const { key } of inputs) add(becomes(key, lot, time, eventID))
    }
  }

  /**
   * What a carrier is mounted on is nobody's business; what a traced thing is mounted on is.
   * `told`: carriers whose journeys were told for a stretch, as they held many things at once.
   */
  #tellStays(add: Add, child: string, during: Stretch, told: Set<string>, isTraced: boolean): void {
    for (const stay of this.#view.staysOf(child)) {
      const { kind, parent, since, until = end, eventIDs, isOpenEnded } = stay
      if (kind === 'associated' && !isTraced) continue
      const inside = overlap({ since, until }, during)
      if (inside.since >= inside.until) continue
      const ended = until === end ? {} : { toTime: until }
      const link = { kind, from: parent, to: child, fromTime: since, ...ended, eventIDs }
      add(isOpenEnded ? { ...link, isOpenEnded: true } : link)
      const carried = `${parent} ${inside.since} ${inside.until}`
      if (kind === 'associated' || told.has(carried)) continue
      told.add(carried)
      this.#tellMoves(add, parent, inside)
      this.#tellStays(add, parent, inside, told, false)
    }
  }

  #tellMoves(add: Add, unit: string, { since, until }: Stretch): void {
    for (const { shipped, received, eventIDs } of this.#view.movesOf(unit)) {
      if (shipped < since || received >= until) continue
      const times = { fromTime: shipped, toTime: received }
      add({ kind: 'moves', from: unit, to: unit, ...times, eventIDs })
    }
  }
}

type Add = (link: ExpectedLink) => void

function becomes(from: string, to: string, time: string, eventID = ''): Link {
  return { kind: 'becomes', from, to, fromTime: time, toTime: time, eventIDs: [eventID] }
}

function overlap(one: Stretch, other: Stretch): Stretch {
  const since = one.since > other.since ? one.since : other.since
  const until = one.until < other.until ? one.until : other.until
  return { since, until }
}

/** A link as one line of text, so that sets of them can be compared. */
export function textOf({ kind, from, to, fromTime, toTime, eventIDs }: Link): string {
  const events = eventIDs.length < 2 ? eventIDs : [...eventIDs].sort()
  return `${kind} ${from} > ${to} ${fromTime ?? '-'} ${toTime ?? '-'} ${events.join(' ')}`
}

/** What is left of it without its times and without what it rests on but the first event. */
export function coreOf({ kind, from, to }: Link): string {
  return `${kind} ${from} > ${to}`
}
