/**
 * The lines of the batches that are decided and not yet confirmed, in a file beside the side file.
 * They would make the side file's log many times as large, and are of no use once they are
 * confirmed.
 *
 * A batch takes the first gap that is large enough. So with few batches under way the file is
 * overwritten over and over, and its sync need not touch the file system's own records. Whether
 * what is in it counts is said by the side file alone, which keeps place, lengths and checksum: it
 * is written and synced before that says so.
 */
import { createHash } from 'node:crypto'
import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { StoreFault } from '#store/fault.ts'
import { endOfString } from './points.ts'

/** The lines of one request, with a line feed between them. */
export type Part = Buffer

export interface BatchParts {
  readonly rows: readonly Part[]
  readonly readings: readonly Part[]
}

type Lengths = { readonly [Of in keyof BatchParts]: readonly number[] }

/** What the side file says of the lines: where they are, in bytes, and their checksum. */
export interface Kept {
  readonly at: number
  readonly lengths: Lengths
  readonly checksum: string
}

/** What the file is cut to when nothing is in it. */
const restBytes = 64 * 1024 * 1024
const ownerOnly = 0o600

export function partOf(lines: readonly string[]): Part {
  return Buffer.from(lines.join('\n'))
}

export function linesOf(part: Part): string[] {
  return part.length === 0 ? [] : splitLines(part.toString())
}

export class Redo {
  readonly #file: number

  constructor(path: string) {
    this.#file = openSync(path, constants.O_RDWR | constants.O_CREAT, ownerOnly)
  }

  /**
   * Keeps the lines of a batch beside those of others; `taken` is where these are. Durable on
   * return. A crash before that leaves what nobody asks for.
   */
  keep({ rows, readings }: BatchParts, taken: readonly Kept[]): Kept {
    const all = [...rows, ...readings]
    const at = gapFor(sizeOf(all), taken)
    if (taken.length === 0 && fstatSync(this.#file).size > restBytes) {
      ftruncateSync(this.#file, restBytes)
    }
    let end = at
    for (const part of all) {
      for (let written = 0; written < part.length; ) {
        const left = part.length - written
        written += writeSync(this.#file, part, written, left, end + written)
      }
      end += part.length
    }
    fdatasyncSync(this.#file)
    const lengths = {
      rows: rows.map(({ length }) => length),
      readings: readings.map(({ length }) => length),
    }
    return { at, lengths, checksum: checksumOf(all) }
  }

  /** @throws StoreFault where the file has something else. */
  read(kept: Kept): BatchParts {
    const { at, lengths, checksum } = kept
    const length = bytesOf(kept)
    const all = Buffer.alloc(length)
    const read = length === 0 ? 0 : readSync(this.#file, all, 0, length, at)
    if (read !== length || checksumOf([all]) !== checksum) {
      throw new StoreFault('the lines of a batch are missing: make influx.db anew')
    }
    let end = 0
    const cut = (size: number): Part => {
      end += size
      return all.subarray(end - size, end)
    }
    return { rows: lengths.rows.map(cut), readings: lengths.readings.map(cut) }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** How much of the file a batch takes. */
export function bytesOf({ lengths: { rows, readings } }: Kept): number {
  return [...rows, ...readings].reduce((sum, one) => sum + one, 0)
}

function sizeOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

/** Where so many bytes touch none of those that are taken. */
function gapFor(bytes: number, taken: readonly Kept[]): number {
  let at = 0
  for (const kept of [...taken].sort((a, b) => a.at - b.at)) {
    if (kept.at - at >= bytes) return at
    at = Math.max(at, kept.at + bytesOf(kept))
  }
  return at
}

function checksumOf(parts: readonly Uint8Array[]): string {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

/** Lines of line protocol: a line feed within a string is a part of it. No tag has a quote. */
export function splitLines(text: string): string[] {
  const lines: string[] = []
  let start = 0
  let feed = text.indexOf('\n')
  for (let quote = text.indexOf('"'); feed >= 0; ) {
    if (quote >= 0 && quote < feed) {
      const end = endOfString(text, quote + 1) + 1
      if (feed < end) feed = text.indexOf('\n', end)
      quote = text.indexOf('"', end)
    } else {
      lines.push(text.slice(start, feed))
      start = feed + 1
      feed = text.indexOf('\n', start)
    }
  }
  lines.push(text.slice(start))
  return lines
}
