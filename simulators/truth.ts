/**
 * The truth: what really happened in a simulated world, one JSON object a line, written beside the
 * messages so that anyone can measure whether a chain that was found is right. Keys are canonical,
 * times RFC 3339 in UTC; `eventIDs` are the events that a reader of the messages could know it
 * from.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** Some of a lot, or one thing (no quantity). No uom is a count. */
export interface Amount {
  readonly key: string
  readonly quantity?: number
  readonly uom?: string
}

/** The first line: what was run. */
export interface RunLine {
  readonly kind: 'run'
  readonly world: string
  readonly seed: string
  readonly items: number
  /** What was asked for beside these: faults, and rates of what goes wrong in the field. */
  readonly faults?: readonly string[]
  readonly field?: Readonly<Record<string, number>>
}

/** A firm that takes part, with what it is allowed to do. */
export interface PartyLine {
  readonly kind: 'party'
  readonly slug: string
  readonly pgln: string
  readonly licence?: {
    readonly number: string
    readonly scope: string
    readonly validFrom: string
    readonly validUntil: string
  }
}

/** Inputs were used up, outputs came to be; each output holds some of every input. */
export interface BecomesLine {
  readonly kind: 'becomes'
  readonly time: string
  readonly inputs: readonly Amount[]
  readonly outputs: readonly Amount[]
  readonly eventIDs: readonly string[]
}

/** `child` was inside `parent` from `since` to `until`; without `until` it still is. */
export interface ContainsLine {
  readonly kind: 'contains'
  readonly parent: string
  readonly child: string
  readonly since: string
  readonly until?: string
  readonly eventIDs: readonly string[]
}

/** A sensor was mounted in or on something. */
export interface AssociatedLine {
  readonly kind: 'associated'
  readonly asset: string
  readonly sensor: string
  readonly since: string
  readonly until?: string
  readonly eventIDs: readonly string[]
}

/** A unit left one place and arrived at another. */
export interface MovesLine {
  readonly kind: 'moves'
  readonly unit: string
  readonly from: string
  readonly to: string
  readonly shipped: string
  readonly received: string
  readonly eventIDs: readonly string[]
}

/**
 * How an item ended: sold (dispensed, installed) at `place`, on its shelf, or stored there inside
 * `containers`.
 */
export interface ItemLine {
  readonly kind: 'item'
  readonly key: string
  readonly lot: string
  readonly state: 'sold' | 'on_shelf' | 'stored'
  readonly place: string
  /** Innermost first. */
  readonly containers: readonly string[]
}

/** One thing under two codes, of which events name now one, now the other. */
export interface AliasLine {
  readonly kind: 'alias'
  readonly key: string
  readonly alias: string
}

/** A sensor that measures no more when the run is over. */
export interface SilentLine {
  readonly kind: 'silent'
  readonly sensor: string
  /** Of its last message. */
  readonly since: string
}

/** What came between an event and its report; the truth of the event is told all the same. */
export type FieldWhat =
  /** The event was never reported. */
  | 'lost'
  | 'unseen-unpacking'
  | 'missing-receipt'
  /** `keys` were there and are not in the report. */
  | 'missed-read'
  /** `keys` were not there and are in the report; `instead` of which one. */
  | 'wrong-scan'
  /** Reported at `time`, which is not when it happened. */
  | 'clock'
  /** Sent long after it happened, at `time`. */
  | 'late'
  | 'duplicate'

export interface FieldLine {
  readonly kind: 'field'
  readonly what: FieldWhat
  readonly eventID: string
  readonly keys?: readonly string[]
  readonly instead?: readonly string[]
  readonly time?: string
}

/** Something that was made to go wrong; where `alarm` is false, it only looks as if it did. */
export interface FaultLine {
  readonly kind: 'fault'
  /** One of faultKinds, and one of this run. */
  readonly fault: string
  readonly id: string
  readonly alarm: boolean
  readonly critical: boolean
  readonly subject: string
  /** When it happened, and when the messages first allow to know of it. */
  readonly happened: string
  readonly knowable: string
  readonly eventIDs: readonly string[]
  readonly note: string
}

/** Items that a fault touches; a fault has as many of these lines as its items need. */
export interface TouchedLine {
  readonly kind: 'touched'
  readonly fault: string
  readonly keys: readonly string[]
  /** What they were in at the time. */
  readonly packages?: readonly string[]
}

/**
 * The last line. Where the run was stopped, or there is no such line, what was published last may
 * not be told of.
 */
export interface EndLine {
  readonly kind: 'end'
  readonly isComplete: boolean
}

export type TruthLine =
  | RunLine
  | PartyLine
  | BecomesLine
  | ContainsLine
  | AssociatedLine
  | MovesLine
  | ItemLine
  | AliasLine
  | SilentLine
  | FieldLine
  | FaultLine
  | TouchedLine
  | EndLine

export interface TruthWriter {
  /** Comes back at once while the disk keeps up, else it resolves when it has. */
  write(line: TruthLine): Promise<void> | undefined
  /** Tells in the last line whether the run came to its end. */
  close(isComplete: boolean): Promise<void>
}

/** Replaces `file`. Throws what the file system throws, at the next call. */
export function openTruth(file: string): TruthWriter {
  const stream = createWriteStream(file)
  const done = finished(stream)
  return {
    write(line) {
      const hasRoom = stream.write(`${JSON.stringify(line)}\n`)
      return hasRoom ? undefined : Promise.race([once(stream, 'drain').then(() => {}), done])
    },
    async close(isComplete) {
      const line: EndLine = { kind: 'end', isComplete }
      stream.end(`${JSON.stringify(line)}\n`)
      await done
    },
  }
}
