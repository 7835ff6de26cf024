/**
 * From raw reads to events, by the binding of the device: what is remembered of its tags and one
 * message more give events, and what is remembered then. A function of the notes and the message
 * alone; it knows no clock, so that the same journal gives the same events (memory.ts).
 */
import { type Failure, fail } from '#epcis/failure.ts'
import type { DecodedEvent, Origin, RawRead } from '#ingest/decoded.ts'
import type { Scope } from '#ingest/memory.ts'
import type { Binding, Device } from '#store/registry/schema.ts'
import { APART, keepApart, tagApart } from './apart.ts'
import { apartFor } from './expected.ts'
import { addChild, closeCase, isParent, type Packed, packStateOf } from './pack.ts'
import { decodedEvent, objectEvent, offsetOf, parentEvent, saysOf } from './says.ts'
import { type Tag, tagOf } from './tag.ts'
import {
  addRead,
  isAt,
  type Made,
  textOfVisits,
  touchedUs,
  type VisitRules,
  visitsOf,
} from './visit.ts'

const DEFAULT_QUIET_MS = 30_000
const DEFAULT_REMEMBER_MS = 86_400_000
const APART_REMEMBER_US = 30 * 86_400_000 * 1000
/** How often what is too old is forgotten. */
const CLEAN_EVERY_US = 3600 * 1e6

const TAG = 'tag '
const PACK = 'pack'
const CLEAN_AT = 'clean'

/** The events that the reads of one message complete, and the notes of the device brought on. */
export function foldReads(
  reads: readonly RawRead[],
  binding: Binding,
  origin: Origin,
  scope: Scope,
): DecodedEvent[] {
  const events: DecodedEvent[] = []
  // In the order of their times, whatever the order in the message: direction rests on it.
  const inOrder = [...reads].sort((a, b) => a.timeUs - b.timeUs || a.index - b.index)
  for (const read of inOrder) {
    const event = foldRead(read, binding, scope, origin)
    if (event !== undefined) events.push(event)
  }
  clean(scope, binding, origin.recordTimeUs)
  return events
}

/** Why the events of a binding would be refused, such as a word that is none; found beforehand. */
export function bindingFault(device: Pick<Device, 'binding'>): Failure | undefined {
  const { binding } = device
  if (binding === undefined) return fail('reads_not_supported', '')
  const known = faults.get(binding)
  if (known !== undefined) return known.fault
  const fault = findFault(binding)
  faults.set(binding, { fault })
  return fault
}

const faults = new WeakMap<Binding, { readonly fault: Failure | undefined }>()
const SAMPLE = 'urn:epc:id:sgtin:0000000.000000.0'
const SAMPLE_ORIGIN: Origin = { party: '', sensor: '', receivedAtUs: 0, recordTimeUs: 0 }

function findFault(binding: Binding): Failure | undefined {
  const ways = [undefined, 'inward', 'outward'] as const
  const antennas = [''].concat((binding.antennas ?? []).map(({ antenna }) => antenna))
  for (const antenna of antennas) {
    for (const way of ways) {
      const read: RawRead = { ...sampleRead, antenna }
      const event = eventOf(binding, SAMPLE, read, { timeUs: 0, way })
      const decoded = decodedEvent(event, 0, SAMPLE_ORIGIN)
      if ('code' in decoded)
        return fail('binding_unusable', '', `${decoded.path}: ${decoded.message}`)
    }
  }
  return undefined
}

const sampleRead: RawRead = {
  index: 0,
  hex: '',
  timeUs: 0,
  sentTime: '',
  antenna: '',
  antennaName: undefined,
  rssiDbm: undefined,
  count: 1,
  tid: undefined,
  eventNum: undefined,
}

