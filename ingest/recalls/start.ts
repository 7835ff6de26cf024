/** Starts the worker that finds out what recalls reach, and speaks with it for the main thread. */
import { Worker } from 'node:worker_threads'
import { WorkerLine } from '#ingest/worker-line.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import type { Done } from '#store/recalls/commands.ts'
import type { RecallAsks, RecallDesk } from './desk.ts'

/** What the worker opens. */
export interface RecallFiles {
  readonly trail: string
  readonly influx: InfluxSettings | undefined
  readonly registry: string
  readonly recalls: string
}

/** One thing that is asked of the desk. */
export type Ask =
  | {
      readonly [Name in keyof RecallAsks]: { name: Name; command: RecallAsks[Name] }
    }[keyof RecallAsks]
  | { readonly name: 'delivered'; readonly notice: number; readonly devices: number }

export type ToRecalls =
  | { readonly kind: 'end' }
  | { readonly kind: 'ask'; readonly id: number; readonly ask: Ask }

export type FromRecalls =
  | { readonly kind: 'trouble'; readonly attempt: number; readonly reason: string }
  | { readonly kind: 'done'; readonly id: number; readonly done: Done | undefined }
  | { readonly kind: 'failed'; readonly id: number; readonly error: Error }

export interface RecallHandlers {
  readonly onTrouble: (attempt: number, reason: string) => void
  /** The worker ended unasked: a bug. */
  readonly onDeath: (error: Error) => void
}

export interface RecallWorker {
  readonly desk: RecallDesk
  /** Ends it between two commits; a scope that is under way is begun anew at the next start. */
  stop(): Promise<void>
}

/** The worker ended without being told to. */
export class RecallsDied extends Error {
  override readonly name = 'RecallsDied'
}

/**
 * The worker takes memory and a moment to start, and most servers trace a recall seldom: it starts
 * with the first thing that is asked, or at once where `hasWork`.
 */
export function startRecalls(
  files: RecallFiles,
  handlers: RecallHandlers,
  hasWork: boolean,
): RecallWorker {
  let running: Running | undefined
  const start = () => {
    running ??= run(files, handlers)
    return running
  }
  if (hasWork) start()
  return {
    desk: deskBy((what) => start().ask(what)),
    stop: () => running?.stop() ?? Promise.resolve(),
  }
}

interface Running {
  ask(what: Ask): Promise<Done | undefined>
  stop(): Promise<void>
}

function run(files: RecallFiles, handlers: RecallHandlers): Running {
  const worker = new Worker(new URL('./worker-start.mjs', import.meta.url), { workerData: files })
  const line = new WorkerLine<ToRecalls>(worker, {
    died: (cause) => new RecallsDied('the worker for recalls ended unasked', { cause }),
    onDeath: handlers.onDeath,
  })
  worker.on('message', (message: FromRecalls) => {
    if (message.kind === 'trouble') handlers.onTrouble(message.attempt, message.reason)
    else if (message.kind === 'failed') line.fail(message.id, message.error)
    else line.answer(message.id, message.done)
  })
  return {
    ask: (what) => line.ask((id) => ({ kind: 'ask', id, ask: what })),
    stop: () => line.end({ kind: 'end' }),
  }
}

function deskBy(ask: (what: Ask) => Promise<Done | undefined>): RecallDesk {
  const done = async (what: Ask): Promise<Done> => {
    const answer = await ask(what)
    if (answer === undefined) throw new Error(`${what.name} was not answered`)
    return answer
  }
  return {
    create: (command) => done({ name: 'create', command }),
    amend: (command) => done({ name: 'amend', command }),
    rescope: (command) => done({ name: 'rescope', command }),
    act: (command) => done({ name: 'act', command }),
    answer: (command) => done({ name: 'answer', command }),
    check: (command) => done({ name: 'check', command }),
    async delivered(notice, devices) {
      await ask({ name: 'delivered', notice, devices })
    },
  }
}
