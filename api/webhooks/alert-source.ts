/** Steps on alerts as events: each step is told, and makes a message to the public if it is to. */

import { stepView, summaryView } from '#api/alert-view.ts'
import type { Caller } from '#api/caller.ts'
import type { Alert, Step } from '#store/alerts/alert.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { Registry } from '#store/registry.ts'
import type { OutboxEvent } from '#store/webhooks/event.ts'
import { bulletinOf } from '../public/alert-bulletins.ts'
import { areasOf, regionsOf } from '../public/places.ts'
import { cloudEvent, eventId } from './cloud-event.ts'
import { otherKeysOf } from './same-product.ts'
import type { Entry, EventSource, OutboxView } from './source.ts'

export interface AlertSourceParts {
  readonly alerts: AlertReader
  readonly registry: Pick<Registry, 'parties' | 'locations' | 'aliases'>
  /** `source` of the events: a URI. */
  readonly origin: string
  readonly publicUrl: string | undefined
}

/** The type of the event that a step is. */
export const ALERT_EVENTS = {
  raised: 'suyuan.alert.raised',
  continued: 'suyuan.alert.continued',
  superseded: 'suyuan.alert.superseded',
  withdrawn: 'suyuan.alert.withdrawn',
  escalated: 'suyuan.alert.escalated',
  acknowledge: 'suyuan.alert.acknowledged',
  start: 'suyuan.alert.started',
  resolve: 'suyuan.alert.resolved',
  reopen: 'suyuan.alert.reopened',
  forward: 'suyuan.alert.forwarded',
  block: 'suyuan.alert.blocked',
  unblock: 'suyuan.alert.unblocked',
  publish: 'suyuan.alert.published',
  unpublish: 'suyuan.alert.unpublished',
  comment: 'suyuan.alert.commented',
} as const satisfies Record<Step['step'], string>

export function alertSource(parts: AlertSourceParts): EventSource {
  const { alerts } = parts
  return {
    name: 'alerts',
    last: () => alerts.lastStep(),
    after(seq, limit, view) {
      const made: Entry[] = []
      for (const step of alerts.stepsAfter(seq, limit)) {
        const alert = alerts.alert(step.alert)
        made.push(alert ? entryOf(step, alert, parts, view, made) : nothing(step))
      }
      return made
    },
  }
}

const nothing = ({ seq }: Step): Entry => ({ seq, events: [], bulletins: [] })

function entryOf(
  step: Step,
  alert: Alert,
  parts: AlertSourceParts,
  view: OutboxView,
  before: readonly Entry[],
): Entry {
  const concerned = parts.alerts.partiesOf(alert.seq)
  const { seq, atUs } = step
  const id = eventId(['alerts', seq, atUs, step.step, alert.id])
  const bulletin = publicly(id, step, alert, parts, view, before)
  const audiences = view.audiences.filter(
    (audience) => audience === 'all' || concerned.includes(audience.slice('party:'.length)),
  )
  if (audiences.length === 0) return { seq, events: [], bulletins: bulletin ? [bulletin] : [] }
  const { severity } = alert.finding
  const { domain, product } = alert
  const regions = regionsOf(alert, concerned, parts.registry)
  const sameProducts = otherKeysOf(parts.registry.aliases, product)
  const type = ALERT_EVENTS[step.step]
  const events = audiences.map((audience): OutboxEvent => {
    const caller = callerOf(audience)
    const isParty = audience !== 'all'
    const happening = {
      ...{ seq, atUs, subject: alert.id },
      facets: {
        ...{ type, severity, domain, product, sameProducts, regions },
        // What others are concerned is not for a party to see, and so not for it to filter by.
        parties: isParty ? concerned.filter((each) => each === caller.party) : concerned,
      },
    }
    const told = stepView(step)
    const whole = { step: told, alert: summaryView(alert, caller) }
    const short = { step: { seq, step: step.step }, alert: { id: alert.id, state: step.state } }
    return cloudEvent(parts.origin, id, audience, happening, { whole, short })
  })
  return { seq, events, bulletins: bulletin ? [bulletin] : [] }
}

function callerOf(audience: string): Caller {
  if (audience === 'all') return { role: 'regulator', reach: 'all' }
  return { role: 'enterprise', reach: 'own', party: audience.slice('party:'.length) }
}

function publicly(
  id: string,
  step: Step,
  alert: Alert,
  { alerts, registry, origin, publicUrl }: AlertSourceParts,
  view: OutboxView,
  before: readonly Entry[],
) {
  const told = (thread: string) => [
    ...view.told(thread),
    ...before.flatMap(({ bulletins }) => bulletins.filter((each) => each.thread === thread)),
  ]
  const messages = told(alert.id)
  if (step.step !== 'publish' && messages.length === 0) return undefined
  // The incident is told better by another alert: what the public knows of it goes on there.
  const next = step.step === 'superseded' && step.other ? alerts.alert(step.other) : undefined
  const about = next?.isPublic ? next : alert
  const parties = alerts.partiesOf(about.seq)
  return bulletinOf(id, step, about, messages, {
    sender: senderOf(origin),
    publicUrl,
    regions: regionsOf(about, parties, registry),
    areas: areasOf(about, registry),
  })
}

/** The host of a public URL, else the name itself: neither holds what CAP forbids. */
function senderOf(origin: string): string {
  return URL.canParse(origin) && new URL(origin).host !== '' ? new URL(origin).host : origin
}