function foldRead(
  read: RawRead,
  binding: Binding,
  scope: Scope,
  origin: Origin,
): DecodedEvent | undefined {
  const { minRssiDbm = Number.NEGATIVE_INFINITY } = binding
  if (read.rssiDbm !== undefined && read.rssiDbm < minRssiDbm) return undefined
  const tag = tagOf(read)
  const isClosing = binding.pack !== undefined && isParent(tag, binding.pack)
  const reason = isClosing ? undefined : apartFor(tag, binding)
  if (reason !== undefined) {
    keepApart(scope, tag.key, reason, read.timeUs)
    return undefined
  }
  const name = TAG + tag.key + placeOf(read, binding)
  const [, visits] = visitsOf(scope.get(name))
  const added = addRead(visits, read, rulesOf(binding))
  scope.set(name, textOfVisits([origin.recordTimeUs, added.visits]))
  if (added.made === undefined) return undefined
  const event =
    binding.pack === undefined
      ? eventOf(binding, tag.uri, read, added.made)
      : packEvent(binding, tag, isClosing, read, added.made, scope)
  return event === undefined ? undefined : certain(decodedEvent(event, read.index, origin))
}

function certain(decoded: ReturnType<typeof decodedEvent>): DecodedEvent {
  if ('code' in decoded) throw new Error(`a binding that was checked fails: ${decoded.message}`)
  return decoded
}

/** Antennas that stand in places of their own see visits of their own. */
function placeOf(read: RawRead, { antennas, direction }: Binding): string {
  if (antennas === undefined || direction !== undefined) return ''
  const antenna = antennas.find((one) => isAt(read, one.antenna))
  return antenna === undefined ? '' : ` ${antenna.antenna}`
}

function rulesOf({ quietMs = DEFAULT_QUIET_MS, minReads = 1, direction }: Binding): VisitRules {
  const [outer, inner] = [direction?.order[0], direction?.order.at(-1)]
  const ends = outer === undefined || inner === undefined ? undefined : ([outer, inner] as const)
  return { quietUs: quietMs * 1000, minReads, ends }
}

function eventOf(binding: Binding, uri: string, read: RawRead, { timeUs, way }: Made): object {
  const says = saysOf(binding, read, way)
  return objectEvent(uri, { timeUs, offset: offsetOf(binding, read), says })
}

/** The event of a case that this tag has closed, or was added to; undefined while it waits. */
function packEvent(
  binding: Binding,
  { key, uri }: Tag,
  isClosing: boolean,
  read: RawRead,
  { timeUs, way }: Made,
  scope: Scope,
): object | undefined {
  const { pack } = binding
  if (pack === undefined) return undefined
  const state = packStateOf(scope.get(PACK))
  const step = isClosing ? closeCase : addChild
  const packed: Packed = step(state, [key, uri, timeUs], pack)
  scope.set(PACK, JSON.stringify(packed.state))
  for (const [left, , at] of packed.left) keepApart(scope, left, 'not_packed', at)
  if (packed.closed === undefined) return undefined
  const { parent, timeUs: closedUs } = packed.closed
  const says = { bizStep: 'packing', ...saysOf(binding, read, way) }
  const frame = { timeUs: closedUs, offset: offsetOf(binding, read), says }
  return parentEvent(pack.event, parent, packed.children, frame)
}

/** Forgets what is too old, once an hour by the time of the journal. */
function clean(scope: Scope, binding: Binding, recordTimeUs: number): void {
  if (recordTimeUs < Number(scope.get(CLEAN_AT) ?? 0)) return
  scope.set(CLEAN_AT, String(recordTimeUs + CLEAN_EVERY_US))
  const { rememberMs = DEFAULT_REMEMBER_MS } = binding
  for (const name of scope.names(TAG)) {
    const text = scope.get(name) ?? ''
    if (touchedUs(text) >= recordTimeUs - rememberMs * 1000) continue
    for (const [, last, , isMade] of visitsOf(text)[1]) {
      if (isMade === 0) keepApart(scope, name.slice(TAG.length), 'incomplete', last)
    }
    scope.delete(name)
  }
  for (const name of scope.names(APART)) {
    const { lastUs } = tagApart(name, scope.get(name) ?? '')
    if (lastUs < recordTimeUs - APART_REMEMBER_US) scope.delete(name)
  }
}
