/**
 * Reads the messages of a simulated run as a stranger would, knowing EPCIS and nothing of the
 * simulator: what was in what and when, what became what, what moved, where each item ended. It is
 * kept plain, as it has to be evidently right rather than fast.
 */
import { identify } from '#epcis/identifier.ts'
import type { MessageStep } from '#simulators/script.ts'

export interface SeenEvent {
  readonly type: string
  readonly eventID: string
  readonly eventTime: string
  readonly action?: string
  readonly bizStep: string
  readonly disposition?: string
  readonly readPoint: { readonly id: string }
  readonly bizLocation?: { readonly id: string }
  readonly parentID?: string
  readonly ilmd?: Readonly<Record<string, string>>
  readonly [field: string]: unknown
}

export interface SeenAmount {
  readonly key: string
  readonly quantity?: number
  readonly uom?: string
}

/** The events of a message, whichever way its device wraps them; of raw reads what they are of. */
export function eventsOf({ payload, device, acts = [] }: MessageStep): SeenEvent[] {
  if (device.channel === 'reads') return acts.map(({ event }) => event as unknown as SeenEvent)
  if (device.channel !== 'epcis') return []
  const said = JSON.parse(payload)
  if (Array.isArray(said)) return said
  return said.type === 'EPCISDocument' ? said.epcisBody.eventList : [said]
}

/** All events of a run, by event time; those of one time as they came. */
export function eventsOfRun(messages: readonly MessageStep[]): SeenEvent[] {
  const events = messages.flatMap(eventsOf)
  return events.sort((a, b) => Date.parse(a.eventTime) - Date.parse(b.eventTime))
}

/** What two lists of an event name, by canonical key. */
export function amounts(event: SeenEvent, epcs: string, quantities: string): SeenAmount[] {
  const things = (event[epcs] ?? []) as string[]
  const lots = (event[quantities] ?? []) as { epcClass: string; quantity: number; uom: string }[]
  return [
    ...things.map((epc) => ({ key: identify(epc).key })),
    ...lots.map(({ epcClass, ...amount }) => ({ key: identify(epcClass).key, ...amount })),
  ]
}

export const objectsOf = (event: SeenEvent) => amounts(event, 'epcList', 'quantityList')
export const childrenOf = (event: SeenEvent) => amounts(event, 'childEPCs', 'childQuantityList')

export interface Interval {
  readonly parent: string
  readonly child: string
  readonly since: string
  readonly until?: string
  readonly eventIDs: readonly string[]
}

/** Intervals of being in something (AggregationEvent) or mounted on it (AssociationEvent). */
export function intervalsOf(events: readonly SeenEvent[], type: string): Interval[] {
  const open = new Map<string, Interval>()
  const closed: Interval[] = []
  for (const event of events.filter((one) => one.type === type)) {
    const parent = identify(event.parentID ?? '').key
    const listed = childrenOf(event).map(({ key }) => key)
    if (event.action === 'ADD') {
      for (const child of listed) {
        if (open.has(child)) throw new Error(`${child} is put into ${parent} and is in another`)
        const { eventTime: since, eventID } = event
        open.set(child, { parent, child, since, eventIDs: [eventID] })
      }
    } else {
      const inside = [...open.values()].filter((one) => one.parent === parent)
      const leaving = listed.length > 0 ? listed : inside.map(({ child }) => child)
      for (const child of leaving) {
        const interval = open.get(child)
        if (interval?.parent !== parent) throw new Error(`${child} is not in ${parent}`)
        open.delete(child)
        const eventIDs = [...interval.eventIDs, event.eventID]
        closed.push({ ...interval, until: event.eventTime, eventIDs })
      }
    }
  }
  return [...closed, ...open.values()]
}
