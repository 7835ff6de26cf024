/** Steps on recalls as events, for authorities and for whoever is a consignee. */
import { noticeView, recallStepView, recallSummaryView } from '#api/recall-view.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import type { Recall, RecallStep } from '#store/recalls/recall.ts'
import type { Registry } from '#store/registry.ts'
import type { OutboxEvent } from '#store/webhooks/event.ts'
import { cloudEvent, eventId } from './cloud-event.ts'
import { otherKeysOf } from './same-product.ts'
import type { Entry, EventSource, OutboxView } from './source.ts'

export interface RecallSourceParts {
  readonly recalls: Pick<RecallReader, 'recall' | 'isConsignee' | 'stepsAfter' | 'lastStep'>
  readonly registry: Pick<Registry, 'aliases'>
  /** `source` of the events: a URI. */
  readonly origin: string
}

/** The type of the event that a step is. Those of drills begin otherwise, so none is mistaken. */
export const RECALL_EVENTS = {
  created: 'created',
  amended: 'amended',
  scope_asked: 'scope_asked',
  scope_known: 'scope_known',
  scope_failed: 'scope_failed',
  scope_outdated: 'scope_outdated',
  approve: 'approved',
  notify: 'notified',
  seal: 'sealed',
  recover: 'recovered',
  close: 'closed',
  cancel: 'cancelled',
  classify: 'classified',
  report: 'reported',
  comment: 'commented',
  acknowledged: 'acknowledged',
  answered: 'answered',
  checked: 'checked',
} as const satisfies Record<RecallStep['step'], string>

/** Of these a consignee is told; of answers and checks only of its own. */
const TOLD: ReadonlySet<RecallStep['step']> = new Set([
  ...(['approve', 'notify', 'seal', 'recover', 'close', 'cancel', 'classify'] as const),
])

export function recallSource(parts: RecallSourceParts): EventSource {
  const { recalls } = parts
  return {
    name: 'recalls',
    last: () => recalls.lastStep(),
    after: (seq, limit, view) =>
      recalls.stepsAfter(seq, limit).map((step) => {
        const recall = recalls.recall(step.recall)
        const events = recall ? eventsOf(step, recall, parts, view) : []
        return { seq: step.seq, events, bulletins: [] } satisfies Entry
      }),
  }
}

function eventsOf(
  step: RecallStep,
  recall: Recall,
  { recalls, registry, origin }: RecallSourceParts,
  { audiences }: OutboxView,
): OutboxEvent[] {
  const { seq, atUs } = step
  const { id, domain, product, recallClass, isDrill } = recall
  const name = eventId(['recalls', seq, atUs, step.step, id])
  const type = `suyuan.${isDrill ? 'drill' : 'recall'}.${RECALL_EVENTS[step.step]}`
  const severity = recallClass === 'I' ? ('critical' as const) : ('warning' as const)
  const sameProducts = otherKeysOf(registry.aliases, product)
  return audiences.flatMap((audience) => {
    const party = audience === 'all' ? undefined : audience.slice('party:'.length)
    if (party !== undefined && !isToldTo(party, step, recalls)) return []
    const concerned = party ?? step.party
    const parties = concerned ? [concerned] : []
    const facets = { type, severity, domain, product, sameProducts, parties }
    const happening = { seq, atUs, subject: id, facets }
    const about = party === undefined ? recallSummaryView(recall) : noticeView(recall)
    const whole = { step: toldOf(step, party), recall: about }
    const short = { step: { seq, step: step.step }, recall: { id, state: step.state } }
    return [cloudEvent(origin, name, audience, happening, { whole, short })]
  })
}

function isToldTo(party: string, step: RecallStep, recalls: RecallSourceParts['recalls']): boolean {
  if (step.party !== undefined) return step.party === party
  return TOLD.has(step.step) && recalls.isConsignee(step.recall, party)
}

/** To a consignee what was done, not how large the scope is of which it holds a part. */
function toldOf(step: RecallStep, party: string | undefined) {
  const told = recallStepView(step)
  if (party === undefined || step.party !== undefined) return told
  const { detail: _, ...rest } = told
  return rest
}
