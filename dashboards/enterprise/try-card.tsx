/** An event by hand: to see what is taken, what is refused and why. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { Link } from 'wouter'
import { Refused } from '../server/api.ts'
import { useSession } from '../shell/session.ts'
import { Card } from '../ui/card.tsx'
import { Failure } from '../ui/states.tsx'
import { enterpriseWords } from '../words/enterprise.ts'
import { useWords } from '../words/language.ts'
import { captureEvent, exampleEvent, firstItemOf, jsonFault } from './try-event.ts'

export function TryCard() {
  const t = useWords(enterpriseWords)
  const id = useId()
  const session = useSession()
  const queries = useQueryClient()
  const [text, setText] = useState(() => exampleEvent(new Date()))
  const [checked, setChecked] = useState<string>()
  const send = useMutation({
    mutationFn: captureEvent,
    onSettled: () => queries.invalidateQueries({ queryKey: ['rejections'] }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setChecked(undefined)
    send.mutate(text)
  }
  const check = () => {
    const fault = jsonFault(text)
    send.reset()
    setChecked(fault === undefined ? `✓ ${t.wellFormed}` : `✕ ${t.notJson(fault)}`)
  }
  const { error } = send
  const item = send.data === undefined ? undefined : firstItemOf(text)
  return (
    <Card title={t.tryEvent}>
      <p className="quiet">{t.tryAbout}</p>
      <form onSubmit={submit}>
        <label htmlFor={id}>{t.event}</label>
        <textarea
          id={id}
          className="payload"
          rows={14}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div className="row">
          <button
            type="submit"
            className="primary"
            disabled={session?.role !== 'enterprise' || send.isPending}
          >
            {t.send}
          </button>
          <button type="button" onClick={check}>
            {t.check}
          </button>
          {session?.role !== 'enterprise' && <span className="quiet">{t.mustBeEnterprise}</span>}
        </div>
      </form>
      {checked !== undefined && <p role="status">{checked}</p>}
      {error && <Failure error={error} />}
      {error instanceof Refused && (
        <p className="quiet">
          <code>{error.code}</code> {typeof error.body['path'] === 'string' && error.body['path']}
        </p>
      )}
      {send.data !== undefined && (
        <p role="status" className="row">
          <span className="tag fine">✓ {t.stored}</span> <code>{send.data}</code>
          {item !== undefined && (
            <Link href={`/app/chain?id=${encodeURIComponent(item)}`}>{t.openChain}</Link>
          )}
        </p>
      )}
    </Card>
  )
}
