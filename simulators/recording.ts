/**
 * A run in a file: everything that is to be registered in the first line, then its steps, a JSON
 * object a line. Replaying it needs no seed and no field: it gives the same messages to the byte,
 * much faster than they are made, and holds no more than a piece of the file. The last line says
 * that it is the last: a recording that was interrupted is none.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import type { Device, RecallOrder, Step, World } from './script.ts'
import type { RunLine, TruthLine } from './truth.ts'

/** The file is not a recording, or is cut short. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError'
}

/** What a run was asked for, as the first line of its truth has it. */
type About = Pick<RunLine, 'seed' | 'items' | 'faults' | 'field'>

/** A run: its world, and what was asked for. */
export interface Described {
  readonly world: World
  readonly about: About
}

/** The first line. */
interface Head extends Omit<World, 'steps'> {
  readonly kind: 'recording'
  readonly about: About
}

/** A message (device by its place in the list, payload, eventIDs, tags), a truth, or a recall. */
interface StepLine {
  readonly t: number
  readonly d?: number
  readonly p?: string
  readonly e?: readonly string[]
  readonly n?: number
  readonly b?: 1
  readonly x?: TruthLine
  readonly r?: RecallOrder
}

/** The last line: how many messages there were. */
interface EndLine {
  readonly end: number
}

const pieceBytes = 1 << 20
const newline = 0x0a

/** Writes a run; gives how many messages it has. Throws what the file system throws. */
export function record(
  { world, about }: Described,
  file: string,
  onProgress: (share: number) => void = () => {},
): number {
  const { steps, ...rest } = world
  const places = new Map(world.devices.map((device, at) => [nameOf(device), at]))
  const output = openSync(file, 'w')
  let waiting = [JSON.stringify({ kind: 'recording', about, ...rest } satisfies Head)]
  let size = 0
  let messages = 0
  const flush = () => {
    writeWhole(output, `${waiting.join('\n')}\n`)
    waiting = []
    size = 0
  }
  try {
    for (const step of steps.call(world)) {
      const line = JSON.stringify(lineOf(step, places))
      waiting.push(line)
      size += line.length
      if (step.kind === 'message') messages += 1
      if (size < pieceBytes) continue
      flush()
      onProgress((step.atUs - world.fromUs) / (world.toUs - world.fromUs))
    }
    waiting.push(JSON.stringify({ end: messages } satisfies EndLine))
    flush()
  } finally {
    closeSync(output)
  }
  return messages
}

function lineOf(step: Step, places: ReadonlyMap<string, number>): StepLine {
  if (step.kind === 'truth') return { t: step.atUs, x: step.line }
  if (step.kind === 'recall') return { t: step.atUs, r: step.order }
  const { atUs, device, payload, eventIDs, tags, breaksOff } = step
  return {
    t: atUs,
    d: places.get(nameOf(device)) ?? 0,
    p: payload,
    ...(eventIDs.length > 0 ? { e: eventIDs } : {}),
    ...(tags === undefined ? {} : { n: tags }),
    ...(breaksOff === true ? { b: 1 } : {}),
  }
}

function nameOf({ party, device }: Device): string {
  return `${party}/${device}`
}

function writeWhole(output: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; ) at += writeSync(output, bytes, at)
}

/**
 * The run of a file as a world, and what it was asked for. Throws RecordingError, and what the file
 * system throws; where the file is cut short only its last step does.
 */
export function replay(file: string): Described {
  const first = linesOf(file).next()
  const head = first.done ? undefined : parsed(first.value)
  if (!isHead(head)) throw new RecordingError(`${file} is no recording of a run`)
  const { kind: _kind, about, ...rest } = head
  return { about, world: { ...rest, steps: () => stepsOf(file, head.devices) } }
}

function* stepsOf(file: string, devices: readonly Device[]): Generator<Step> {
  const lines = linesOf(file)
  lines.next()
  for (const text of lines) {
    const line = parsed(text)
    if (isEndLine(line)) return
    if (!isStepLine(line)) throw new RecordingError(`${file} has a line that is no step`)
    const { t: atUs, d, p: payload, e: eventIDs = [], n: tags, b, x, r } = line
    const device = d === undefined ? undefined : devices[d]
    if (x !== undefined) {
      yield { kind: 'truth', atUs, line: x }
    } else if (r !== undefined) {
      yield { kind: 'recall', atUs, order: r }
    } else if (device !== undefined && payload !== undefined) {
      const read = tags === undefined ? {} : { tags }
      const message = { kind: 'message', atUs, device, payload, eventIDs, ...read } as const
      yield b === 1 ? { ...message, breaksOff: true } : message
    }
  }
  throw new RecordingError(`${file} ends before the run does: its recording was interrupted`)
}

/** The lines of a file without their ends, a piece of it in memory at a time. */
export function* linesOf(file: string): Generator<string> {
  const input = openSync(file, 'r')
  const piece = Buffer.allocUnsafe(pieceBytes)
  let rest: Buffer = Buffer.alloc(0)
  try {
    while (true) {
      const length = readSync(input, piece)
      if (length === 0) break
      const bytes = Buffer.concat([rest, piece.subarray(0, length)])
      let from = 0
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, from)) {
        if (end > from) yield bytes.toString('utf8', from, end)
        from = end + 1
      }
      rest = bytes.subarray(from)
    }
    if (rest.length > 0) yield rest.toString('utf8')
  } finally {
    closeSync(input)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isHead(value: unknown): value is Head {
  return typeof value === 'object' && value !== null && 'about' in value && 'devices' in value
}

function isEndLine(value: unknown): value is EndLine {
  return typeof value === 'object' && value !== null && 'end' in value
}

function isStepLine(value: unknown): value is StepLine {
  return typeof value === 'object' && value !== null && 't' in value
}
