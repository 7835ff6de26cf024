/**
 * The worker thread that finds out what recalls reach: its own connections, the only one that
 * writes recalls.db. Who acts on a recall waits for a batch of a scope at most.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { isStoreFault } from '#store/fault.ts'
import { openTrail } from '#store/open.ts'
import type { Done } from '#store/recalls/commands.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import { openRegistry } from '#store/registry.ts'
import { recallDeskOf } from './desk.ts'
import type { Ask, FromRecalls, RecallFiles, ToRecalls } from './start.ts'
import { RecallTracer } from './tracer.ts'

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker thread')
const files = workerData as RecallFiles

const WAIT_MS = 1000
const RETRY_MS = 2000
const nowUs = () => Date.now() * 1000

const trail = await openTrail(files, 'read')
const registry = openRegistry(files.registry, { readOnly: true })
const recalls = new RecallWriter(files.recalls)
const desk = recallDeskOf(recalls, nowUs)
let isOver = false
const isStopped = () => isOver
const tracer = new RecallTracer({ trail, recalls, registry, nowUs, isStopped })

let wake = new AbortController()
const report = (message: FromRecalls) => port.postMessage(message)

port.on('message', (message: ToRecalls) => {
  if (message.kind === 'end') isOver = true
  else void answer(message)
  wake.abort()
})

/** Each is one transaction, and so goes between two batches of a scope. */
async function answer({ id, ask }: Extract<ToRecalls, { readonly id: number }>): Promise<void> {
  try {
    report({ kind: 'done', id, done: await take(ask) })
  } catch (error) {
    report({ kind: 'failed', id, error: error instanceof Error ? error : new Error(String(error)) })
  }
}

async function take(ask: Ask): Promise<Done | undefined> {
  switch (ask.name) {
    case 'create':
      return desk.create(ask.command)
    case 'amend':
      return desk.amend(ask.command)
    case 'rescope':
      return desk.rescope(ask.command)
    case 'act':
      return desk.act(ask.command)
    case 'answer':
      return desk.answer(ask.command)
    case 'check':
      return desk.check(ask.command)
    case 'delivered':
      await desk.delivered(ask.notice, ask.devices)
      return undefined
  }
}

let attempt = 0
recalls.recover()
while (!isOver) {
  wake = new AbortController()
  let isBusy = false
  try {
    isBusy = await tracer.advance()
    attempt = 0
  } catch (error) {
    if (!isStoreFault(error)) throw error
    attempt += 1
    report({ kind: 'trouble', attempt, reason: error.message })
    recalls.recover()
  }
  // Between two commits who acts gets a turn.
  if (isBusy) await pause(0)
  else await idle(attempt > 0 ? RETRY_MS : WAIT_MS)
}
registry.close()
recalls.close()
await trail.close()
port.close()

async function idle(ms: number): Promise<void> {
  await pause(ms, undefined, { signal: wake.signal }).catch(() => undefined)
}
