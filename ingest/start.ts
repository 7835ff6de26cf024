/**
 * Starts the ingest worker and speaks with it for the main thread.
 */
import { Worker } from 'node:worker_threads'
import type { InfluxSettings } from '#store/influx/settings.ts'
import type { JournalPosition } from '#store/trail.ts'
import type { FromIngest, IngestAhead, IngestNews, IngestTrouble } from './news.ts'
import { WorkerLine } from './worker-line.ts'

/** What the worker opens. */
export interface IngestFiles {
  /** Folder of the journal. */
  readonly journal: string
  readonly watermark: SharedArrayBuffer
  readonly trail: string
  readonly influx: InfluxSettings | undefined
  readonly intake: string
  readonly registry: string
}

/** Ends the worker once all before `settledTo` is settled, or at `deadlineMs` (of Date.now). */
export interface ToIngest {
  readonly settledTo: JournalPosition
  readonly deadlineMs: number
}

export interface IngestHandlers {
  readonly onNews: (news: IngestNews) => void
  readonly onTrouble: (trouble: IngestTrouble) => void
  readonly onAhead: (ahead: IngestAhead) => void
  /** The worker ended unasked: a bug. Nothing is settled any more. */
  readonly onDeath: (error: Error) => void
}

export interface Ingest {
  /** Settles what is in the journal up to `settledTo` within `graceMs`, then ends. */
  stop(settledTo: JournalPosition, graceMs: number): Promise<void>
}

/** The worker ended without being told to. */
export class IngestDied extends Error {
  override readonly name = 'IngestDied'
}

/**
 * Semi-spaces of 64 MiB: what a batch makes is garbage once it is decided. With the 16 MiB that a
 * thread has by default much of it would be moved twice before that, at a cost of 6 %.
 */
const YOUNG_MIB = 192

export function startIngest(files: IngestFiles, handlers: IngestHandlers): Ingest {
  const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), {
    workerData: files,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const line = new WorkerLine<ToIngest>(worker, {
    died: (cause) => new IngestDied('the ingest worker ended unasked', { cause }),
    onDeath: handlers.onDeath,
  })
  worker.on('message', (message: FromIngest) => {
    if (message.kind === 'news') handlers.onNews(message)
    else if (message.kind === 'ahead') handlers.onAhead(message)
    else handlers.onTrouble(message)
  })
  return {
    stop: (settledTo, graceMs) => line.end({ settledTo, deadlineMs: Date.now() + graceMs }),
  }
}
