/** What can go wrong with a journal as a whole, each with what to do about it. */
import type { JournalPosition } from '#store/trail.ts'

/**
 * Something that had been acknowledged is missing or changed. The journal is left as it is: cutting
 * it would throw away what can still be read.
 */
export class JournalDamaged extends Error {
  override readonly name = 'JournalDamaged'
  readonly position: JournalPosition
  /** File name of the segment. */
  readonly segment: string

  constructor(position: JournalPosition, segment: string, what: string) {
    super(
      `the journal is damaged at position ${position} (segment ${segment}): ${what}. ` +
        'This had been acknowledged, so nothing was cut. Put the segment back from a backup; ' +
        'where there is none, move the journal folder away and start anew without it: ' +
        'the stores keep what they have followed so far',
    )
    this.position = position
    this.segment = segment
  }
}

/** A write to the journal failed: nothing is acknowledged any more until it is opened again. */
export class JournalFailed extends Error {
  override readonly name = 'JournalFailed'

  constructor(cause: unknown) {
    super(`${reasonOf(cause)}: nothing is acknowledged any more until the next start`, { cause })
  }
}

/** Another process, or another part of this one, has the journal open. */
export class JournalLocked extends Error {
  override readonly name = 'JournalLocked'
}

/** An entry came after `close`. */
export class JournalClosed extends Error {
  override readonly name = 'JournalClosed'
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of the journal is full (ENOSPC): make room',
  EDQUOT: 'the disk quota of the journal is used up (EDQUOT): make room',
  EFBIG: 'the journal has reached the largest file size that is allowed here (EFBIG)',
  EIO: 'the disk of the journal is failing (EIO): check it before anything else',
  EROFS: 'the disk of the journal has become read-only (EROFS)',
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause)
  return reasons[codeOf(cause)] ?? `the journal could not be written (${text})`
}

/** The code of an error of the system, such as `ENOENT`; '' where it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
