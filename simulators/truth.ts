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

/** How an item ended: sold at `place`, on its shelf, or stored there inside `containers`. */
export interface ItemLine {
  readonly kind: 'item'
  readonly key: string
  readonly lot: string
  readonly state: 'sold' | 'on_shelf' | 'stored'
  readonly place: string
  /** Innermost first. */
  readonly containers: readonly string[]
}

export type TruthLine = RunLine | BecomesLine | ContainsLine | AssociatedLine | MovesLine | ItemLine

export interface TruthWriter {
  /** Resolves at once while the disk keeps up, else when it has. */
  write(line: TruthLine): Promise<void>
  close(): Promise<void>
}

/** Replaces `file`. Throws what the file system throws, at the next call. */
export function openTruth(file: string): TruthWriter {
  const stream = createWriteStream(file)
  const done = finished(stream)
  return {
    async write(line) {
      if (!stream.write(`${JSON.stringify(line)}\n`))
        await Promise.race([once(stream, 'drain'), done])
    },
    async close() {
      stream.end()
      await done
    },
  }
}
