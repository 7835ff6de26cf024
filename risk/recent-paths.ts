/**
 * How items came into a scope, of those met most recently: a step each, from which a whole path
 * is put together. Old ones are forgotten, whatever the size of the scope, but not while others
 * still hang on them.
 */
import type { ChainLink } from '#trace/parts.ts'
import type { Neighbour, PathStep, ScopeItem } from './recall-scope.ts'

const KEPT = 50_000
/** Links whose node has not come yet. */
const KEPT_LINKS = 50_000
const LONGEST = 100

interface Entry {
  readonly step: PathStep
  readonly from: string | undefined
  /** Undefined for what is only on the way. */
  readonly item: ScopeItem | undefined
}

interface Way {
  readonly from: string
  readonly step: PathStep
}

export class RecentPaths {
  readonly #start: string
  readonly #first: readonly PathStep[]
  readonly #entries = new Recent<Entry>(KEPT)
  readonly #ways = new Recent<Way[]>(KEPT_LINKS)

  /** `beside`: what is suspected, where the start is only beside it. */
  constructor(start: string, beside?: { readonly of: string; readonly neighbour: Neighbour }) {
    this.#start = start
    const own = { key: start, by: undefined, certainty: 'observed', eventIDs: [] } as const
    this.#first = beside
      ? [
          { ...own, key: beside.of },
          { ...own, by: beside.neighbour.reason, certainty: 'possible' },
        ]
      : [own]
  }

  /** A link that may be the way to some item that is told later. */
  learn({ kind, from, to, certainty, eventIDs }: ChainLink): void {
    if (kind === 'becomes' || kind === 'contains') {
      this.#learn(to, { from, step: { key: to, by: kind, certainty, eventIDs } })
    } else if (kind === 'of-lot') {
      this.#learn(from, { from: to, step: { key: from, by: kind, certainty, eventIDs } })
      // What went on of a lot may be the serial that is looked for, or not.
      this.#learn(to, { from, step: { key: to, by: kind, certainty: 'possible', eventIDs } })
    }
  }

  #learn(key: string, way: Way): void {
    const known = this.#ways.get(key)
    if (known && known.length < 4) known.push(way)
    if (known) return
    this.#ways.set(key, [way])
  }

  /** What was told of an item before; undefined where nothing was or it is forgotten. */
  tierBefore(key: string): ScopeItem | undefined {
    return this.#entries.get(key)?.item
  }

  pathTo(key: string): { readonly path: readonly PathStep[]; readonly isWhole: boolean } {
    const path: PathStep[] = []
    let at: string | undefined = key
    let way = this.#wayTo(key)
    while (at !== undefined && at !== this.#start && path.length < LONGEST) {
      if (!way) return { path: path.reverse(), isWhole: false }
      path.push(way.step)
      at = way.from
      way = this.#keptWay(at)
    }
    return { path: [...this.#first, ...path.reverse()], isWhole: at === this.#start }
  }

  /** The first way to an item from something that is in the scope itself. */
  #wayTo(key: string): Way | undefined {
    const ways = this.#ways.get(key)
    return ways?.find(({ from }) => {
      return (
        from === this.#start || (this.#entries.get(from) !== undefined && !this.#hangsOn(from, key))
      )
    })
  }

  /** Whether the way to one thing leads over another: a serial and its lot lead to each other. */
  #hangsOn(key: string, other: string): boolean {
    let at: string | undefined = key
    for (let steps = 0; at !== undefined && steps < LONGEST; steps++) {
      if (at === other) return true
      at = this.#entries.get(at)?.from
    }
    return false
  }

  #keptWay(key: string): Way | undefined {
    const entry = this.#entries.get(key)
    if (!entry || entry.from === undefined) return undefined
    return { from: entry.from, step: entry.step }
  }

  /** Remembers how an item was told; or, without one, something on the way to others. */
  enter(key: string, item?: ScopeItem): void {
    const way = this.#wayTo(key)
    const step = way?.step ?? { key, by: undefined, certainty: 'possible', eventIDs: [] }
    this.#entries.set(key, { step, from: way?.from, item: item && { ...item, path: [] } })
  }
}

/**
 * What was set or asked for most recently: at least half of `most`, at most all of it. In two
 * generations, as a map that loses its oldest one by one gets slow.
 */
class Recent<Value> {
  readonly #most: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old !== undefined) this.set(key, old)
    return old
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value)
    if (this.#young.size * 2 < this.#most) return
    this.#old = this.#young
    this.#young = new Map()
  }
}
