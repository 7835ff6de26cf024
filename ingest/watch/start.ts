/** Starts the worker that watches the trail store, and speaks with it for the main thread. */
import { Worker } from 'node:worker_threads'
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
  /** Ends it between two commits. */
  stop(): Promise<void>
}

/** The worker ended without being told to. */
export class WatchDied extends Error {
  override readonly name = 'WatchDied'
}

interface Waiting {
  readonly resolve: (answer: never) => void
  readonly reject: (error: Error) => void
}

export function startWatch(files: WatchFiles, handlers: WatchHandlers): WatchWorker {
  const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), { workerData: files })
  const waiting = new Map<number, Waiting>()
  let isEnding = false
  let failure: unknown
  let asked = 0
  const ended = new Promise<void>((resolve) => {
    worker.once('error', (error) => {
      failure = error
    })
    worker.once('exit', (code) => {
      const cause = failure ?? `exit code ${code}`
      const died = new WatchDied('the worker that watches ended unasked', { cause })
      for (const { reject } of waiting.values()) reject(died)
      if (!isEnding || failure !== undefined) handlers.onDeath(died)
      resolve()
    })
  })
  worker.on('message', (message: FromWatch) => {
    if (message.kind === 'steps') handlers.onSteps(message.last)
    else if (message.kind === 'trouble') handlers.onTrouble(message.attempt, message.reason)
    else settle(waiting, message)
  })
  const send = (message: ToWatch) => worker.postMessage(message)
  const ask = <Answer>(message: (id: number) => ToWatch) =>
    new Promise<Answer>((resolve, reject) => {
      asked += 1
      waiting.set(asked, { resolve, reject })
      send(message(asked))
    })
  return {
    desk: {
      act: (command) => ask((id) => ({ kind: 'act', id, command })),
      setRules: (command) => ask((id) => ({ kind: 'rules', id, command })),
    },
    wake: () => send({ kind: 'wake' }),
    stop() {
      isEnding = true
      send({ kind: 'end' })
      return ended
    },
  }
}

type Answer = Extract<FromWatch, { readonly id: number }>

function settle(waiting: Map<number, Waiting>, message: Answer): void {
  const asker = waiting.get(message.id)
  waiting.delete(message.id)
  if (message.kind === 'failed') asker?.reject(message.error)
  else asker?.resolve((message.kind === 'acted' ? message.acted : message.ruled) as never)
}
