import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, told } from '../server/api.ts'
import { Failure } from '../ui/states.tsx'
import { useWords } from '../words/language.ts'
import { webhookWords } from '../words/webhooks.ts'
import type { Webhook } from './webhooks-page.tsx'

/** What can be done with a webhook as it stands. */
export function WebhookActions({ webhook }: { webhook: Webhook }) {
  const t = useWords(webhookWords)
  const queries = useQueryClient()
  const [isSure, setIsSure] = useState(false)
  const { id, url, description, paused, filters, ratePerMinute } = webhook
  const param = { id }
  const act = useMutation({
    mutationFn: (does: () => Promise<string>) => does(),
    onSettled: () => queries.invalidateQueries({ queryKey: ['webhooks'] }),
  })
  const verify = async () => {
    const { handshake } = await told(api.v1.webhooks[':id'].verify.$post({ param }))
    return handshake?.ok ? t.agreed : t.refused(handshake?.code ?? '')
  }
  const ping = async () => {
    await told(api.v1.webhooks[':id'].ping.$post({ param }))
    await queries.invalidateQueries({ queryKey: ['deliveries', id] })
    return t.pinged
  }
  const rotate = async () => {
    const made = await told(api.v1.webhooks[':id'].rotate.$post({ param, json: {} }))
    return `${t.madeSecret} ${made.secret ?? ''}`
  }
  const pause = async () => {
    const limit = ratePerMinute === undefined ? {} : { ratePerMinute }
    const json = { url, description, filters, paused: !paused, ...limit }
    await told(api.v1.webhooks[':id'].$put({ param, json }))
    return ''
  }
  const remove = async () => {
    await told(api.v1.webhooks[':id'].$delete({ param }))
    return ''
  }
  const button = (name: string, does: () => Promise<string>) => (
    <button
      type="button"
      className="small"
      disabled={act.isPending}
      onClick={() => act.mutate(does)}
    >
      {name}
    </button>
  )
  return (
    <>
      <div className="row">
        {button(t.verify, verify)}
        {button(t.ping, ping)}
        {button(paused ? t.resume : t.pause, pause)}
        {button(t.rotate, rotate)}
        <button
          type="button"
          className={isSure ? 'small danger' : 'small'}
          onClick={() => (isSure ? act.mutate(remove) : setIsSure(true))}
        >
          {isSure ? t.reallyRemove : t.remove}
        </button>
      </div>
      {act.data && (
        <p role="status" className="tag warn wrap">
          {act.data}
        </p>
      )}
      {act.error && <Failure error={act.error} />}
    </>
  )
}
