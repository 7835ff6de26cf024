/** Starts the worker that watches the trail store, and speaks with it for the main thread. */
import { Worker } from 'node:worker_threads'
import { WorkerLine } from '#ingest/worker-line.ts'
import type { ActCommand, Acted } from '#store/alerts/book.ts'
import type { RulesChanged } from '#store/alerts/writer.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import type { AlertDesk, RulesCommand } from './desk.ts'

/** What the worker opens. */
export interface WatchFiles {
  readonly trail: string
  readonly influx: InfluxSettings | undefined
  readonly registry: string
  readonly alerts: string
  readonly recalls: string
}

export type ToWatch =
  | { readonly kind: 'wake' }
  | { readonly kind: 'end' }
  | { readonly kind: 'act'; readonly id: number; readonly command: ActCommand }
  | { readonly kind: 'rules'; readonly id: number; readonly command: RulesCommand }

export type FromWatch =
  | { readonly kind: 'steps'; readonly last: number }
  /** There was nothing to do. */
  | { readonly kind: 'rest' }
  | { readonly kind: 'trouble'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'acted'; readonly id: number; readonly acted: Acted }
  | { readonly kind: 'ruled'; readonly id: number; readonly ruled: RulesChanged }
  | { readonly kind: 'failed'; readonly id: number; readonly error: Error }

export interface WatchHandlers {
  /** Steps were taken, up to this one. */
  readonly onSteps: (last: number) => void
  readonly onTrouble: (attempt: number, reason: string) => void
  /** The worker ended unasked: a bug. */
  readonly onDeath: (error: Error) => void
}

export interface WatchWorker {
  readonly desk: AlertDesk
  /** There are new events. */
  wake(): void
  /** Since it had nothing to do; little more than half a second while it rests. */
  busyMs(): number
  /** Ends it between two commits. */
  stop(): Promise<void>
}

/** The worker ended without being told to. */
export class WatchDied extends Error {
  override readonly name = 'WatchDied'
}

/**
 * What a round of events makes is garbage by its end, and more than the 16 MiB a thread has by
 * default for what is young: it would be moved and moved again before it is dropped.
 */
const YOUNG_MIB = 64

export function startWatch(files: WatchFiles, handlers: WatchHandlers): WatchWorker {
  const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), {
    workerData: files,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB },
  })
  const line = new WorkerLine<ToWatch>(worker, {
    died: (cause) => new WatchDied('the worker that watches ended unasked', { cause }),
    onDeath: handlers.onDeath,
  })
  let restedMs = performance.now()
  worker.on('message', (message: FromWatch) => {
    if (message.kind === 'rest') restedMs = performance.now()
    else if (message.kind === 'steps') handlers.onSteps(message.last)
    else if (message.kind === 'trouble') handlers.onTrouble(message.attempt, message.reason)
    else if (message.kind === 'failed') line.fail(message.id, message.error)
    else line.answer(message.id, message.kind === 'acted' ? message.acted : message.ruled)
  })
  return {
    desk: {
      act: (command) => line.ask((id) => ({ kind: 'act', id, command })),
      setRules: (command) => line.ask((id) => ({ kind: 'rules', id, command })),
    },
    wake: () => line.send({ kind: 'wake' }),
    busyMs: () => performance.now() - restedMs,
    stop: () => line.end({ kind: 'end' }),
  }
}
