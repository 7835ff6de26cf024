/** Starts the worker that finds out what recalls reach, and speaks with it for the main thread. */
import { Worker } from 'node:worker_threads'
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

interface Waiting {
  readonly resolve: (done: Done | undefined) => void
  readonly reject: (error: Error) => void
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
  const waiting = new Map<number, Waiting>()
  let isEnding = false
  let asked = 0
  const ended = untilEnded(worker, (cause) => {
    const died = new RecallsDied('the worker for recalls ended unasked', { cause })
    for (const { reject } of waiting.values()) reject(died)
    if (!isEnding || cause instanceof Error) handlers.onDeath(died)
  })
  worker.on('message', (message: FromRecalls) => {
    if (message.kind === 'trouble') return handlers.onTrouble(message.attempt, message.reason)
    const asker = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.kind === 'failed') asker?.reject(message.error)
    else asker?.resolve(message.done)
  })
  const send = (message: ToRecalls) => worker.postMessage(message)
  return {
    ask: (what) =>
      new Promise((resolve, reject) => {
        asked += 1
        waiting.set(asked, { resolve, reject })
        send({ kind: 'ask', id: asked, ask: what })
      }),
    stop() {
      isEnding = true
      send({ kind: 'end' })
      return ended
    },
  }
}

/** `onEnd` is told why: the error, or the exit code. */
function untilEnded(worker: Worker, onEnd: (cause: unknown) => void): Promise<void> {
  let failure: unknown
  return new Promise((resolve) => {
    worker.once('error', (error) => {
      failure = error
    })
    worker.once('exit', (code) => {
      onEnd(failure ?? `exit code ${code}`)
      resolve()
    })
  })
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
