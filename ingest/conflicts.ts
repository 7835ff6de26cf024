/**
 * Same identity, other content: an event whose eventID its party has used before for something else
 * is refused and the first one stands. The same content again is a repeat and no error.
 */
import { isDeepStrictEqual } from 'node:util'
import { fail } from '#epcis/failure.ts'
import { eventHash } from '#epcis/hash.ts'
import type { EventIdentity, NewEvent, StoredEvent, TrailReader } from '#store/trail.ts'
import { type PartFailure, partFailure } from './decoded.ts'
import { isStored, type Message } from './messages.ts'

/** An event's JSON text and the context its prefixes need. */
type Content = Pick<StoredEvent, 'body' | 'context'>

/**
 * Finds, before anything is stored, the conflicts that have to be known by then: those of documents
 * that are stored whole or not at all, and those of events that bring readings along, which would
 * be stored beside a refused event. All others come to light when the store tells of a repeat, at
 * no cost to the many events that are new.
 */
export async function refuseConflicts(
  messages: readonly Message[],
  reader: Pick<TrailReader, 'byIdentity' | 'events'>,
): Promise<void> {
  const watched = new Map<string, EventIdentity>()
  for (const { policy, decoded } of messages) {
    for (const { event, readings } of decoded.events) {
      if (policy !== 'all' && readings.length === 0) continue
      watched.set(keyOf(event), identityOf(event))
    }
  }
  if (watched.size === 0) return
  const known = await storedContents(watched, reader)
  for (const message of messages) {
    const added = new Map<string, Content>()
    for (const { index, event } of message.decoded.events) {
      const key = keyOf(event)
      const first = known.get(key) ?? added.get(key)
      if (first === undefined && watched.has(key)) added.set(key, event)
      else if (first !== undefined && !isSameContent(first, event)) {
        message.failures.push(conflict(index, event))
      }
    }
    if (isStored(message)) for (const [key, content] of added) known.set(key, content)
  }
}

/** Whether two events of one identity say the same, however it is written. */
export function isSameContent(first: Content, second: Content): boolean {
  if (first.body === second.body && first.context === second.context) return true
  const one = contentOf(first)
  const other = contentOf(second)
  // The event hash leaves the declaration out [CBV 2.0 8.9], so it is compared beside it.
  return one.hash === other.hash && isDeepStrictEqual(one.declaration, other.declaration)
}

export function conflict(index: number, event: NewEvent): PartFailure {
  return partFailure(fail('event_id_conflict', '/eventID', event.eventID), index)
}

async function storedContents(
  watched: ReadonlyMap<string, EventIdentity>,
  reader: Pick<TrailReader, 'byIdentity' | 'events'>,
): Promise<Map<string, Content>> {
  const refs = await reader.byIdentity([...watched.values()])
  const found = [...watched.keys()].flatMap((key, at) => {
    const ref = refs[at]
    return ref === undefined ? [] : [{ key, ref }]
  })
  const stored = await reader.events(found.map(({ ref }) => ref))
  return new Map(found.map(({ key }, at) => [key, stored[at]] as [string, Content]))
}

export function identityOf(event: NewEvent): EventIdentity {
  const declaresError = event.declaredAtUs !== undefined
  return { eventID: event.eventID, party: event.party, declaresError }
}

function keyOf(event: NewEvent): string {
  return `${event.party} ${event.declaredAtUs === undefined ? '' : 'error '}${event.eventID}`
}

function contentOf({ body, context }: Content): { hash: string; declaration: unknown } {
  const event = JSON.parse(body)
  const parsed = context === undefined ? undefined : JSON.parse(context)
  return { hash: eventHash(event, parsed), declaration: event.errorDeclaration }
}
