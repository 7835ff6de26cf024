/** How long it takes until a webhook tells of an event, beside what is measured with it. */
import type { Figure } from './report.ts'
import type { WebhookResult } from './webhooks.ts'

export function webhookFigures(results: readonly WebhookResult[]): Figure[] {
  return results.flatMap((result): Figure[] => {
    const { eventsPerSecond, oneOf, publishToWebhook, raisedToWebhook } = result
    const { bareRequests, publishToPuback, missing } = result
    const at = `at ${eventsPerSecond.toLocaleString('en')} events/s, one of ${oneOf} an alert`
    const bare = (value: number) => ({ what: 'ms of a bare request', value })
    return [
      { what: `published, ${at}`, value: result.publishedPerSecond, unit: 'events/s' },
      {
        what: '  publish to webhook, p50',
        value: publishToWebhook.p50Ms,
        unit: 'ms',
        beside: bare(bareRequests.p50Ms),
        aim: { most: 100 },
      },
      {
        what: '  publish to webhook, p99',
        value: publishToWebhook.p99Ms,
        unit: 'ms',
        beside: bare(bareRequests.p99Ms),
        aim: { most: 500 },
      },
      { what: '  raised to webhook, p50', value: raisedToWebhook.p50Ms, unit: 'ms' },
      { what: '  raised to webhook, p99', value: raisedToWebhook.p99Ms, unit: 'ms' },
      { what: '  publish to PUBACK, p50', value: publishToPuback.p50Ms, unit: 'ms' },
      { what: '  publish to PUBACK, p99', value: publishToPuback.p99Ms, unit: 'ms' },
      { what: '  alerts that did not come', value: missing, unit: '', aim: { most: 0 } },
    ]
  })
}
