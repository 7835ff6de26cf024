/**
 * The worker thread that delivers: its own connections, the only one that writes webhooks.db.
 * Nobody waits for it but who asks something of it.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { openAlertReader } from '#store/alerts/reader.ts'
import { isStoreFault } from '#store/fault.ts'
import { openRegistry } from '#store/registry.ts'
import type { WebhookDesk } from './desk.ts'
import { openOffice } from './office.ts'
import { LIMITS } from './request.ts'
import type { Asked, DeliverySettings, FromDelivery, ToDelivery } from './start.ts'
import { systemResolve } from './target.ts'

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker thread')
const settings = workerData as DeliverySettings

const WAIT_MS = 1000
const RETRY_MS = 2000
const TIDY_EVERY_MS = 60_000

const report = (message: FromDelivery) => port.postMessage(message)
const alerts = openAlertReader(settings.alerts)
const registry = openRegistry(settings.registry, { readOnly: true })
const office = openOffice({
  ...{ file: settings.webhooks, alerts, registry, publicUrl: settings.publicUrl },
  line: {
    rules: { allowPrivate: settings.allowPrivate, resolve: systemResolve() },
    limits: LIMITS,
  },
  nowUs: () => Date.now() * 1000,
  onDisabled: (webhook, reason) => report({ kind: 'disabled', webhook, reason }),
  onTrouble: (reason) => report({ kind: 'trouble', reason }),
})
const { desk, deliverer, follower } = office

let isOver = false
let wake = new AbortController()

port.on('message', (message: ToDelivery) => {
  if (message.kind === 'end') isOver = true
  if (message.kind === 'ask') void answer(message)
  else wake.abort()
})

async function answer({ id, what, args }: Asked): Promise<void> {
  try {
    const ask = desk[what] as (...given: readonly unknown[]) => ReturnType<WebhookDesk[typeof what]>
    report({ kind: 'answer', id, answer: await ask(...args) })
  } catch (error) {
    report({ kind: 'failed', id, error: error instanceof Error ? error : new Error(String(error)) })
  }
}

let tidyAtMs = 0
/** One slice of what there is to do; false where there was nothing. */
function work(): boolean {
  let isBusy = follower.advance()
  if (performance.now() >= tidyAtMs) {
    const isUntidy = office.tidy()
    isBusy ||= isUntidy
    if (!isUntidy) tidyAtMs = performance.now() + TIDY_EVERY_MS
  }
  return isBusy
}

let told = ''
deliverer.pump()
while (!isOver) {
  wake = new AbortController()
  let waitMs = WAIT_MS
  try {
    if (work()) waitMs = 0
  } catch (error) {
    if (!isStoreFault(error)) throw error
    report({ kind: 'trouble', reason: error.message })
    waitMs = RETRY_MS
  }
  const totals = JSON.stringify(deliverer.totals)
  if (totals !== told) report({ kind: 'totals', totals: deliverer.totals })
  told = totals
  await pause(waitMs, undefined, { signal: wake.signal }).catch(() => undefined)
}
office.close()
registry.close()
alerts.close()
port.close()
