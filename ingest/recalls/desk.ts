/** Where people act on recalls. One connection does all of it. */
import { randomBytes } from 'node:crypto'
import type {
  ActCommand,
  AmendCommand,
  AnswerCommand,
  CheckCommand,
  CreateCommand,
  Done,
  RescopeCommand,
} from '#store/recalls/commands.ts'
import type { RecallWriter } from '#store/recalls/writer.ts'

const SEED_BYTES = 16

/** What can be asked, by name. */
export interface RecallAsks {
  readonly create: CreateCommand
  readonly amend: AmendCommand
  readonly rescope: RescopeCommand
  readonly act: ActCommand
  readonly answer: AnswerCommand
  readonly check: CheckCommand
}

/** What was done is durable once it resolves. */
export type RecallDesk = {
  readonly [Name in keyof RecallAsks]: (command: RecallAsks[Name]) => Promise<Done>
} & {
  /** A notice has reached so many devices. */
  delivered(notice: number, devices: number): Promise<void>
}

/** The desk of whoever holds the writer. */
export function recallDeskOf(
  recalls: RecallWriter,
  nowUs: () => number,
  random: (size: number) => Uint8Array = randomBytes,
): RecallDesk {
  return {
    create: async (command) => {
      const seed = Buffer.from(random(SEED_BYTES)).toString('hex')
      return recalls.create(command, seed, nowUs())
    },
    amend: async (command) => recalls.amend(command, nowUs()),
    rescope: async (command) => recalls.rescope(command, nowUs()),
    act: async (command) => recalls.act(command, nowUs()),
    answer: async (command) => recalls.answer(command, nowUs()),
    check: async (command) => recalls.check(command, nowUs()),
    delivered: async (notice, devices) => recalls.delivered(notice, devices, nowUs()),
  }
}
