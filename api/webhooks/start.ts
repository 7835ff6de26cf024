/** Starts the worker that delivers, and speaks with it for the main thread. */
import { Worker } from 'node:worker_threads'
import { WorkerLine } from '#ingest/worker-line.ts'
import type { DeliveryTotals } from './deliverer.ts'
import type { WebhookDesk } from './desk.ts'

/** What the worker opens, and how it sends. */
export interface DeliverySettings {
  readonly alerts: string
  readonly recalls: string
  readonly registry: string
  readonly webhooks: string
  readonly publicUrl: string | undefined
  readonly allowPrivate: boolean
}

export interface Asked {
  readonly kind: 'ask'
  readonly id: number
  readonly what: keyof WebhookDesk
  readonly args: readonly unknown[]
}

export type ToDelivery = Asked | { readonly kind: 'wake' } | { readonly kind: 'end' }

export type FromDelivery =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: Error }
  | { readonly kind: 'totals'; readonly totals: DeliveryTotals }
  | { readonly kind: 'disabled'; readonly webhook: string; readonly reason: string }
  | { readonly kind: 'trouble'; readonly reason: string }

export interface DeliveryHandlers {
  readonly onTotals: (totals: DeliveryTotals) => void
  readonly onDisabled: (webhook: string, reason: string) => void
  readonly onTrouble: (reason: string) => void
  /** The worker ended unasked: a bug. */
  readonly onDeath: (error: Error) => void
}

export interface DeliveryWorker {
  readonly desk: WebhookDesk
  /** There are new entries in a ledger. */
  wake(): void
  /** Ends it; what is under way is sent again at the next start. */
  stop(): Promise<void>
}

/** The worker ended without being told to. */
export class DeliveryDied extends Error {
  override readonly name = 'DeliveryDied'
}

export function startDelivery(
  settings: DeliverySettings,
  handlers: DeliveryHandlers,
): DeliveryWorker {
  const url = new URL('./worker-start.mjs', import.meta.url)
  const worker = new Worker(url, { workerData: settings })
  const line = new WorkerLine<ToDelivery>(worker, {
    died: (cause) => new DeliveryDied('the worker that delivers ended', { cause }),
    onDeath: handlers.onDeath,
  })
  worker.on('message', (message: FromDelivery) => {
    if (message.kind === 'totals') handlers.onTotals(message.totals)
    else if (message.kind === 'disabled') handlers.onDisabled(message.webhook, message.reason)
    else if (message.kind === 'trouble') handlers.onTrouble(message.reason)
    else if (message.kind === 'failed') line.fail(message.id, message.error)
    else line.answer(message.id, message.answer)
  })
  const ask =
    <What extends keyof WebhookDesk>(what: What) =>
    (...args: Parameters<WebhookDesk[What]>) =>
      line.ask<Awaited<ReturnType<WebhookDesk[What]>>>((id) => ({ kind: 'ask', id, what, args }))
  return {
    desk: {
      create: ask('create'),
      update: ask('update'),
      remove: ask('remove'),
      verify: ask('verify'),
      rotate: ask('rotate'),
      ping: ask('ping'),
      replayOne: ask('replayOne'),
      replaySpan: ask('replaySpan'),
    },
    wake: () => line.send({ kind: 'wake' }),
    stop: () => line.end({ kind: 'end' }),
  }
}
