import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { api, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { Failure } from '../ui/states.tsx'
import { useWords } from '../words/language.ts'
import { webhookWords } from '../words/webhooks.ts'

const SEVERITIES = ['critical', 'warning', 'info'] as const
const DOMAINS = ['food', 'drugs', 'building_materials'] as const

/** A new webhook. Its secret is shown once, and kept nowhere here. */
export function MakeWebhook({ onMade }: { onMade: (id: string) => void }) {
  const t = useWords(webhookWords)
  const id = useId()
  const queries = useQueryClient()
  const make = useMutation({
    mutationFn: (form: FormData) => {
      const chosen = <T extends string>(of: readonly T[]) => of.filter((one) => form.has(one))
      const [severities, domains] = [chosen(SEVERITIES), chosen(DOMAINS)]
      return told(
        api.v1.webhooks.$post({
          json: {
            url: String(form.get('url') ?? '').trim(),
            description: String(form.get('description') ?? '').trim(),
            filters: {
              ...(severities.length > 0 && { severities }),
              ...(domains.length > 0 && { domains }),
            },
          },
        }),
      )
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['webhooks'] })
      onMade(made.id)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    make.mutate(new FormData(event.currentTarget))
  }
  const group = (title: string, names: readonly (keyof typeof t & string)[]) => (
    <fieldset className="checks">
      <legend>
        {title} <span className="quiet">({t.all})</span>
      </legend>
      {names.map((name) => (
        <label key={name} className="row plain">
          <input type="checkbox" name={name} /> {String(t[name])}
        </label>
      ))}
    </fieldset>
  )
  return (
    <Card title={t.make}>
      <form onSubmit={submit}>
        <label htmlFor={`${id}url`}>{t.url}</label>
        <input id={`${id}url`} name="url" type="url" required maxLength={2048} />
        <label htmlFor={`${id}about`}>{t.description}</label>
        <input id={`${id}about`} name="description" maxLength={200} />
        {group(t.severities, SEVERITIES)}
        {group(t.domains, DOMAINS)}
        <button type="submit" className="primary" disabled={make.isPending}>
          {t.make}
        </button>
      </form>
      {make.error && <Failure error={make.error} />}
      {make.data && 'secret' in make.data && (
        <p role="status" className="tag warn wrap">
          {t.madeSecret} <code>{String(make.data.secret)}</code>
        </p>
      )}
      {make.data?.handshake && !make.data.handshake.ok && (
        <p className="wrong">{t.refused(make.data.handshake.code ?? '')}</p>
      )}
    </Card>
  )
}
