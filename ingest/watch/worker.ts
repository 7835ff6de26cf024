/**
 * The worker thread that watches the trail store: its own connections, the only one that writes
 * alerts.db. It waits for nobody and nobody for it but who acts on an alert.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { AlertWriter } from '#store/alerts/writer.ts'
import { isStoreFault } from '#store/fault.ts'
import { openTrail } from '#store/open.ts'
import { openWatchedRecalls } from '#store/recalls/watched.ts'
import { openRegistry } from '#store/registry.ts'
import { deskOf } from './desk.ts'
import { AlertFollower } from './follower.ts'
import type { FromWatch, ToWatch, WatchFiles } from './start.ts'

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker thread')
const files = workerData as WatchFiles

const WAIT_MS = 500
const RETRY_MS = 2000
const nowUs = () => Date.now() * 1000

const trail = await openTrail(files, 'confirmed')
const registry = openRegistry(files.registry, { readOnly: true })
const alerts = new AlertWriter(files.alerts)
const desk = deskOf(alerts, nowUs)
const recalls = openWatchedRecalls(files.recalls)
const follower = new AlertFollower({ trail, alerts, registry, recalls, nowUs })

let isOver = false
let wake = new AbortController()
const report = (message: FromWatch) => port.postMessage(message)

port.on('message', (message: ToWatch) => {
  if (message.kind === 'end') isOver = true
  if (message.kind === 'act' || message.kind === 'rules') void answer(message)
  wake.abort()
})

/** Each is one transaction, and so goes between two of the follower. */
async function answer(message: Extract<ToWatch, { readonly id: number }>): Promise<void> {
  const { id } = message
  try {
    if (message.kind === 'act')
      report({ kind: 'acted', id, acted: await desk.act(message.command) })
    else report({ kind: 'ruled', id, ruled: await desk.setRules(message.command) })
  } catch (error) {
    report({ kind: 'failed', id, error: error instanceof Error ? error : new Error(String(error)) })
  }
}

let told = -1
let attempt = 0
while (!isOver) {
  wake = new AbortController()
  let isBusy = false
  try {
    isBusy = await follower.advance()
    attempt = 0
  } catch (error) {
    if (!isStoreFault(error)) throw error
    attempt += 1
    report({ kind: 'trouble', attempt, reason: error.message })
  }
  const last = alerts.lastStep()
  if (last !== told) report({ kind: 'steps', last })
  told = last
  if (!isBusy && attempt === 0) report({ kind: 'rest' })
  // Between two commits who acts gets a turn.
  if (isBusy) await pause(0)
  else await idle(attempt > 0 ? RETRY_MS : WAIT_MS)
}
registry.close()
recalls.close()
alerts.close()
await trail.close()
port.close()

async function idle(ms: number): Promise<void> {
  await pause(ms, undefined, { signal: wake.signal }).catch(() => undefined)
}
