/**
 * Who has the items of a scope: some items at a time, each told from its own events and those of
 * what carried it, and the party from the place where that was.
 */
import { identify } from '#epcis/identifier.ts'
import { type LotEvent, lastCustody, lotPortions, stateBy } from '#risk/custody.ts'
import { sumUnit } from '#risk/goods-unit.ts'
import type { Reference } from '#risk/reference.ts'
import type { Holding } from '#store/recalls/recall.ts'
import type { TrailReader } from '#store/trail.ts'
import { Carriers, type EffectiveRow, effectiveRows } from '#trace/carriers.ts'
import { certaintyOf } from '#trace/history.ts'
import type { EventSummary } from '#trace/source.ts'
import { type ItemTrail, trailsOf, type View } from '#trace/view.ts'

export interface HolderParts {
  readonly trail: TrailReader
  readonly reference: () => Pick<Reference, 'party' | 'place'>
}

/** Events whose destinations are remembered. */
const KEPT_DESTINATIONS = 10_000

export class Holders {
  readonly #parts: HolderParts
  readonly #view: View
  readonly #carriers: Carriers
  /** By event: to which party a shipment went; undefined where it does not say. */
  readonly #destinations = new Map<number, string | undefined>()

  constructor(parts: HolderParts) {
    this.#parts = parts
    this.#view = { source: parts.trail, atUs: undefined }
    this.#carriers = new Carriers(this.#view)
  }

  /** The holdings of some keys. What no event places has none. */
  async of(keys: readonly string[]): Promise<Holding[]> {
    const { trail } = this.#parts
    const items = (await trail.find(keys)).filter((item) => item !== undefined)
    const trails = [...(await trailsOf(this.#view, items)).values()]
    await this.#carriers.place(trails)
    const units: { trail: ItemTrail; last: EffectiveRow }[] = []
    const amounts: { trail: ItemTrail; rows: EffectiveRow[] }[] = []
    for (const each of trails) {
      const rows = effectiveRows(this.#carriers, each, { row: () => true })
      const { kind } = each.item
      if (kind === 'lot' || kind === 'class') amounts.push({ trail: each, rows })
      else {
        const last = lastCustody(rows)
        if (last) units.push({ trail: each, last })
      }
    }
    return [...(await this.#ofUnits(units)), ...(await this.#ofAmounts(amounts))]
  }

  async #ofUnits(units: readonly { trail: ItemTrail; last: EffectiveRow }[]): Promise<Holding[]> {
    const events = await this.#events(units.map(({ last }) => last.row.eventRef))
    await this.#readDestinations(units.map(({ last }) => last))
    return units.flatMap(({ trail: { item }, last: { row, path } }) => {
      const event = events.get(row.eventRef)
      if (!event) return []
      const state = stateBy(row)
      const to = state === 'in_transit' ? this.#destinations.get(row.eventRef) : undefined
      return [
        {
          key: item.key,
          party: to ?? this.#partyOf(event),
          place: event.bizLocation ?? event.readPoint,
          state,
          certainty:
            certaintyOf(path) === 'observed' && path.length === 0 ? 'observed' : 'inferred',
          uom: '',
          // What only carries others is none of the goods.
          quantity: item.kind === 'instance' || item.kind === 'other' ? 1 : 0,
        } as const,
      ]
    })
  }

  async #ofAmounts(
    lots: readonly { trail: ItemTrail; rows: EffectiveRow[] }[],
  ): Promise<Holding[]> {
    const all = lots.flatMap(({ rows }) => rows)
    const events = await this.#events(all.map(({ row }) => row.eventRef))
    await this.#readDestinations(all)
    const holdings: Holding[] = []
    for (const { trail, rows } of lots) {
      const told = rows.filter(({ row }) => row.role !== 'lot')
      const amountOf = await this.#amounts(trail, told)
      const lotEvents = told.flatMap(({ row, path }): LotEvent[] => {
        const event = events.get(row.eventRef)
        if (!event) return []
        const { quantity, uom = '' } = amountOf.get(path[0]?.eventRefs[0] ?? row.eventRef) ?? {}
        const to = this.#destinations.get(row.eventRef)
        const isCarried = path.length > 0
        return [{ row, party: this.#partyOf(event), quantity, uom, to, isCarried }]
      })
      for (const portion of lotPortions(lotEvents)) {
        holdings.push({ key: trail.item.key, place: undefined, certainty: 'inferred', ...portion })
      }
    }
    return holdings
  }

  /** How much of a lot each event speaks of. */
  async #amounts(
    { item }: ItemTrail,
    rows: readonly EffectiveRow[],
  ): Promise<Map<number, { quantity: number | undefined; uom: string | undefined }>> {
    const refs = new Set(rows.map(({ row, path }) => path[0]?.eventRefs[0] ?? row.eventRef))
    const amounts = new Map<number, { quantity: number | undefined; uom: string | undefined }>()
    const roles = ['object', 'child', 'input', 'output'] as const
    for await (const members of this.#parts.trail.members([...refs], roles)) {
      for (const { eventRef, item: its, quantity, uom } of members) {
        if (its.ref !== item.ref) continue
        const { unit, factor } = sumUnit(uom ?? '')
        const amount = quantity === undefined ? undefined : quantity * factor
        amounts.set(eventRef, { quantity: amount, uom: unit })
      }
    }
    return amounts
  }

  async #events(eventRefs: readonly number[]): Promise<Map<number, EventSummary>> {
    const summaries = await this.#parts.trail.summaries([...new Set(eventRefs)])
    return new Map(summaries.map((event) => [event.eventRef, event]))
  }

  /** Whose the place is where an event left the goods; who captured it, where that is not known. */
  #partyOf({ bizLocation, readPoint, party }: EventSummary): string {
    for (const place of [bizLocation, readPoint]) {
      const its = place === undefined ? undefined : this.#ownerOf(place)
      if (its !== undefined) return its
    }
    return party
  }

  #ownerOf(place: string): string | undefined {
    const reference = this.#parts.reference()
    // A part of a location belongs to whom the location belongs.
    const facts = reference.place(place) ?? reference.place(place.replace(/\/254\/.*$/, ''))
    return slugOf(facts?.party)
  }

  async #readDestinations(rows: readonly EffectiveRow[]): Promise<void> {
    if (this.#destinations.size > KEPT_DESTINATIONS) this.#destinations.clear()
    const unknown = new Set<number>()
    for (const { row } of rows) {
      const isShipment = stateBy(row) === 'in_transit'
      if (isShipment && !this.#destinations.has(row.eventRef)) unknown.add(row.eventRef)
    }
    if (unknown.size === 0) return
    for (const { eventRef, body } of await this.#parts.trail.events([...unknown])) {
      this.#destinations.set(eventRef, this.#destinationOf(body))
    }
  }

  #destinationOf(body: string): string | undefined {
    const { destinationList = [] }: { destinationList?: readonly { destination: string }[] } =
      JSON.parse(body)
    const reference = this.#parts.reference()
    for (const { destination } of destinationList) {
      const { key } = identify(destination)
      const party = slugOf(reference.party(key)?.key) ?? this.#ownerOf(key)
      if (party !== undefined) return party
    }
    return undefined
  }
}

function slugOf(party: string | undefined): string | undefined {
  return party?.startsWith('party:') ? party.slice('party:'.length) : undefined
}
