/**
 * The transports that a batch tells, over those that are durable: what came earlier in the same
 * batch counts for what leaves later in it, so that it does not matter how events are batched.
 */
import {
  type LaneEnds,
  LaneHistory,
  MOST_TRANSPORTS,
  orderOfTransports,
  type Transport,
} from '#risk/lane.ts'
import type { FactReader, Of } from '#store/alerts/facts.ts'

const nameOf = ({ origin, goal }: LaneEnds) => `${origin} ${goal}`
/** What left and came together. */
const consignmentOf = ({ departure, departedUs, event }: Of<Transport>) =>
  `${departure} ${departedUs} ${event}`

/** Lanes that are held in memory: some six kilobytes each. */
const KEPT = 1_000

/** Lanes as they are durable; those used last are kept in memory. */
export class KnownLanes {
  readonly #facts: Pick<FactReader, 'laneTimes'>
  readonly #lanes = new Map<string, LaneHistory>()

  constructor(facts: Pick<FactReader, 'laneTimes'>) {
    this.#facts = facts
  }

  of(ends: LaneEnds): LaneHistory {
    const name = nameOf(ends)
    const known = this.#lanes.get(name)
    if (known) return known
    const history = new LaneHistory(this.#facts.laneTimes(ends))
    this.#keep(name, history)
    return history
  }

  /** What a batch has told is durable. */
  keep({ changed }: DraftLanes): void {
    for (const [name, history] of changed) {
      this.#lanes.delete(name)
      if (history) this.#keep(name, history)
    }
  }

  #keep(name: string, history: LaneHistory): void {
    this.#lanes.set(name, history)
    for (const oldest of this.#lanes.keys()) {
      if (this.#lanes.size <= KEPT) break
      this.#lanes.delete(oldest)
    }
  }

  forget(): void {
    this.#lanes.clear()
  }
}

export class DraftLanes {
  /** Things whose lives were told again: what they stood for until then is gone. */
  readonly retold = new Set<string>()
  /** Lanes that the batch changes; undefined where it was not looked how. */
  readonly changed = new Map<string, LaneHistory | undefined>()
  readonly #facts: Pick<FactReader, 'transports' | 'lanesOf' | 'lanesIn'>
  readonly #lanes: KnownLanes
  readonly #wrong = new Set<number>()
  /** By consignment. */
  readonly #arrived = new Map<string, Of<Transport>>()
  /** Lanes of which something durable is gone: they are read transport by transport. */
  readonly #shortened = new Set<string>()

  constructor(facts: Pick<FactReader, 'transports' | 'lanesOf' | 'lanesIn'>, lanes: KnownLanes) {
    this.#facts = facts
    this.#lanes = lanes
  }

  get transports(): Iterable<Of<Transport>> {
    return this.#arrived.values()
  }

  /** Of many things that left and came together the first by its key stands for all. */
  arrive(transport: Of<Transport>): void {
    const consignment = consignmentOf(transport)
    const known = this.#arrived.get(consignment)
    if (known && known.item <= transport.item) return
    this.#arrived.set(consignment, transport)
    if (known) return
    const name = nameOf(transport)
    const history = this.changed.get(name)
    if (history && !this.#shortened.has(name)) history.add(transport)
    else this.changed.set(name, undefined)
  }

  /** The life of a thing was told again, with these transports in it. */
  retell(item: string, transports: readonly Of<Transport>[]): void {
    this.retold.add(item)
    for (const [consignment, each] of this.#arrived) {
      if (each.item !== item) continue
      this.#arrived.delete(consignment)
      this.#shorten(each)
    }
    for (const lane of this.#facts.lanesOf(item)) this.#shorten(lane)
    // Another thing may stand for them already.
    for (const each of transports) this.#shorten(each)
    for (const each of transports) this.arrive(each)
  }

  /** What an event told is gone. */
  takeBack(event: number): void {
    this.#wrong.add(event)
    for (const lane of this.#facts.lanesIn(event)) this.#shorten(lane)
  }

  #shorten(lane: LaneEnds): void {
    this.#shortened.add(nameOf(lane))
    this.changed.set(nameOf(lane), undefined)
  }

  of(ends: LaneEnds): LaneHistory {
    const name = nameOf(ends)
    if (!this.changed.has(name)) return this.#lanes.of(ends)
    const history = this.changed.get(name) ?? this.#read(ends)
    this.changed.set(name, history)
    return history
  }

  #read(ends: LaneEnds): LaneHistory {
    const name = nameOf(ends)
    const arrived = [...this.#arrived].filter(([, each]) => nameOf(each) === name)
    if (!this.#shortened.has(name)) {
      const history = this.#lanes.of(ends).copy()
      for (const [, each] of arrived) history.add(each)
      return history
    }
    const standing = this.#facts.transports(ends).filter(({ item, event }) => {
      return !this.retold.has(item) && !this.#wrong.has(event)
    })
    const all = new Map([
      ...standing.map((each) => [consignmentOf(each), each] as const),
      ...arrived,
    ])
    return LaneHistory.of([...all.values()].sort(orderOfTransports).slice(-MOST_TRANSPORTS))
  }
}
