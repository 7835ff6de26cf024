/**
 * How an item stands: where it is, in what condition, in which container, and what has ended it.
 * Told from its history alone; what is inherited from a container says through which.
 */
import { bareWord } from '#epcis/cbv.ts'
import type { EpcisEvent } from '#epcis/event.ts'
import type { JsonContext } from '#epcis/fields.ts'
import { endingOf } from './ending.ts'
import { certaintyOf, type Happening, type History } from './history.ts'
import { masterDatum } from './ilmd.ts'

/** Something the history says, and the event that says it. */
export interface Stated<Value> {
  readonly value: Value
  readonly timeUs: number
  readonly eventID: string
  readonly certainty: 'observed' | 'inferred'
  /** Keys of the containers through which it holds, from the item outwards. */
  readonly via: readonly string[]
}

export interface ItemState {
  readonly firstSeen: Stated<string> | undefined
  /** `value` is the bizStep, or the event type where there is none. */
  readonly lastSeen: Stated<string> | undefined
  /** The bizLocation that still holds, or else the read point it was last seen at. */
  readonly location: Stated<string> | undefined
  /** That of the last event that gives one. [EPCIS 7.3.5.2] */
  readonly disposition: Stated<string> | undefined
  /** Set and not unset since. [EPCIS 7.3.5.3] */
  readonly persistentDispositions: readonly Stated<string>[]
  readonly container: Stated<string> | undefined
  /** How many different things are in it. */
  readonly contents: number
  /** The lots that it belongs to. */
  readonly lots: readonly string[]
  readonly itemExpirationDate: Stated<string> | undefined
  /** How it came to its end, such as `retail_selling`, `decommissioning`, `destroying`. */
  readonly ended: Stated<string> | undefined
}

/** An event's body with the @context of the document it came in. */
export interface Body {
  readonly event: EpcisEvent
  readonly context: JsonContext | undefined
}

/** `bodies`: of the item's own events, by eventRef; what is missing tells nothing. */
export function stateOf(history: History, bodies: ReadonlyMap<number, Body>): ItemState {
  const { happenings, stays, lots, contents } = history
  const own = happenings.filter(({ path }) => path.length === 0)
  const first = own[0]
  const last = happenings.at(-1)
  const stay = stays.findLast(({ kind, toUs }) => kind === 'contains' && toUs === Infinity)
  const packing = stay && own.find(({ row }) => row.eventRef === stay.eventRefs[0])
  return {
    firstSeen: first && stated(first, stepOf(first)),
    lastSeen: last && stated(last, stepOf(last)),
    location: locationOf(happenings),
    disposition: latest(happenings, ({ event }) => event.disposition),
    persistentDispositions: persistentDispositionsOf(own, bodies),
    container: stay &&
      packing && { ...stated(packing, stay.parent.key), certainty: stay.certainty },
    contents,
    lots: [...new Set(lots.map(({ lot }) => lot.key))],
    itemExpirationDate: latest(own, ({ row }) => {
      const body = bodies.get(row.eventRef)
      return body && masterDatum(body.event, 'itemExpirationDate', body.context)
    }),
    ended: latest(own, endingOf),
  }
}

function stepOf({ event }: Happening): string {
  return event.bizStep ?? event.type
}

function stated<Value>({ event, path }: Happening, value: Value): Stated<Value> {
  const via = path.map(({ parent }) => parent.key)
  return {
    value,
    timeUs: event.eventTimeUs,
    eventID: event.eventID,
    certainty: certaintyOf(path),
    via,
  }
}

function latest(
  happenings: readonly Happening[],
  tell: (happening: Happening) => string | undefined,
): Stated<string> | undefined {
  for (let at = happenings.length - 1; at >= 0; at--) {
    const happening = happenings[at]
    const value = happening && tell(happening)
    if (happening && value !== undefined) return stated(happening, value)
  }
  return undefined
}

/** A bizLocation holds until another event is seen elsewhere. [EPCIS 7.3.5.5] */
function locationOf(happenings: readonly Happening[]): Stated<string> | undefined {
  return latest(happenings, ({ event }) => event.bizLocation ?? event.readPoint)
}

function persistentDispositionsOf(
  own: readonly Happening[],
  bodies: ReadonlyMap<number, Body>,
): Stated<string>[] {
  const standing = new Map<string, Stated<string>>()
  for (const happening of own) {
    const event = bodies.get(happening.row.eventRef)?.event
    if (event?.type !== 'ObjectEvent' && event?.type !== 'TransformationEvent') continue
    // A transformation tells of what came out of it.
    if (happening.row.role === 'input') continue
    for (const word of event.persistentDisposition?.unset ?? []) standing.delete(bareWord(word))
    for (const word of event.persistentDisposition?.set ?? []) {
      const value = bareWord(word)
      if (!standing.has(value)) standing.set(value, stated(happening, value))
    }
  }
  return [...standing.values()]
}
