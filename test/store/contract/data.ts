/** Events and readings to put into a store under test: what is not said follows from a number. */
import { createHash } from 'node:crypto'
import type { NewEvent, NewMember, Reading, TrailBatch } from '#store/trail.ts'
import type { Role } from '#trace/source.ts'

/** 2025-01-01T00:00:00Z */
export const baseUs = 1_735_689_600_000_000

export function serial(n: number): string {
  return `https://id.gs1.org/01/09521321000013/21/S${n}`
}

export function member(key: string, role: Role = 'object'): NewMember {
  return { key, kind: 'instance', role }
}

/** Event `n`: its identity, times and item follow from n unless something else is said. */
export function event(n: number, said: Partial<NewEvent> = {}): NewEvent {
  const digest = createHash('sha256').update(`event ${n}`).digest('hex')
  const eventID = said.eventID ?? `ni:///sha-256;${digest}?ver=CBV2.0`
  return {
    eventID,
    party: 'green-farm',
    recordTimeUs: baseUs + n * 1000,
    eventTimeUs: baseUs + n * 1000,
    type: 'ObjectEvent',
    action: 'OBSERVE',
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: undefined,
    bizLocation: undefined,
    declaredAtUs: undefined,
    members: [member(serial(n))],
    body: JSON.stringify({ eventID, n }),
    context: undefined,
    warnings: [],
    ...said,
  }
}

/** Events `from` to `to`, both included. */
export function events(from: number, to: number, said: Partial<NewEvent> = {}): NewEvent[] {
  return Array.from({ length: to - from + 1 }, (_, at) => event(from + at, said))
}

export function reading(said: Partial<Reading> = {}): Reading {
  return {
    device: 'urn:suyuan:device:green-farm:fridge-1',
    type: 'Temperature',
    component: '',
    uom: 'CEL',
    timeUs: baseUs,
    value: 4,
    party: 'green-farm',
    ...said,
  }
}

/** Batch `n` of a stream: none shares an event or a reading, and `to` counts the batches. */
export function streamBatch(n: number, size: number): TrailBatch {
  const first = n * size + 1
  const last = first + size - 1
  const shared = { members: [member(serial(n)), member('urn:shared', 'parent')] }
  return {
    events: events(first, last, shared),
    readings: Array.from({ length: size }, (_, at) => reading({ timeUs: baseUs + first + at })),
    follower: 'ingest',
    to: n + 1,
  }
}
