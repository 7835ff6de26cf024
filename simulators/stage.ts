/**
 * The stage of a simulated chain: things are made, mixed, packed, unpacked, shipped and received on
 * it. Every act gives the event that a device would report and the truth it leaves behind, from one
 * and the same knowledge of what is inside what. Memory holds what is packed or under way, not what
 * has been.
 */
import { formatTimeUs } from '#epcis/time.ts'
import type { Chance } from './random.ts'
import type { Amount, TruthLine } from './truth.ts'

/** An EPCIS event with canonical keys, before a device has spelt it. */
export interface EventDraft {
  readonly type: string
  readonly eventID: string
  readonly eventTime: string
  readonly [field: string]: unknown
}

export interface Act {
  readonly atUs: number
  readonly event: EventDraft
  readonly truth: readonly TruthLine[]
}

/** Where and why an act happens. */
export interface Occasion {
  readonly atUs: number
  readonly bizStep: string
  readonly disposition?: string
  readonly readPoint: string
  readonly bizLocation?: string
  /** Other fields of the event, such as ilmd or bizTransactionList. */
  readonly more?: Readonly<Record<string, unknown>>
}

interface Stay {
  readonly parent: string
  readonly since: string
  readonly eventID: string
}

interface Departure {
  readonly from: string
  readonly shipped: string
  readonly eventID: string
}

export class Stage {
  readonly #chance: Chance
  readonly #stays = new Map<string, Stay>()
  readonly #contents = new Map<string, Set<string>>()
  readonly #departures = new Map<string, Departure>()
  readonly #mounted = new Map<string, Stay>()

  constructor(chance: Chance) {
    this.#chance = chance
  }

  /** Things or lots come into existence. */
  make(goods: readonly Amount[], occasion: Occasion): Act {
    return act(occasion, this.#event('ObjectEvent', occasion, { action: 'ADD', ...listed(goods) }))
  }

  /** Things are seen where they are. */
  see(goods: readonly Amount[], occasion: Occasion): Act {
    const what = { action: 'OBSERVE', ...listed(goods) }
    return act(occasion, this.#event('ObjectEvent', occasion, what))
  }

  transform(inputs: readonly Amount[], outputs: readonly Amount[], occasion: Occasion): Act {
    const event = this.#event('TransformationEvent', occasion, {
      ...listed(inputs, { epcs: 'inputEPCList', quantities: 'inputQuantityList' }),
      ...listed(outputs, { epcs: 'outputEPCList', quantities: 'outputQuantityList' }),
    })
    const time = event.eventTime
    const eventIDs = [event.eventID]
    return act(occasion, event, [{ kind: 'becomes', time, inputs, outputs, eventIDs }])
  }

