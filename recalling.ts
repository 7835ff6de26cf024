/** Joins the worker that traces recalls, and what sends their notices, with the rest. */
import type { GaugeSource } from '#api/metrics.ts'
import type { RecallDesk } from '#ingest/recalls/desk.ts'
import { type SenderParts, startSending } from '#ingest/recalls/sender.ts'
import { startRecalls } from '#ingest/recalls/start.ts'
import type { DataFolder } from '#store/folder.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import type { Logger } from './log.ts'

export interface RecallingParts {
  readonly folder: DataFolder
  readonly recalls: RecallReader
  readonly log: Logger
  readonly onFatal: (error: Error) => void
}

export interface Recalling {
  readonly desk: RecallDesk
  /** Sends notices to devices until it is stopped. */
  send(devices: SenderParts['devices']): { stop(): Promise<void> }
  stop(): Promise<void>
}

/** One of so many attempts to trace is logged: about one a minute. */
const LOG_EVERY = 30

/** Starts the worker where it has work; whoever starts it stops it. */
export function traceRecalls({ folder, recalls, log, onFatal }: RecallingParts): Recalling {
  const onTrouble = (attempt: number, reason: string) => {
    if (attempt % LOG_EVERY === 1) log.error({ attempt, reason }, 'recalls are not traced')
  }
  const { desk, stop } = startRecalls(folder, { onTrouble, onDeath: onFatal }, recalls.hasWork())
  return { desk, stop, send: (devices) => startSending({ recalls, desk, devices }) }
}

/** Names without what all of ours begin with. */
export function recallGauges({ recalls }: Pick<RecallingParts, 'recalls'>): GaugeSource[] {
  return [
    {
      name: 'recalls_open',
      help: 'Recalls that are approved and not over',
      read: () => recalls.counts().open,
    },
    {
      name: 'recall_notices_due',
      help: 'Notices that nobody has taken',
      read: () => recalls.counts().dueNotices,
    },
  ]
}
