/**
 * Follows events for what belongs to the scope of a recall and was not known when that was traced:
 * what was made of recalled things, what was put into a recalled container, serials of recalled
 * lots, lots in a range, what was made in a time, and what was made beside a suspected lot. From
 * each of them on all that came of it is told, so that it does not matter in which order events
 * came. A crash costs nothing: events that were looked at again are the same.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import { recallScope, type Tier } from '#risk/recall-scope.ts'
import { isLotBetween, lotIn, type Suspect } from '#risk/suspect.ts'
import { atMostInferred, type FollowedTo, type LateGoods } from '#store/recalls/late-goods.ts'
import type { RecallWriter } from '#store/recalls/writer.ts'
import type { TrailReader } from '#store/trail.ts'
import { lotsOf } from '#trace/lots.ts'
import type { EventMember, EventSummary, ItemRef } from '#trace/source.ts'
import { trailsOf } from '#trace/view.ts'
import { contentsAt } from '../watch/contents-at.ts'
import type { Found, Told } from './late-found.ts'
import { LateNeighbours } from './late-neighbours.ts'
import { isMaking, placesOf, scopeSource } from './scope-source.ts'

export interface LateParts {
  /** With everything that has several keys as one item. */
  readonly trail: TrailReader
  readonly recalls: Pick<RecallWriter, 'following' | 'addLate' | 'followed'>
  readonly siteOf: (place: string) => string
  readonly productsOf: (product: string) => readonly string[]
  readonly nowUs: () => number
}

const EVENTS_AT_ONCE = 500
const GOODS_AT_ONCE = 2_000
/** Looked at of a container that went into something. */
const MOST_CONTENTS = 20_000
const ROLES = ['object', 'parent', 'child', 'input', 'output', 'lot'] as const

/** That one thing belongs to a scope if another does. */
interface Tie {
  readonly from: string
  readonly to: string
  /** How sure it is. */
  readonly tier: LateGoods['tier']
  readonly event: EventSummary
}

export class LateFollower {
  readonly #parts: LateParts
  readonly #neighbours: LateNeighbours
  #isChecked = false

  constructor(parts: LateParts) {
    this.#parts = parts
    this.#neighbours = new LateNeighbours(parts)
  }

