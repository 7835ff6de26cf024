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

/** A lane as it was asked for, and the things that stand for what is durable of it. */
interface Asked {
  readonly history: LaneHistory
  readonly items: ReadonlySet<string>
}

export class DraftLanes {
  /** Things whose lives were told again: what they stood for until then is gone. */
  readonly retold = new Set<string>()
  readonly #known: Pick<FactReader, 'transports'>
  readonly #wrong: ReadonlySet<number>
  /** By consignment. */
  readonly #arrived = new Map<string, Of<Transport>>()
  readonly #lanes = new Map<string, Asked>()

  /** `wrong`: numbers of events that were wrong, as far as is known by then. */
  constructor(known: Pick<FactReader, 'transports'>, wrong: ReadonlySet<number>) {
    this.#known = known
    this.#wrong = wrong
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
    if (!known) this.#lanes.delete(nameOf(transport))
  }

  /** The life of a thing was told again, with these transports in it. */
  retell(item: string, transports: readonly Of<Transport>[]): void {
    this.retold.add(item)
    for (const [consignment, each] of this.#arrived) {
      if (each.item !== item) continue
      this.#arrived.delete(consignment)
      this.#lanes.delete(nameOf(each))
    }
    for (const [name, { items }] of this.#lanes) if (items.has(item)) this.#lanes.delete(name)
    for (const each of transports) this.arrive(each)
  }

  of(ends: LaneEnds): LaneHistory {
    const name = nameOf(ends)
    const asked = this.#lanes.get(name) ?? this.#read(ends)
    this.#lanes.set(name, asked)
    return asked.history
  }

  #read(ends: LaneEnds): Asked {
    const durable = this.#known.transports(ends)
    const items = new Set(durable.map(({ item }) => item))
    if (this.#arrived.size + this.retold.size + this.#wrong.size === 0) {
      return { history: new LaneHistory(durable), items }
    }
    const name = nameOf(ends)
    const standing = durable.filter(({ item, event }) => {
      return !this.retold.has(item) && !this.#wrong.has(event)
    })
    const all = new Map(standing.map((each) => [consignmentOf(each), each]))
    for (const [consignment, each] of this.#arrived) {
      if (nameOf(each) === name) all.set(consignment, each)
    }
    const last = [...all.values()].sort(orderOfTransports).slice(-MOST_TRANSPORTS)
    return { history: new LaneHistory(last), items }
  }
}
