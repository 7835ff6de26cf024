/**
 * What the ingest worker tells the main thread: news after each commit, trouble while the store
 * takes nothing, and how far readers see nevertheless. Bounded: one piece of news is of one batch,
 * and of its rejections only the first are told; all of them are in the intake file.
 */
import type { CaptureError } from '#store/intake.ts'
import type { JournalPosition } from '#store/trail.ts'
import type { Command } from './sparkplug.ts'

/** A rejection as it is told to its sender on the `rejected` topic. */
export interface RejectionNotice {
  readonly position: JournalPosition
  readonly party: string
  readonly device: string
  readonly topic: string
  readonly receivedAtUs: number
  /** The event's or reading's index in the message; -1 is the whole message. */
  readonly index: number
  readonly code: string
  readonly path: string
  readonly message: string
}

/** What became of one HTTP capture, for the request that waits for it. */
export interface CaptureOutcome {
  readonly position: JournalPosition
  /** Everything in it is stored now, by this capture or by an earlier one. */
  readonly success: boolean
  readonly stored: number
  readonly repeats: number
  /** Of an `http/events` capture alone: the event that is stored. */
  readonly eventIDs: readonly string[]
  /** The first ones. */
  readonly errors: readonly CaptureError[]
}

/**
 * After a commit: everything before `cursor` is durable in the store and recorded in the intake.
 */
export interface IngestNews {
  readonly kind: 'news'
  readonly cursor: JournalPosition
  /** recordTime of the last message before it. */
  readonly settledToUs: number
  readonly messages: number
  /** Events stored, events that were stored before, readings stored, parts refused. */
  readonly stored: number
  readonly repeats: number
  readonly readings: number
  readonly rejected: number
  /** Messages of the status channel: acknowledged, counted, and not kept by this version. */
  readonly statuses: number
  /** The first MAX_NOTICES of `rejected`. */
  readonly notices: readonly RejectionNotice[]
  /** What devices are to be told, such as to send their births again. Not durable. */
  readonly commands: readonly Command[]
  readonly captures: readonly CaptureOutcome[]
}

/** The store takes nothing, a full disk for one. The cursor stands and the batch is tried again. */
export interface IngestTrouble {
  readonly kind: 'trouble'
  readonly cursor: JournalPosition
  readonly attempt: number
  readonly reason: string
}

/** Readers see everything before `to`, though the store has not taken all of it. */
export interface IngestAhead {
  readonly kind: 'ahead'
  readonly to: JournalPosition
  /** recordTime of the last message before it. */
  readonly toUs: number
}

export type FromIngest = IngestNews | IngestTrouble | IngestAhead

export const MAX_NOTICES = 500
