/**
 * What was made on the line and day of a suspected lot, and is told of after the scope was traced:
 * it is as possible as what was known by then. It does not matter which of both is told later.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { MoreNeighbours, Neighbour } from '#risk/recall-scope.ts'
import type { RecallWriter } from '#store/recalls/writer.ts'
import type { TrailReader } from '#store/trail.ts'
import { type Line, lineOf, linesOf, madeIn, madeOn } from '../watch/neighbours.ts'
import type { Found, Told } from './late-found.ts'
import { MOST_EVENTS, MOST_NEIGHBOURS } from './scope-source.ts'

export interface LateNeighboursParts {
  readonly trail: TrailReader
  readonly recalls: {
    readonly following: Pick<RecallWriter['following'], 'assuming' | 'suspected' | 'known'>
  }
  readonly productsOf: (product: string) => readonly string[]
}

/** Lines that are remembered with the suspects on them. */
const KEPT = 10_000

/** Of a line and a product, by scope: a lot that is suspected. */
type Suspects = Map<number, string>

export class LateNeighbours {
  readonly #parts: LateNeighboursParts
  #lines = new Map<string, Suspects>()
  /** The scopes that the lines are remembered for. */
  #of = ''

  constructor(parts: LateNeighboursParts) {
    this.#parts = parts
  }

  /** What some events tell of, and scopes lack. */
  async among(told: readonly Told[]): Promise<Found[]> {
    const { following } = this.#parts.recalls
    const wanted = this.#wanted()
    const found: Found[] = []
    for (const each of wanted.size > 0 ? told : []) {
      for (const product of productsIn(each)) {
        const scopes = wanted.get(product)
        if (scopes) found.push(...(await this.#beside(each, product, scopes)))
      }
    }
    const known = new Set(following.known([...new Set(found.map(({ key }) => key))]).map(nameOf))
    return found.filter((each) => !known.has(nameOf(each)))
  }

  /** To be called where what was found could not be written: it is found again. */
  forget(): void {
    this.#lines = new Map()
  }

  /** By product the scopes that suspect something of it, and assume what is beside it. */
  #wanted(): ReadonlyMap<string, ReadonlySet<number>> {
    const { recalls, productsOf } = this.#parts
    const scopes = recalls.following.assuming()
    const of = scopes.map(({ scope }) => scope).join()
    if (this.#of !== of || this.#lines.size > KEPT) this.forget()
    this.#of = of
    const wanted = new Map<string, Set<number>>()
    for (const { scope, products } of scopes) {
      for (const each of products.flatMap(productsOf)) {
        wanted.set(each, (wanted.get(each) ?? new Set()).add(scope))
      }
    }
    return wanted
  }

  async #beside(
    { event, members }: Told,
    product: string,
    scopes: ReadonlySet<number>,
  ): Promise<Found[]> {
    const made = madeIn(event, members, product)
    if (made.length === 0) return []
    const { eventID } = event
    const found: Found[] = []
    for (const line of linesOf(event)) {
      const name = `${product} ${line.name}`
      const known = this.#lines.get(name)
      const all = () => madeOn(this.#parts.trail, line, product, MOST_EVENTS)
      const now = await this.#suspectsAmong(known ? made : all(), line, scopes)
      for (const [scope, suspect] of now) {
        // Of a line that is not remembered, or that a suspect is told of now, all may be lacking.
        if (known?.has(scope)) continue
        for await (const each of all()) {
          if (each.reason === 'more' || found.length >= MOST_NEIGHBOURS) break
          found.push({ ...possible(each, suspect), scope, eventID })
        }
      }
      for (const [scope, suspect] of known ?? []) {
        found.push(...made.map((each) => ({ ...possible(each, suspect), scope, eventID })))
      }
      this.#lines.set(name, new Map([...now, ...(known ?? [])]))
    }
    return found.filter(({ key, from }) => key !== from)
  }

  /** Lots that are suspected, among what was made on a line, which has to be their own. */
  async #suspectsAmong(
    made: AsyncIterable<Neighbour | MoreNeighbours> | Iterable<Neighbour>,
    line: Line,
    scopes: ReadonlySet<number>,
  ): Promise<Suspects> {
    const { trail, recalls } = this.#parts
    const lots: string[] = []
    for await (const each of made) if (each.reason === 'same-line-and-day') lots.push(each.key)
    const suspects: Suspects = new Map()
    for (const { key, scope } of recalls.following.suspected(lots)) {
      if (!scopes.has(scope) || suspects.has(scope)) continue
      if ((await lineOf(trail, key))?.name === line.name) suspects.set(scope, key)
    }
    return suspects
  }
}

function productsIn({ members }: Told): ReadonlySet<string> {
  return new Set(members.flatMap(({ item }) => productKeyOf(item.key) ?? []))
}

function nameOf({ scope, key }: Pick<Found, 'scope' | 'key'>): string {
  return `${scope} ${key}`
}

function possible({ key, reason }: Neighbour, suspect: string) {
  return { key, tier: 'possible', from: suspect, assumption: reason } as const
}
