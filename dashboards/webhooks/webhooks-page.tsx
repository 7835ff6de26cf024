/** Webhooks: who is told what, whether it arrives, and sending again what did not. */
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { useState } from 'react'
import { api, told } from '../server/api.ts'
import { allPages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { useWords } from '../words/language.ts'
import { webhookWords } from '../words/webhooks.ts'
import { Deliveries } from './deliveries.tsx'
import { MakeWebhook } from './make-webhook.tsx'
import { WebhookActions } from './webhook-actions.tsx'
import './webhooks.css'

export type Webhook = InferResponseType<typeof api.v1.webhooks.$get>['items'][number]

const REFRESH_MS = 10_000

export function WebhooksPage() {
  const t = useWords(webhookWords)
  const [picked, setPicked] = useState<string>()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['webhooks'],
    queryFn: () => allPages((after) => told(api.v1.webhooks.$get({ query: after }))),
    refetchInterval: REFRESH_MS,
  })
  const chosen = data?.find(({ id }) => id === picked)
  return (
    <div className="webhooks-desk">
      <div className="webhooks-column">
        <Card title={t.title}>
          {isPending && <Loading />}
          {error && <Failure error={error} onAgain={refetch} />}
          {data?.length === 0 && <Empty title={t.none} />}
          <ul className="lines">
            {data?.map((webhook) => (
              <li key={webhook.id}>
                <Row webhook={webhook} isChosen={webhook.id === picked} onPick={setPicked} />
              </li>
            ))}
          </ul>
        </Card>
        <MakeWebhook onMade={setPicked} />
      </div>
      {chosen ? (
        <div className="webhooks-column" key={chosen.id}>
          <Card title={chosen.description || chosen.url}>
            <p>{chosen.url}</p>
            <WebhookActions webhook={chosen} />
          </Card>
          <Deliveries webhook={chosen} />
        </div>
      ) : (
        <p className="quiet">{t.pick}</p>
      )}
    </div>
  )
}

const COLOURS = { unverified: 'warn', active: 'fine', paused: 'warn', disabled: 'stop' } as const

interface RowProps {
  readonly webhook: Webhook
  readonly isChosen: boolean
  readonly onPick: (id: string) => void
}

function Row({ webhook, isChosen, onPick }: RowProps) {
  const t = useWords(webhookWords)
  const { id, url, description, status, disabledFor, pending, dead } = webhook
  return (
    <button
      type="button"
      className="webhook-row"
      aria-current={isChosen || undefined}
      onClick={() => onPick(id)}
    >
      <span className="grow">
        <strong>{description || url}</strong>
        <span className="block">{url}</span>
        {disabledFor !== undefined && (
          <span className="wrong block">{t[`for_${disabledFor}`]}</span>
        )}
      </span>
      <span className="row">
        <span className={`tag ${COLOURS[status]}`}>{t[`status_${status}`]}</span>
        {pending > 0 && <span className="tag">{t.pending(pending)}</span>}
        {dead > 0 && <span className="tag stop">✕ {t.dead(dead)}</span>}
      </span>
    </button>
  )
}
