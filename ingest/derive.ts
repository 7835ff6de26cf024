/**
 * What follows from a message and from what was remembered before it: events of raw reads and of a
 * sensor that now stands on something else, readings of an edge node. Each message is taken once:
 * those that the store has followed have brought their part, and the notes say so.
 */
import type { JournalPosition } from '#store/trail.ts'
import { foldAsset } from './assets.ts'
import { foldBinding } from './binding-since.ts'
import { foldCalibration } from './calibration.ts'
import { type Memory, scopeOf } from './memory.ts'
import type { Message } from './messages.ts'
import { foldReads } from './reads/fold.ts'
import { foldSparkplug } from './sparkplug.ts'

/** The messages with what follows from them; `stored` is the store's cursor. */
export async function derive(
  messages: readonly Message[],
  stored: JournalPosition,
  memory: Memory,
): Promise<Message[]> {
  const due = new Set(messages.filter((message) => message.record.next > stored && isDue(message)))
  await memory.load(new Set([...due].map(({ record }) => scopeOf(record))))
  return messages.map((message) => (due.has(message) ? derived(message, memory) : message))
}

function isDue({ device, decoded }: Message): boolean {
  const { readings, reads = [], frame } = decoded
  return device !== undefined && (readings.length + reads.length > 0 || frame !== undefined)
}

function derived(message: Message, memory: Memory): Message {
  const { device, decoded, origin, record, policy, isStatus } = message
  if (device === undefined) return message
  const scope = memory.scope(scopeOf(record))
  const { binding } = device
  const { reads = [], frame } = decoded
  const meant = frame && foldSparkplug(frame, device, origin, scope)
  const readings = meant === undefined ? decoded.readings : meant.readings
  const failures = [...message.failures, ...(meant?.failures ?? [])]
  const events = [...decoded.events]
  foldBinding(device, origin, scope)
  if (binding !== undefined && reads.length > 0) {
    events.push(...foldReads(reads, binding, origin, scope))
  }
  if (readings.length > 0) {
    // Behind every part that is refused: with the index of one it would be refused like it.
    const behind = failures.reduce((most, { index }) => Math.max(most, index + 1), readings.length)
    events.push(...foldAsset(device, origin, scope, behind))
    foldCalibration(device, readings, scope)
  }
  const command = meant?.command
  const all = { ...decoded, events, readings }
  return { record, origin, device, policy, isStatus, decoded: all, failures, command }
}
