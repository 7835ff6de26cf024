/**
 * What the reads of a device say beside the tag, and the EPCIS event that is made of a read. The
 * event has no more in it than what every repeat of its reads gives again, and its eventID is its
 * hash: the same reads make the same event.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { decodeEpcis } from '#ingest/decode-epcis.ts'
import type { DecodedEvent, Origin, PartFailure, RawRead } from '#ingest/decoded.ts'
import type { Binding, ReadSays } from '#store/registry/schema.ts'
import { isAt, type Made } from './visit.ts'

/** The rest of an event: the binding, over it what the antenna says, over it what the way says. */
export function saysOf(binding: Binding, read: RawRead, way: Made['way']): ReadSays {
  const antenna = binding.antennas?.find((one) => isAt(read, one.antenna))
  const { direction } = binding
  const byWay = way === undefined ? undefined : direction?.[way]
  return { ...placed(binding), ...placed(antenna), ...placed(byWay) }
}

function placed(says: ReadSays | undefined): ReadSays {
  if (says === undefined) return {}
  const { readPoint, bizLocation, bizStep, disposition, action } = says
  const given = { readPoint, bizLocation, bizStep, disposition, action }
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** When, where and why of an event; what it is about comes beside it. */
export interface EventFrame {
  readonly timeUs: number
  readonly offset: string
  readonly says: ReadSays
}

const OFFSET = /([+-]\d\d):?(\d\d)$/

/** The offset of the binding, or the one that the reader wrote. */
export function offsetOf({ timeZoneOffset }: Binding, { sentTime }: RawRead): string {
  if (timeZoneOffset !== undefined) return timeZoneOffset
  const [, hours, minutes] = (sentTime.includes('T') ? OFFSET.exec(sentTime) : null) ?? []
  return hours === undefined ? '+00:00' : `${hours}:${minutes}`
}

export function objectEvent(uri: string, frame: EventFrame): object {
  const { action = 'OBSERVE' } = frame.says
  return { type: 'ObjectEvent', ...common(frame), action, epcList: [uri] }
}

export function parentEvent(
  type: 'AggregationEvent' | 'AssociationEvent',
  parentID: string,
  childEPCs: readonly string[],
  frame: EventFrame,
): object {
  const { action = 'ADD' } = frame.says
  return { type, ...common(frame), action, parentID, childEPCs }
}

function common({ timeUs, offset, says }: EventFrame): object {
  const { readPoint, bizLocation, bizStep, disposition } = says
  return {
    eventTime: formatTimeUs(timeUs),
    eventTimeZoneOffset: offset,
    ...(bizStep === undefined ? {} : { bizStep }),
    ...(disposition === undefined ? {} : { disposition }),
    ...(readPoint === undefined ? {} : { readPoint: { id: readPoint } }),
    ...(bizLocation === undefined ? {} : { bizLocation: { id: bizLocation } }),
  }
}

/** An event as the decoder of EPCIS gives it, or its failure: a wrong word in the binding. */
export function decodedEvent(
  event: object,
  index: number,
  origin: Origin,
): DecodedEvent | PartFailure {
  const { events, failures } = decodeEpcis(JSON.stringify(event), event, origin)
  const [decoded] = events
  if (decoded !== undefined) return { ...decoded, index }
  const [failure] = failures
  if (failure === undefined) throw new Error('an event came to nothing')
  return { ...failure, index }
}
