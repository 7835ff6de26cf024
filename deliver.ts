/** Joins the worker that sends webhooks with the rest, and tells how it fares. */
import type { GaugeSource } from '#api/metrics.ts'
import type { DeliveryTotals } from '#api/webhooks/deliverer.ts'
import { type DeliveryWorker, startDelivery } from '#api/webhooks/start.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { DataFolder } from '#store/folder.ts'
import type { WebhookReader } from '#store/webhooks/reader.ts'
import type { Config } from './config.ts'
import type { Logger } from './log.ts'

/** What became of deliveries since the start. */
export interface Delivered {
  totals: DeliveryTotals
}

export interface DeliverParts {
  readonly folder: DataFolder
  readonly delivered: Delivered
  readonly log: Logger
  readonly onFatal: (error: Error) => void
}

/** Starts the worker; whoever starts it stops it. */
export function deliver(
  { PUBLIC_URL, ALLOW_PRIVATE_WEBHOOKS }: Config,
  { folder, delivered, log, onFatal }: DeliverParts,
): DeliveryWorker {
  const { alerts, registry, webhooks } = folder
  const publicUrl = PUBLIC_URL?.replace(/\/+$/, '')
  const allowPrivate = ALLOW_PRIVATE_WEBHOOKS === '1'
  return startDelivery(
    { alerts, registry, webhooks, publicUrl, allowPrivate },
    {
      onTotals(totals) {
        delivered.totals = totals
      },
      onDisabled: (webhook, reason) => log.warn({ webhook, reason }, 'a webhook is disabled'),
      onTrouble: (reason) => log.error({ reason }, 'webhooks wait for the disk'),
      onDeath: onFatal,
    },
  )
}

export interface WebhookGaugeParts {
  readonly webhooks: WebhookReader
  readonly alerts: Pick<AlertReader, 'lastStep'>
  readonly delivered: Delivered
}

/** Names without what all of ours begin with. */
export function webhookGauges(
  { webhooks, alerts, delivered }: WebhookGaugeParts,
  nowUs: () => number,
): GaugeSource[] {
  const gauge = (name: string, help: string, read: GaugeSource['read']) => ({ name, help, read })
  const counted = () => webhooks.counts()
  return [
    gauge('webhooks', 'Webhooks', () => counted().subscriptions),
    gauge('webhooks_disabled', 'Webhooks that were disabled', () => counted().disabled),
    gauge('webhook_delivered', 'Deliveries since the start', () => delivered.totals.delivered),
    gauge('webhook_failed', 'Attempts that failed since the start', () => delivered.totals.failed),
    gauge('webhook_given_up', 'Deliveries given up since the start', () => delivered.totals.dead),
    gauge('webhook_pending', 'Deliveries on their way', () => counted().pending),
    gauge('webhook_dead', 'Deliveries given up that are kept', () => counted().dead),
    gauge('webhook_lag_seconds', 'Age of the oldest delivery on its way', () => {
      const { oldestUs } = counted()
      return oldestUs === null ? 0 : (nowUs() - oldestUs) / 1e6
    }),
    gauge(
      'webhook_behind_steps',
      'Steps on alerts that are not told yet',
      () => alerts.lastStep() - webhooks.cursor('alerts'),
    ),
  ]
}