  pack(parent: string, children: readonly Amount[], occasion: Occasion): Act {
    const event = this.#event('AggregationEvent', occasion, {
      parentID: parent,
      ...listed(children, childLists),
      action: 'ADD',
    })
    const contents = this.#contents.get(parent) ?? new Set()
    this.#contents.set(parent, contents)
    for (const { key } of children) {
      contents.add(key)
      this.#stays.set(key, { parent, since: event.eventTime, eventID: event.eventID })
    }
    return act(occasion, event)
  }

  /**
   * Takes `children` out of `parent`, or without `children` everything, unlisted as EPCIS allows.
   */
  unpack(parent: string, occasion: Occasion, children?: readonly Amount[]): Act {
    const event = this.#event('AggregationEvent', occasion, {
      parentID: parent,
      ...(children === undefined ? {} : listed(children, childLists)),
      action: 'DELETE',
    })
    const keys = children?.map(({ key }) => key) ?? this.inside(parent)
    const truth = keys.map((key) => this.#ended(key, event))
    return act(occasion, event, truth)
  }

  ship(units: readonly Amount[], from: string, occasion: Occasion): Act {
    const sent = this.see(units, occasion)
    const { eventTime: shipped, eventID } = sent.event
    for (const { key } of units) this.#departures.set(key, { from, shipped, eventID })
    return sent
  }

  receive(units: readonly Amount[], to: string, occasion: Occasion): Act {
    const seen = this.see(units, occasion)
    const { eventTime: received, eventID } = seen.event
    const truth = units.map(({ key }): TruthLine => {
      const left = taken(this.#departures, key)
      const { from, shipped } = left
      const eventIDs = [left.eventID, eventID]
      return { kind: 'moves', unit: key, from, to, shipped, received, eventIDs }
    })
    return { ...seen, truth }
  }

  mount(sensor: string, asset: string, occasion: Occasion): Act {
    const event = this.#association('ADD', sensor, asset, occasion)
    const { eventTime: since, eventID } = event
    this.#mounted.set(sensor, { parent: asset, since, eventID })
    return act(occasion, event)
  }

  dismount(sensor: string, asset: string, occasion: Occasion): Act {
    const event = this.#association('DELETE', sensor, asset, occasion)
    const { since, eventID } = taken(this.#mounted, sensor)
    const eventIDs = [eventID, event.eventID]
    const until = event.eventTime
    return act(occasion, event, [{ kind: 'associated', asset, sensor, since, until, eventIDs }])
  }

  inside(parent: string): string[] {
    return [...(this.#contents.get(parent) ?? [])]
  }

  /** What a thing is in, innermost first. */
  containersOf(key: string): string[] {
    const stay = this.#stays.get(key)
    return stay === undefined ? [] : [stay.parent, ...this.containersOf(stay.parent)]
  }

  /** The truth about what is still inside something, and about sensors still mounted. */
  standing(): TruthLine[] {
    const packed = [...this.#stays].map(
      ([child, { parent, since, eventID }]): TruthLine => ({
        kind: 'contains',
        parent,
        child,
        since,
        eventIDs: [eventID],
      }),
    )
    const mounted = [...this.#mounted].map(
      ([sensor, { parent: asset, since, eventID }]): TruthLine => ({
        kind: 'associated',
        asset,
        sensor,
        since,
        eventIDs: [eventID],
      }),
    )
    return [...packed, ...mounted]
  }

  #ended(child: string, event: EventDraft): TruthLine {
    const { parent, since, eventID } = taken(this.#stays, child)
    const contents = this.#contents.get(parent)
    contents?.delete(child)
    if (contents?.size === 0) this.#contents.delete(parent)
    const eventIDs = [eventID, event.eventID]
    return { kind: 'contains', parent, child, since, until: event.eventTime, eventIDs }
  }

  #association(action: string, sensor: string, asset: string, occasion: Occasion): EventDraft {
    const what = { parentID: asset, childEPCs: [sensor], action }
    return this.#event('AssociationEvent', occasion, what)
  }

  #event(type: string, occasion: Occasion, what: Readonly<Record<string, unknown>>): EventDraft {
    const { atUs, bizStep, disposition, readPoint, bizLocation, more } = occasion
    return {
      type,
      eventID: this.#chance.uuid(),
      eventTime: formatTimeUs(atUs),
      eventTimeZoneOffset: '+08:00',
      ...what,
      bizStep,
      ...(disposition === undefined ? {} : { disposition }),
      readPoint: { id: readPoint },
      ...(bizLocation === undefined ? {} : { bizLocation: { id: bizLocation } }),
      ...more,
    }
  }
}

function act(occasion: Occasion, event: EventDraft, truth: readonly TruthLine[] = []): Act {
  return { atUs: occasion.atUs, event, truth }
}

const objectLists = { epcs: 'epcList', quantities: 'quantityList' }
const childLists = { epcs: 'childEPCs', quantities: 'childQuantityList' }

/** Amounts as the two lists EPCIS has for them: things by name, lots by quantity. */
function listed(goods: readonly Amount[], names = objectLists): Record<string, unknown> {
  const epcs = goods.filter(({ quantity }) => quantity === undefined).map(({ key }) => key)
  const quantities = goods
    .filter(({ quantity }) => quantity !== undefined)
    .map(({ key, ...amount }) => ({ epcClass: key, ...amount }))
  return {
    ...(epcs.length === 0 ? {} : { [names.epcs]: epcs }),
    ...(quantities.length === 0 ? {} : { [names.quantities]: quantities }),
  }
}

/** Removes and gives what must be there: a simulated world that loses track of itself is a bug. */
function taken<T>(map: Map<string, T>, key: string): T {
  const value = map.get(key)
  if (value === undefined) throw new Error(`${key} is not there to be taken`)
  map.delete(key)
  return value
}