  /** Looks at some events; false where there are none, or nothing is followed. */
  async advance(): Promise<boolean> {
    const { recalls, trail } = this.#parts
    const from = recalls.following.followedTo()
    if (!from || (await this.#isOtherStore(from))) return from !== undefined
    const { eventRef, upTo = Number.MAX_SAFE_INTEGER } = from
    const next = await trail.eventsAfter(eventRef, EVENTS_AT_ONCE)
    const refs = next.filter((ref) => ref <= upTo)
    const last = refs.at(-1)
    try {
      if (last !== undefined) await this.#look(refs)
    } catch (error) {
      this.#neighbours.forget()
      throw error
    }
    if (last === undefined && from.scope === undefined) return false
    recalls.followed(from, last ?? eventRef, next.length < EVENTS_AT_ONCE)
    return true
  }

  /** Whether the store was made anew: then all of it is gone through. */
  async #isOtherStore(from: FollowedTo): Promise<boolean> {
    const { recalls, trail } = this.#parts
    if (this.#isChecked || from.scope !== undefined) return false
    this.#isChecked = true
    const { eventRef } = from
    if (eventRef === 0) return false
    const [same] = await trail.eventsAfter(eventRef - 1, 1)
    if (same === eventRef) return false
    recalls.followed(from, 0, false)
    return true
  }

  async #look(refs: readonly number[]): Promise<void> {
    const told = await this.#told(refs)
    for (const each of this.#suspected(told)) await this.#follow(each)
    for (const each of await this.#neighbours.among(told)) await this.#follow(each)
    for (const each of this.#tied(await this.#ties(told))) await this.#follow(each)
  }

  /** Events that stand, with who takes part. */
  async #told(refs: readonly number[]): Promise<Told[]> {
    const { trail } = this.#parts
    const summaries = await trail.summaries(refs)
    const standing = summaries.filter(({ declaresError, voidedAtUs }) => {
      return !declaresError && voidedAtUs === undefined
    })
    const members = new Map<number, EventMember[]>()
    for await (const some of trail.members(refs, ROLES)) {
      for (const each of some) {
        const its = members.get(each.eventRef)
        if (its) its.push(each)
        else members.set(each.eventRef, [each])
      }
    }
    return standing.map((event) => ({ event, members: members.get(event.eventRef) ?? [] }))
  }

  /** Lots in a range that is suspected, and what was made in a time that is. */
  #suspected(told: readonly Told[]): Found[] {
    const products = new Map<string, { item: ItemRef; event: EventSummary; isMade: boolean }[]>()
    for (const { event, members } of told) {
      for (const { item, role } of members) {
        const isOne = item.kind === 'lot' || item.kind === 'instance'
        const product = isOne ? productKeyOf(item.key) : undefined
        if (product === undefined) continue
        const isMade = isMaking({ ...event, role })
        const its = products.get(product)
        if (its) its.push({ item, event, isMade })
        else products.set(product, [{ item, event, isMade }])
      }
    }
    const { productsOf, recalls } = this.#parts
    const asked = new Map(
      [...products.keys()].flatMap((key) => productsOf(key).map((each) => [each, key] as const)),
    )
    return recalls.following.suspects([...asked.keys()]).flatMap(({ scope, suspect }): Found[] => {
      const product = suspect.kind === 'key' ? '' : (asked.get(suspect.product) ?? '')
      return (products.get(product) ?? [])
        .filter(({ item, event, isMade }) => this.#isSuspected(suspect, item, event, isMade))
        .map(({ item: { key }, event: { eventID } }) => {
          const rest = { tier: 'inferred', assumption: undefined, from: undefined } as const
          return { scope, key, ...rest, eventID }
        })
    })
  }

  #isSuspected(suspect: Suspect, { key }: ItemRef, event: EventSummary, isMade: boolean): boolean {
    if (suspect.kind === 'key') return false
    if (suspect.kind === 'lot-range') {
      const lot = lotIn(key)?.lot
      return lot !== undefined && isLotBetween(lot, suspect.from, suspect.to)
    }
    const { fromUs, toUs, site } = suspect
    if (!isMade || event.eventTimeUs < fromUs || event.eventTimeUs >= toUs) return false
    const { siteOf } = this.#parts
    return site === undefined || placesOf(event).some((at) => siteOf(at) === siteOf(site))
  }

  async #ties(told: readonly Told[]): Promise<Tie[]> {
    const ties: Tie[] = []
    for (const each of told) {
      const { type } = each.event
      if (type === 'TransformationEvent') ties.push(...(await this.#madeOf(each)))
      ties.push(...putInto(each), ...ofLots(each))
    }
    return ties
  }

  /** What came out of what went in, its lots and its contents. */
  async #madeOf({ event, members }: Told): Promise<Tie[]> {
    const made = members.filter(({ role }) => role === 'output' || role === 'lot')
    const went = members.filter(({ role }) => role === 'input').map(({ item }) => item)
    if (made.length === 0 || went.length === 0) return []
    const tied = (from: string, tier: Tie['tier']) =>
      made.map(({ item }): Tie => ({ from, to: item.key, tier, event }))
    const view = { source: this.#parts.trail, atUs: undefined }
    const things = went.filter(({ kind }) => kind !== 'lot' && kind !== 'class')
    const trails = [...(await trailsOf(view, things)).values()]
    const lots = [...(await lotsOf(view, trails)).values()].flat()
    const ties = went.flatMap(({ key }) => tied(key, 'inferred'))
    for (const { lot, certainty } of lots) {
      ties.push(...tied(lot.key, certainty === 'possible' ? 'possible' : 'inferred'))
    }
    for (const { item, rows } of trails) {
      if (!rows.some(({ role }) => role === 'parent')) continue
      const { eventTimeUs: atUs } = event
      const its = await contentsAt(this.#parts.trail, item.key, atUs, MOST_CONTENTS)
      for (const { key: inside } of its.contents) ties.push(...tied(inside, 'inferred'))
    }
    return ties
  }

  /** What belongs to a scope by what it hangs on, and was not known to. */
  #tied(ties: readonly Tie[]): Found[] {
    const keys = new Set(ties.flatMap(({ from, to }) => [from, to]))
    if (keys.size === 0) return []
    const known = new Map<string, Map<number, Tier>>()
    for (const { key, scope, tier } of this.#parts.recalls.following.known([...keys])) {
      const its = known.get(key) ?? new Map<number, Tier>()
      its.set(scope, tier)
      known.set(key, its)
    }
    return ties.flatMap(({ from, to, tier, event: { eventID } }) =>
      [...(known.get(from) ?? [])]
        .filter(([scope]) => known.get(to)?.has(scope) !== true)
        .map(([scope, its]) => {
          const sure = atMostInferred(tier, its)
          return { scope, key: to, tier: sure, assumption: undefined, from, eventID }
        }),
    )
  }

  /** Writes a thing and all that came of it, unless that was done. */
  async #follow({ scope, key, tier, assumption, from, eventID }: Found): Promise<void> {
    const { recalls, trail, siteOf, productsOf, nowUs } = this.#parts
    if (recalls.following.known([key]).some((known) => known.scope === scope)) return
    const assume = { sameLineAndDay: false, carryOverHours: 0 }
    const source = scopeSource({ trail, assume, siteOf, productsOf })
    const before = from === undefined ? [] : [from]
    let goods: LateGoods[] = []
    for await (const part of recallScope(source, [{ kind: 'key', key }], { neighbours: false })) {
      if (part.part !== 'item' || part.key === key) continue
      const path = [...before, ...part.path.map((step) => step.key)]
      const its = { key: part.key, tier: atMostInferred(tier, part.tier), path }
      goods.push({ scope, ...its, assumption, eventID })
      if (goods.length < GOODS_AT_ONCE) continue
      recalls.addLate(goods, nowUs())
      goods = []
    }
    // Last, as it says that the rest was written.
    goods.push({ scope, key, tier, path: [...before, key], assumption, eventID })
    recalls.addLate(goods, nowUs())
  }
}

/** What was put into something that is recalled. */
function putInto({ event, members }: Told): Tie[] {
  if (event.type !== 'AggregationEvent' || event.action !== 'ADD') return []
  const parents = members.filter(({ role }) => role === 'parent')
  const children = members.filter(({ role }) => role === 'child')
  return parents.flatMap(({ item: { key: from } }) =>
    children.map(({ item }): Tie => ({ from, to: item.key, tier: 'inferred', event })),
  )
}

/** Serials of the lots that an event names; possibly only, where it names several of a product. */
function ofLots({ event, members }: Told): Tie[] {
  const lots = members.filter(({ role }) => role === 'lot')
  if (lots.length === 0) return []
  const serials = members.filter(({ item, role }) => item.kind === 'instance' && role !== 'input')
  return lots.flatMap(({ item: { key: from } }) => {
    const product = productKeyOf(from)
    const same = lots.filter(({ item }) => productKeyOf(item.key) === product)
    const tier = new Set(same.map(({ item }) => item.key)).size > 1 ? 'possible' : 'inferred'
    const its = serials.filter(({ item }) => productKeyOf(item.key) === product)
    return its.map(({ item }): Tie => ({ from, to: item.key, tier, event }))
  })
}

/** The number of the last event in the store; 0 where it has none. */
export async function lastEventOf(trail: Pick<TrailReader, 'query'>): Promise<number> {
  const { events } = await trail.query({}, { limit: 1 })
  return events[0]?.eventRef ?? 0
}
