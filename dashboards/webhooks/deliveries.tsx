/** What was sent to a receiver, each attempt with what came of it, and sending again. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { localTime } from '../rules/draft.ts'
import { api, told } from '../server/api.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { wordOf } from '../words/chain.ts'
import { commonWords } from '../words/common.ts'
import { happeningText, outcomeText } from '../words/deliveries.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { webhookWords } from '../words/webhooks.ts'
import type { Webhook } from './webhooks-page.tsx'

/** By what the server is asked for; what waits for one before it is on its way as well. */
const STATES = [
  ['ready|waiting', 'state_pending'],
  ['delivered', 'state_delivered'],
  ['dead', 'state_dead'],
] as const
const COLOURS: Readonly<Record<string, string>> = { delivered: 'fine', dead: 'stop' }
const REFRESH_MS = 10_000

export function Deliveries({ webhook: { id } }: { webhook: Webhook }) {
  const t = useWords(webhookWords)
  const common = useWords(commonWords)
  const pick = useId()
  const [state, setState] = useState('')
  const [shown, setShown] = useState<number>()
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = usePages(
    ['deliveries', id, state],
    (after) =>
      told(
        api.v1.webhooks[':id'].deliveries.$get({
          param: { id },
          query: { ...(state !== '' && { state }), ...after },
        }),
      ),
    { refetchInterval: REFRESH_MS },
  )
  const rows = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Card title={t.deliveries}>
      <div className="row">
        <label htmlFor={pick}>{t.state}</label>
        <select id={pick} className="grow" value={state} onChange={(e) => setState(e.target.value)}>
          <option value="">{t.any}</option>
          {STATES.map(([one, word]) => (
            <option key={one} value={one}>
              {t[word]}
            </option>
          ))}
        </select>
      </div>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && rows.length === 0 && <Empty title={t.noDeliveries} />}
      <ul className="lines">
        {rows.map((row) => (
          <li key={row.delivery}>
            <Summary
              {...row}
              isShown={shown === row.delivery}
              onShow={() => setShown(shown === row.delivery ? undefined : row.delivery)}
            />
            {shown === row.delivery && <Whole webhook={id} delivery={row.delivery} />}
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="small" onClick={() => void fetchNextPage()}>
          {common.more}
        </button>
      )}
      <ReplaySpan id={id} />
    </Card>
  )
}

interface SummaryProps {
  readonly type: string
  readonly state: string
  readonly attempts: number
  readonly code?: string | undefined
  readonly created: string
  readonly due?: string | undefined
  readonly isShown: boolean
  readonly onShow: () => void
}

function Summary({ type, state, attempts, code, created, due, isShown, onShow }: SummaryProps) {
  const t = useWords(webhookWords)
  const language = useLanguage()
  return (
    <button type="button" className="webhook-row" aria-expanded={isShown} onClick={onShow}>
      <span className="grow">
        <strong title={type}>{happeningText(type, language)}</strong>
        <span className="block">
          {shortTime(created, language)} · {t.attempts(attempts)}
          {due !== undefined && ` · ${t.next} ${shortTime(due, language)}`}
        </span>
      </span>
      <span className={`tag ${COLOURS[state] ?? ''}`}>
        {wordOf(t, `state_${state}`)}{' '}
        {code !== undefined && code !== state && `· ${outcomeText(code, language)}`}
      </span>
    </button>
  )
}

function Whole({ webhook, delivery }: { webhook: string; delivery: number }) {
  const t = useWords(webhookWords)
  const language = useLanguage()
  const queries = useQueryClient()
  const param = { id: webhook, delivery: String(delivery) }
  const { data, error } = useQuery({
    queryKey: ['delivery', webhook, delivery],
    queryFn: () => told(api.v1.webhooks[':id'].deliveries[':delivery'].$get({ param })),
  })
  const again = useMutation({
    mutationFn: () =>
      told(api.v1.webhooks[':id'].replay.$post({ param: { id: webhook }, json: { delivery } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deliveries', webhook] }),
  })
  if (error) return <Failure error={error} />
  if (!data) return <Loading />
  return (
    <div className="webhook-whole">
      <table>
        <thead>
          <tr>
            <th scope="col">{t.attempt}</th>
            <th scope="col">{t.time}</th>
            <th scope="col">{t.result}</th>
            <th scope="col">{t.took}</th>
          </tr>
        </thead>
        <tbody>
          {data.tried.map(({ n, time, ms, code, status }) => (
            <tr key={n}>
              <td>{n}</td>
              <td>{shortTime(time, language)}</td>
              <td>
                {outcomeText(code, language)} {status}
              </td>
              <td>{ms} ms</td>
            </tr>
          ))}
        </tbody>
      </table>
      <textarea className="payload" readOnly rows={6} aria-label={t.body} value={data.body} />
      <button
        type="button"
        className="small"
        disabled={again.isPending}
        onClick={() => again.mutate()}
      >
        {t.again}
      </button>
      {again.data && <p role="status">{t.replayed(again.data.deliveries)}</p>}
      {again.error && <Failure error={again.error} />}
    </div>
  )
}

const DAY_MS = 24 * 3_600_000

function ReplaySpan({ id }: { id: string }) {
  const t = useWords(webhookWords)
  const field = useId()
  const queries = useQueryClient()
  const [nowMs] = useState(Date.now)
  const replay = useMutation({
    mutationFn: (span: { from: string; to: string; after?: number }) =>
      told(api.v1.webhooks[':id'].replay.$post({ param: { id }, json: span })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['deliveries', id] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const time = (name: string) => new Date(String(form.get(name))).toISOString()
    replay.mutate({ from: time('from'), to: time('to') })
  }
  const next = replay.data?.next
  return (
    <details>
      <summary>{t.replaySpan}</summary>
      <form onSubmit={submit}>
        <label htmlFor={`${field}from`}>{t.from}</label>
        <input
          id={`${field}from`}
          name="from"
          type="datetime-local"
          required
          defaultValue={localTime(nowMs - DAY_MS)}
        />
        <label htmlFor={`${field}to`}>{t.to}</label>
        <input
          id={`${field}to`}
          name="to"
          type="datetime-local"
          required
          defaultValue={localTime(nowMs)}
        />
        <button type="submit" disabled={replay.isPending}>
          {t.replay}
        </button>
      </form>
      {replay.data && <p role="status">{t.replayed(replay.data.deliveries)}</p>}
      {next !== undefined && replay.variables && (
        <button
          type="button"
          className="small"
          onClick={() => replay.mutate({ ...replay.variables, after: next })}
        >
          {t.replayMore}
        </button>
      )}
      {replay.error && <Failure error={replay.error} />}
    </details>
  )
}
