/**
 * What every decoder gives: the parts of one message that hold, and those that do not with their
 * reason. Whether they are stored is decided afterwards, with the store at hand.
 */
import { type Failure, fail } from '#epcis/failure.ts'
import type { Numbered } from '#store/numbers.ts'
import type { NewEvent, Reading } from '#store/trail.ts'

/** Who sent a message and when it came: what a decoder may add to what the bytes say. */
export interface Origin {
  readonly party: string
  /** Canonical key of the sending device as a sensor; undefined for an HTTP capture. */
  readonly sensor: string | undefined
  readonly receivedAtUs: number
  readonly recordTimeUs: number
  /** Where the sending device is, as it is registered: party/site. */
  readonly site?: string | undefined
}

/** Whose a reading is, and where it was measured where that is known. */
export function ownerOf({ party, site }: Origin): Pick<Reading, 'party' | 'site'> {
  return site === undefined ? { party } : { party, site }
}

/** Why one part of a message is refused. `index` counts its events or readings; -1 is all of it. */
export interface PartFailure extends Failure {
  readonly index: number
}

/** One event that holds, with its place in the message and the readings it carries. */
export interface DecodedEvent {
  readonly index: number
  readonly event: NewEvent
  readonly readings: readonly Reading[]
}

/**
 * One read of a tag as a reader tells it, in the same words for every maker. Nothing in it says
 * whose read it is: that is told by the connection or the topic it came by.
 */
export interface RawRead {
  /** Its place among the reads of the message, those that are refused included. */
  readonly index: number
  /** The memory of the tag from the header of its EPC on, in upper case hexadecimal. */
  readonly hex: string
  /** The text of a bar code, where that was read and no tag: `hex` then is empty. */
  readonly code?: string
  readonly timeUs: number
  /** The time as the reader wrote it, to the last digit; '' where it gave none. */
  readonly sentTime: string
  /** The port, or the name where there is no port; '' where the reader tells neither. */
  readonly antenna: string
  readonly antennaName: string | undefined
  readonly rssiDbm: number | undefined
  /** Reads since the reader's last report, at least 1. */
  readonly count: number
  readonly tid: string | undefined
  /** The reader's own number of the read; unique within one run of it. */
  readonly eventNum: string | undefined
}

/** What one message of a Sparkplug edge node says, before names and types are known. */
export interface SparkplugFrame {
  readonly kind: 'NBIRTH' | 'NDEATH' | 'NDATA' | 'DBIRTH' | 'DDEATH' | 'DDATA'
  readonly group: string
  readonly node: string
  /** Of DBIRTH, DDEATH and DDATA. */
  readonly device: string | undefined
  readonly timestampMs: number | undefined
  readonly seq: number | undefined
  readonly metrics: readonly SparkplugMetric[]
}

export interface SparkplugMetric {
  readonly name: string | undefined
  /** Decimal digits: it has 64 bits. */
  readonly alias: string | undefined
  readonly timestampMs: number | undefined
  readonly datatype: number | undefined
  /** It was measured before, and kept until now: no word of how things are. */
  readonly isHistorical: boolean
  /** It is for who listens just now, and not to be stored. */
  readonly isTransient: boolean
  /** As it stands on the wire: integers unsigned, whatever the type says; undefined for null. */
  readonly value: number | bigint | boolean | string | undefined
  /** Unit of the metric's properties, in births. */
  readonly unit: string | undefined
}

export interface Decoded {
  readonly events: readonly DecodedEvent[]
  /** Readings that came outside an event. */
  readonly readings: readonly Reading[]
  /** Reads of tags, of which events are made with what was read before: see reads/. */
  readonly reads?: readonly RawRead[]
  /** A message of an edge node, which means something only with those before it: sparkplug/. */
  readonly frame?: SparkplugFrame
  /** The running numbers it bears, also those of parts that do not hold. */
  readonly numbers?: readonly Numbered[]
  readonly failures: readonly PartFailure[]
}

/** A message of which nothing holds. */
export function wholly(failure: Failure): Decoded {
  return { events: [], readings: [], failures: [partFailure(failure, -1)] }
}

/** A field name of a megabyte would be told in full otherwise. */
const MAX_TOLD = 500

export function partFailure({ ok, code, path, message }: Failure, index: number): PartFailure {
  return { ok, code, path: path.slice(0, MAX_TOLD), message: message.slice(0, MAX_TOLD), index }
}

/**
 * How far a device's clock may run ahead of ours. A time beyond that is a mistake, and as every
 * walk goes in time, it would hide the real history of the item.
 */
const MAX_AHEAD_US = 24 * 3600 * 1e6

/** Whether a time that a device gave is too far ahead of the moment it came. */
export function isFuture(timeUs: number, { receivedAtUs }: Origin): boolean {
  return timeUs > receivedAtUs + MAX_AHEAD_US
}

/**
 * 2010-01-01: an earlier time is what a clock begins with that nothing has set. An event of it
 * would come before all that has really happened to the item.
 */
const FIRST_TIME_US = 1_262_304_000e6

/** What is wrong with the time that a device gave; undefined where nothing is. */
export function timeFault(timeUs: number, sent: string, path: string, origin: Origin) {
  if (isFuture(timeUs, origin)) return fail('reading_time_in_future', path, sent)
  return timeUs < FIRST_TIME_US ? fail('clock_not_set', path, sent) : undefined
}

/** Parts that one message may hold: they are stored in one commit and held in memory until then. */
export const MAX_PARTS = 20_000
