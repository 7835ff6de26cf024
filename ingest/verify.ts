/**
 * Whether the store holds what was acknowledged: every message that the journal still has and the
 * store has followed is decoded again, and each of its events has to be stored or rejected. Events
 * made of raw reads rest on what was remembered then, and are not looked for: replay makes them
 * anew.
 */
import type { Intake } from '#store/intake.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import type { Registry } from '#store/registry.ts'
import type { JournalPosition, TrailReader } from '#store/trail.ts'
import { identityOf } from './conflicts.ts'
import { READ_AT_ONCE } from './follower.ts'
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
  for (let position = 0; position < followed; ) {
    const { records, next } = await reader.read(position, READ_AT_ONCE)
    if (records.length === 0) return
    position = next
    const messages = records
      .filter((record) => record.next <= followed)
      .map((record) => readMessage(record, parts.registry))
    const events = messages.reduce((sum, { decoded }) => sum + decoded.events.length, 0)
    const rejections = missingRejections(messages, parts.intake)
    yield { position, events, missing: [...rejections, ...(await missingEvents(messages, parts))] }
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
async function missingEvents(
  messages: readonly Message[],
  { trail, intake }: Pick<VerifyParts, 'trail' | 'intake'>,
): Promise<Missing[]> {
  const due = messages.flatMap(({ record: { position }, policy, decoded }) => {
    if (policy === 'all' && intake.job(position)?.success === false) return []
    return decoded.events
      .filter(({ index }) => intake.rejection(position, index) === undefined)
      .map(({ index, event }) => ({ position, index, event }))
  })
  const found = await trail.byIdentity(due.map(({ event }) => identityOf(event)))
  return due
    .filter((_, at) => found[at] === undefined)
    .map(({ position, index, event }) => ({ position, index, what: `event ${event.eventID}` }))
}
