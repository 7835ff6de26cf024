/**
 * Whether the store holds what was acknowledged: every message that the journal still has and the
 * store has followed is decoded again, and each of its events has to be stored or rejected.
 *
 * Events made of raw reads rest on what was remembered from the messages before, so they are made
 * again from the beginning of the journal, and have to be there as well. Those made before the
 * device was bound as it is now are not looked for, nor any where the beginning of the journal has
 * been trimmed: they are counted.
 */
import type { Intake } from '#store/intake.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import type { Registry } from '#store/registry.ts'
import type { JournalPosition, TrailReader } from '#store/trail.ts'
import { BINDING, boundSinceUs } from './binding-since.ts'
import { identityOf } from './conflicts.ts'
import type { DecodedEvent } from './decoded.ts'
import { derive } from './derive.ts'
import { READ_AT_ONCE } from './follower.ts'
import { Memory, noteOf, scopeOf } from './memory.ts'
import { type Message, readMessage } from './messages.ts'

export interface VerifyParts {
  readonly reader: JournalReader
  readonly trail: TrailReader
  readonly intake: Intake
  readonly registry: Registry
}

/** One part of one message that was acknowledged and is neither stored nor rejected. */
export interface Missing {
  readonly position: JournalPosition
  readonly index: number
  readonly what: string
}

/** How far the look has come, and what it has found since the last step. */
export interface VerifyStep {
  readonly position: JournalPosition
  readonly events: number
  /** Of them, those made of raw reads; and those of which it cannot be told. */
  readonly ofReads: number
  readonly undecided: number
  readonly missing: readonly Missing[]
}

/**
 * Looks through the messages from the beginning of the journal to `followed`, a cursor of the
 * store.
 * @throws JournalDamaged where the journal is not whole.
 */
export async function* verifyStored(
  { reader, ...parts }: VerifyParts,
  followed: JournalPosition,
): AsyncGenerator<VerifyStep> {
  const reads = new ReadsAgain(parts.trail)
  for (let position = 0; position < followed; ) {
    const { records, next } = await reader.read(position, READ_AT_ONCE)
    const [first] = records
    if (first === undefined) return
    reads.begin(first.position)
    position = next
    const messages = records
      .filter((record) => record.next <= followed)
      .map((record) => readMessage(record, parts.registry))
    const said = messages.reduce((sum, { decoded }) => sum + decoded.events.length, 0)
    const made = await reads.made(messages)
    const due = [...messages.flatMap((message) => dueOf(message, parts.intake)), ...made.due]
    yield {
      position,
      events: said + made.due.length,
      ofReads: made.due.length,
      undecided: made.undecided,
      missing: [...missingRejections(messages, parts.intake), ...(await missingEvents(due, parts))],
    }
  }
}

interface Due {
  readonly position: JournalPosition
  readonly index: number
  readonly event: DecodedEvent['event']
}

/** Makes the events of raw reads again, from notes of its own. */
class ReadsAgain {
  readonly #notes = new Map<string, string>()
  readonly #memory = new Memory({ notes: async (beginning) => this.#beginning(beginning) })
  readonly #trail: Pick<TrailReader, 'notes'>
  readonly #since = new Map<string, number | undefined>()
  #isWhole: boolean | undefined

  constructor(trail: Pick<TrailReader, 'notes'>) {
    this.#trail = trail
  }

  /** Told where the journal begins: what was trimmed away is missing in the notes. */
  begin(position: JournalPosition): void {
    this.#isWhole ??= position === 0
  }

  async made(messages: readonly Message[]): Promise<{ due: Due[]; undecided: number }> {
    if (this.#isWhole !== true) return { due: [], undecided: 0 }
    const due: Due[] = []
    let undecided = 0
    const derived = await derive(messages, 0, this.#memory)
    for (const [at, message] of derived.entries()) {
      const before = messages[at]?.decoded.events.length ?? 0
      const { record, device } = message
      if (device === undefined || message.decoded.events.length === before) continue
      const sinceUs = await this.#sinceOf(device, record)
      for (const { index, event } of message.decoded.events.slice(before)) {
        // A visit that began under another binding may have made its event then.
        const isSame =
          sinceUs !== undefined && Math.min(event.eventTimeUs, record.recordTimeUs) >= sinceUs
        if (isSame) due.push({ position: record.position, index, event })
        else undecided += 1
      }
    }
    for (const { key, text } of this.#memory.changes()) {
      if (text === undefined) this.#notes.delete(key)
      else this.#notes.set(key, text)
    }
    this.#memory.keep()
    return { due, undecided }
  }

  /** What the store's own note says. */
  async #sinceOf(
    device: NonNullable<Message['device']>,
    record: Message['record'],
  ): Promise<number | undefined> {
    const scope = scopeOf(record)
    if (this.#since.has(scope)) return this.#since.get(scope)
    const sinceUs = boundSinceUs(device, await noteOf(this.#trail, scope, BINDING))
    this.#since.set(scope, sinceUs)
    return sinceUs
  }

  #beginning(beginning: string): { key: string; text: string }[] {
    const found = [...this.#notes].filter(([key]) => key.startsWith(beginning))
    return found.map(([key, text]) => ({ key, text }))
  }
}

function missingRejections(messages: readonly Message[], intake: Intake): Missing[] {
  return messages.filter(isPlain).flatMap(({ record: { position }, decoded }) =>
    decoded.failures
      .filter(({ code }) => !ofRegistry.includes(code))
      .filter(({ index }) => intake.rejection(position, index) === undefined)
      .map(({ index, code }) => ({ position, index, what: `rejection ${code}` })),
  )
}

/**
 * Topics, formats and bindings of a device are known as they are now, not as they were when the
 * message came: what they alone refuse may not have been refused then.
 */
const ofRegistry: readonly string[] = ['topic_unmapped', 'reads_not_supported', 'binding_unusable']

function isPlain({ device, decoded }: Message): boolean {
  return device?.format === undefined && decoded.reads === undefined
}

/** A rejected event needs not be stored, nor does one of a document that is stored whole or not. */
function dueOf({ record, policy, decoded }: Message, intake: Intake): Due[] {
  const { position } = record
  if (policy === 'all' && intake.job(position)?.success === false) return []
  return decoded.events.map(({ index, event }) => ({ position, index, event }))
}

async function missingEvents(
  all: readonly Due[],
  { trail, intake }: Pick<VerifyParts, 'trail' | 'intake'>,
): Promise<Missing[]> {
  const due = all.filter(({ position, index }) => intake.rejection(position, index) === undefined)
  const found = await trail.byIdentity(due.map(({ event }) => identityOf(event)))
  return due
    .filter((_, at) => found[at] === undefined)
    .map(({ position, index, event }) => ({ position, index, what: `event ${event.eventID}` }))
}
