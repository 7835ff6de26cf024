/**
 * Reads lines into a trail store. What is stored already is a repeat and changes nothing, so that
 * an import which was cut short is simply run again. A bad line is told and harms no other.
 */
import type { Applied, StoredEvent, TrailWriter } from '#store/trail.ts'
import { type BadLine, type Line, readLine } from './lines.ts'
import { applyAtLast } from './persist.ts'

export interface Imported {
  events: number
  repeats: number
  readings: number
  minutes: number
  refused: number
}

/** A line that is not in the store, by its number from 1 on. */
export interface RefusedLine {
  readonly number: number
  readonly code: BadLine['code'] | 'event_id_conflict' | 'store_refused'
  readonly message: string
}

type Content = Pick<StoredEvent, 'body' | 'context'>

export interface ImportOptions {
  /** Whether two events of one identity say the same, however they are written. */
  readonly isSame: (one: Content, other: Content) => boolean
  readonly onRefused: (line: RefusedLine) => void
  /** Told the bytes that have been read. */
  readonly onProgress: (bytes: number) => void
}

/** Longer than the largest message, every character of it escaped. */
const longestLine = 256 * 1024 * 1024
const linesAtOnce = 2_000
const bytesAtOnce = 8_000_000
const follower = 'import'
const lineFeed = 0x0a

type Numbered = Line & { readonly number: number }

/** @throws what the store throws; all lines before are then stored. */
export async function importLines(
  input: AsyncIterable<Uint8Array>,
  target: TrailWriter,
  options: ImportOptions,
): Promise<Imported> {
  const done: Imported = { events: 0, repeats: 0, readings: 0, minutes: 0, refused: 0 }
  const refuse = (line: RefusedLine) => {
    done.refused += 1
    options.onRefused(line)
  }
  let held: Numbered[] = []
  let bytes = 0
  let read = 0
  const flush = async () => {
    await store(held, target, done, refuse, options)
    held = []
    bytes = 0
    options.onProgress(read)
  }
  for await (const { number, length, text } of linesOf(input)) {
    read += length + 1
    const line = typeof text === 'string' ? readLine(text) : text
    if ('code' in line) refuse({ ...line, number })
    else held.push({ number, ...line })
    bytes += length
    if (held.length >= linesAtOnce || bytes >= bytesAtOnce) await flush()
  }
  await flush()
  return done
}

async function store(
  lines: readonly Numbered[],
  target: TrailWriter,
  done: Imported,
  refuse: (line: RefusedLine) => void,
  { isSame }: ImportOptions,
): Promise<void> {
  if (lines.length === 0) return
  const withEvents = lines.flatMap(({ event, number }) => (event ? [{ event, number }] : []))
  const withReadings = lines.flatMap(({ reading, number }) =>
    reading ? [{ reading, number }] : [],
  )
  const withMinutes = lines.flatMap(({ minute, number }) => (minute ? [{ minute, number }] : []))
  const applied = await applyAtLast(target, {
    events: withEvents.map(({ event }) => event),
    readings: withReadings.map(({ reading }) => reading),
    minutes: withMinutes.map(({ minute }) => minute),
    follower,
    to: 0,
  })
  const refuseAll = (
    of: readonly { number: number }[],
    refused: Applied['refusedReadings'] = [],
  ) => {
    for (const { at, refused: message } of refused) {
      refuse({ number: of[at]?.number ?? 0, code: 'store_refused', message })
    }
    return refused.length
  }
  done.readings += withReadings.length - refuseAll(withReadings, applied.refusedReadings)
  done.minutes += withMinutes.length - refuseAll(withMinutes, applied.refusedMinutes)
  const again: { event: Content; number: number; eventRef: number }[] = []
  for (const [at, { eventRef, repeat, refused }] of applied.outcomes.entries()) {
    const line = withEvents[at]
    if (line === undefined) continue
    if (refused !== undefined) {
      refuse({ number: line.number, code: 'store_refused', message: refused })
    } else if (repeat) again.push({ ...line, eventRef })
    else done.events += 1
  }
  const stored = await target.events(again.map(({ eventRef }) => eventRef))
  for (const [at, { event, number }] of again.entries()) {
    const first = stored[at]
    if (first !== undefined && !isSame(first, event)) {
      const message = `${first.eventID} is stored with other content`
      refuse({ number, code: 'event_id_conflict', message })
    } else done.repeats += 1
  }
}

interface TextLine {
  readonly number: number
  readonly length: number
  readonly text: string | BadLine
}

/** Lines without their line feeds; empty ones are left out and counted. */
async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncIterable<TextLine> {
  const utf8 = new TextDecoder('utf-8', { fatal: true })
  let number = 0
  let parts: Uint8Array[] = []
  let length = 0
  const take = (): TextLine | undefined => {
    number += 1
    const line = { number, length }
    const bytes = Buffer.concat(parts)
    parts = []
    length = 0
    if (line.length > longestLine) return { ...line, text: tooLong }
    try {
      const text = utf8.decode(bytes)
      return text.trim() === '' ? undefined : { text, ...line }
    } catch {
      return { ...line, text: notUtf8 }
    }
  }
  const add = (part: Uint8Array) => {
    length += part.length
    if (length <= longestLine) parts.push(part)
  }
  for await (const chunk of input) {
    let start = 0
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      add(chunk.subarray(start, end))
      const line = take()
      if (line !== undefined) yield line
      start = end + 1
    }
    if (start < chunk.length) add(chunk.subarray(start))
  }
  if (length > 0) {
    const line = take()
    if (line !== undefined) yield line
  }
}

const tooLong: BadLine = {
  code: 'line_too_long',
  message: `the line is longer than ${longestLine} bytes`,
}
const notUtf8: BadLine = { code: 'not_utf8', message: 'the line is not UTF-8' }
