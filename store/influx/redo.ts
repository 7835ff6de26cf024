/**
 * The lines of the one batch that is being written, in a file beside the side file. They would make
 * the side file's log many times as large, and are of no use once they are confirmed.
 *
 * The file is overwritten with each batch and never shrinks, so that its sync need not touch the
 * file system's own records. Whether what is in it counts is said by the side file alone, which
 * keeps its length and checksum: it is written and synced before that says so.
 */
import { createHash } from 'node:crypto'
import { closeSync, constants, fdatasyncSync, openSync, readSync, writeSync } from 'node:fs'
import { StoreFault } from '#store/fault.ts'

/** The lines of one request, with a line feed between them. */
export type Part = Buffer

/**
 * The parts of a batch. What tells of it, its end, is written when all else is confirmed: what is
 * found without the side file counts as far as that goes, and so is whole.
 */
export interface BatchParts {
  readonly rows: readonly Part[]
  readonly readings: readonly Part[]
  readonly end: readonly Part[]
}

type Lengths = { readonly [Of in keyof BatchParts]: readonly number[] }

/** What the side file says of the lines: their lengths by part in bytes, and their checksum. */
export interface Kept {
  readonly lengths: Lengths
  readonly checksum: string
}

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

  /** Durable on return. A crash before that leaves what nobody asks for. */
  keep({ rows, readings, end: told }: BatchParts): Kept {
    const all = [...rows, ...readings, ...told]
    let end = 0
    for (const part of all) {
      for (let at = 0; at < part.length; ) {
        at += writeSync(this.#file, part, at, part.length - at, end + at)
      }
      end += part.length
    }
    fdatasyncSync(this.#file)
    const lengthsOf = (parts: readonly Part[]) => parts.map(({ length }) => length)
    const lengths = {
      rows: lengthsOf(rows),
      readings: lengthsOf(readings),
      end: lengthsOf(told),
    }
    return { lengths, checksum: checksumOf(all) }
  }

  /** @throws StoreFault where the file has something else. */
  read({ lengths, checksum }: Kept): BatchParts {
    const sizes = [lengths.rows, lengths.readings, lengths.end].flat()
    const length = sizes.reduce((sum, one) => sum + one, 0)
    const all = Buffer.alloc(length)
    const read = length === 0 ? 0 : readSync(this.#file, all, 0, length, 0)
    if (read !== length || checksumOf([all]) !== checksum) {
      throw new StoreFault('the lines of the last batch are missing: make influx.db anew')
    }
    let end = 0
    const cut = (size: number): Part => {
      end += size
      return all.subarray(end - size, end)
    }
    return {
      rows: lengths.rows.map(cut),
      readings: lengths.readings.map(cut),
      end: lengths.end.map(cut),
    }
  }

  close(): void {
    closeSync(this.#file)
  }
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
  let isString = false
  for (let at = 0; at < text.length; at += 1) {
    const unit = text[at]
    if (unit === '\\' && isString) at += 1
    else if (unit === '"') isString = !isString
    else if (unit === '\n' && !isString) {
      lines.push(text.slice(start, at))
      start = at + 1
    }
  }
  lines.push(text.slice(start))
  return lines
}
