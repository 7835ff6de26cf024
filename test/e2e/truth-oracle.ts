/**
 * The links that a chain has to have, worked out from the truth of a simulated run alone: plain and
 * slow, and with no thought of how Suyuan walks.
 *
 * Substance is followed: back to what went into a thing, forward to what was made of it. Whatever
 * is followed was inside containers, and these inside others; they and their journeys belong to the
 * chain for the time they held it, and nothing else that they held does. A carton is of a lot, and
 * what that lot was made of is told with it.
 */
import type { Amount, ContainsLine, TruthLine } from '#simulators/truth.ts'

/** A link as the API tells it. */
export interface TruthLink {
  readonly kind: string
  readonly from: string
  readonly to: string
  readonly fromTime?: string
  readonly toTime?: string
  readonly eventIDs: readonly string[]
}

/** Ends excluded; RFC 3339 in UTC of one length, so that text compares as time does. */
interface Stretch {
  readonly since: string
  readonly until: string
}

/** What became what at one time: the things on the far side of one on the near side. */
interface Becoming {
  readonly goods: readonly Amount[]
  readonly time: string
  readonly eventIDs: readonly string[]
}

/** The time from `since` to `until` with one sensor. */
export interface SensorStay extends Stretch {
  readonly sensor: string
}

type MovesLine = Extract<TruthLine, { kind: 'moves' }>
type AssociatedLine = Extract<TruthLine, { kind: 'associated' }>

const beginning = '0000'
const end = '9999'

export class TruthOracle {
  readonly #madeFrom = new Map<string, Becoming[]>()
  readonly #madeInto = new Map<string, Becoming[]>()
  readonly #stays = new Map<string, ContainsLine[]>()
  readonly #moves = new Map<string, MovesLine[]>()
  readonly #mounted = new Map<string, AssociatedLine[]>()
  readonly #lots = new Map<string, string>()

  constructor(truth: Iterable<TruthLine>) {
    const lines = [...truth]
    for (const line of lines) {
      if (line.kind === 'contains') pushTo(this.#stays, line.child, line)
      if (line.kind === 'moves') pushTo(this.#moves, line.unit, line)
      if (line.kind === 'associated') pushTo(this.#mounted, line.asset, line)
      if (line.kind === 'item') this.#lots.set(line.key, line.lot)
    }
    for (const line of lines) {
      if (line.kind !== 'becomes') continue
      const { inputs, outputs, ...when } = line
      for (const { key } of outputs) pushTo(this.#madeFrom, key, { ...when, goods: inputs })
      const lots = new Set(outputs.flatMap(({ key }) => this.#lots.get(key) ?? []))
      const made = [...outputs, ...[...lots].map((key) => ({ key }))]
      for (const { key } of inputs) pushTo(this.#madeInto, key, { ...when, goods: made })
      for (const key of lots) pushTo(this.#madeFrom, key, { ...when, goods: inputs })
    }
  }

  /** What a thing came from, and the whereabouts of it all until it went in. */
  back(key: string): TruthLink[] {
    const links = new LinkSet()
    const follow = (near: string, until: string) => {
      this.#tellWhereabouts(links, near, { since: beginning, until })
      for (const { goods, time, eventIDs } of this.#madeFrom.get(near) ?? []) {
        for (const { key: far } of goods) {
          links.add(becomes(far, near, time, eventIDs))
          follow(far, time)
        }
      }
    }
    follow(key, end)
    return links.all()
  }

  /** What was made of a thing, and the whereabouts of it all from then on. */
  forward(key: string): TruthLink[] {
    const links = new LinkSet()
    const follow = (near: string, since: string) => {
      this.#tellWhereabouts(links, near, { since, until: end })
      for (const { goods, time, eventIDs } of this.#madeInto.get(near) ?? []) {
        for (const { key: far } of goods) {
          links.add(becomes(near, far, time, eventIDs))
          follow(far, time)
        }
      }
    }
    follow(key, beginning)
    return links.all()
  }

  /** The sensors that were mounted on what a thing was in, each for as long as both were so. */
  sensorsWith(key: string): SensorStay[] {
    const during: Stretch = { since: beginning, until: end }
    return this.#carriersOf(key, during).flatMap(({ carrier, ...inside }) =>
      (this.#mounted.get(carrier) ?? []).flatMap(({ sensor, since, until = end }) => {
        const both = overlap({ since, until }, inside)
        return both.since < both.until ? [{ sensor, ...both }] : []
      }),
    )
  }

  #carriersOf(key: string, during: Stretch): (Stretch & { readonly carrier: string })[] {
    return (this.#stays.get(key) ?? []).flatMap(({ parent: carrier, since, until = end }) => {
      const inside = overlap({ since, until }, during)
      if (inside.since >= inside.until) return []
      return [{ carrier, ...inside }, ...this.#carriersOf(carrier, inside)]
    })
  }

  #tellWhereabouts(links: LinkSet, key: string, during: Stretch): void {
    const lot = this.#lots.get(key)
    if (lot !== undefined) this.#tellLot(links, key, lot)
    this.#tellMoves(links, key, during)
    this.#tellStays(links, key, during)
  }

  #tellLot(links: LinkSet, item: string, lot: string): void {
    for (const { eventIDs } of this.#madeFrom.get(item) ?? []) {
      links.add({ kind: 'of-lot', from: item, to: lot, eventIDs })
    }
    for (const { goods, time, eventIDs } of this.#madeFrom.get(lot) ?? []) {
      for (const { key } of goods) links.add(becomes(key, lot, time, eventIDs))
    }
  }

  #tellStays(links: LinkSet, child: string, during: Stretch): void {
    for (const { parent, since, until = end, eventIDs } of this.#stays.get(child) ?? []) {
      const inside = overlap({ since, until }, during)
      if (inside.since >= inside.until) continue
      const ended = until === end ? {} : { toTime: until }
      links.add({ kind: 'contains', from: parent, to: child, fromTime: since, ...ended, eventIDs })
      this.#tellMoves(links, parent, inside)
      this.#tellStays(links, parent, inside)
    }
  }

  #tellMoves(links: LinkSet, unit: string, { since, until }: Stretch): void {
    for (const { shipped, received, eventIDs } of this.#moves.get(unit) ?? []) {
      if (shipped < since || received >= until) continue
      const times = { fromTime: shipped, toTime: received }
      links.add({ kind: 'moves', from: unit, to: unit, ...times, eventIDs })
    }
  }
}

function becomes(from: string, to: string, time: string, eventIDs: readonly string[]): TruthLink {
  return { kind: 'becomes', from, to, fromTime: time, toTime: time, eventIDs }
}

function overlap(one: Stretch, other: Stretch): Stretch {
  const [, since = ''] = [one.since, other.since].sort()
  const [until = ''] = [one.until, other.until].sort()
  return { since, until }
}

/** Links as one line of text each, so that sets of them can be compared. */
export function textOf({ kind, from, to, fromTime, toTime, eventIDs }: TruthLink): string {
  const during = [fromTime, toTime].map((time) => time ?? '-').join(' ')
  return `${kind} ${from} > ${to} ${during} ${[...eventIDs].sort().join(' ')}`
}

class LinkSet {
  readonly #links = new Map<string, TruthLink>()

  add(link: TruthLink): void {
    this.#links.set(textOf(link), link)
  }

  all(): TruthLink[] {
    return [...this.#links.values()]
  }
}

function pushTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
