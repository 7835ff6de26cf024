/** Makes a draft: what is suspected, what it would reach, what it says. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { api, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { PickField } from '../ui/pick.tsx'
import { Empty } from '../ui/states.tsx'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { AssumeFields, assumeOf } from './assume-fields.tsx'
import { Preview } from './preview.tsx'
import { type Asked, CLASSES, DOMAINS, LAWS, useMe } from './recall-data.ts'
import { Refusal } from './refusal.tsx'
import { SuspectFields } from './suspect-fields.tsx'
import { type Draft, draftOf, fromOf, KINDS } from './suspects.ts'
import { TextFields, textOf } from './text-fields.tsx'

/** `asked`: what it begins from, as the address says. */
export function MakeRecall({ asked }: { asked: URLSearchParams }) {
  const t = useWords(recallWords)
  const common = useWords(commonWords)
  const { mayAct } = useMe()
  if (!mayAct) return <Empty title={common.mayNot} />
  return (
    <>
      <p>
        <Link href="/app/recalls">‹ {t.back}</Link>
      </p>
      <Making asked={asked} />
    </>
  )
}

function Making({ asked }: { asked: URLSearchParams }) {
  const t = useWords(recallWords)
  const form = useRef<HTMLFormElement>(null)
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const [drafts, setDrafts] = useState<readonly Draft[]>(() => draftsAsked(asked))
  const look = useMutation({
    mutationFn: () =>
      told(
        api.v1.recalls.preview.$post({
          json: {
            from: drafts.map(fromOf),
            assume: assumeOf(new FormData(form.current ?? undefined)),
          },
        }),
      ),
  })
  const make = useMutation({
    mutationFn: (given: FormData) => told(api.v1.recalls.$post({ json: askedFor(given, drafts) })),
    onSuccess: async ({ id }) => {
      await queries.invalidateQueries({ queryKey: ['recalls'] })
      navigate(`/app/recalls?id=${id}`)
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    make.mutate(new FormData(event.currentTarget))
  }
  /** What is looked at has to be there; what the recall says need not yet. */
  const preview = () => {
    const fields = form.current?.querySelectorAll<HTMLInputElement>('.suspects input') ?? []
    if ([...fields].every((field) => field.reportValidity())) look.mutate()
  }
  return (
    <div className="recall-making">
      <Card title={t.make}>
        <form ref={form} onSubmit={submit}>
          <SuspectFields drafts={drafts} onChange={setDrafts} />
          <AssumeFields />
          <button type="button" disabled={look.isPending} onClick={preview}>
            {t.preview}
          </button>
          <TextFields />
          <Rules />
          <p className="quiet">{t.makeHint}</p>
          <button type="submit" className="danger" disabled={make.isPending}>
            {t.makeDraft}
          </button>
        </form>
        {make.error && <Refusal error={make.error} />}
      </Card>
      <Card title={t.previewTitle}>
        <div aria-live="polite">
          {look.error && <Refusal error={look.error} />}
          {look.data ? <Preview preview={look.data} /> : <p className="quiet">{t.preview}</p>}
        </div>
      </Card>
    </div>
  )
}

/** By which class and whose law, and whether it is one in earnest. */
function Rules() {
  const t = useWords(recallWords)
  const id = useId()
  const [isDrill, setIsDrill] = useState(false)
  return (
    <>
      <div className="filter-grid">
        <PickField
          label={t.class}
          name="class"
          options={CLASSES.map((one) => [one, t[`classMeans_${one}`]])}
        />
        <PickField
          label={t.domain}
          name="domain"
          options={[['', t.domainOfProduct], ...DOMAINS.map((one) => [one, t[one]] as const)]}
        />
        <PickField
          label={t.law}
          name="law"
          options={[['', t.lawOfDomain], ...LAWS.map((one) => [one, t[`law_${one}`]] as const)]}
        />
        <div>
          <label htmlFor={id}>{t.decidedWhen}</label>
          <input id={id} name="decided" type="datetime-local" />
        </div>
      </div>
      <label className={`row plain ${isDrill ? 'drill-banner' : ''}`}>
        <input
          type="checkbox"
          name="drill"
          checked={isDrill}
          onChange={(event) => setIsDrill(event.target.checked)}
        />{' '}
        {t.isDrill}
      </label>
    </>
  )
}

function draftsAsked(asked: URLSearchParams): Draft[] {
  const kind = KINDS.find((one) => one === asked.get('make')) ?? 'lot'
  const values = asked.getAll('value')
  return (values.length > 0 ? values : ['']).map((value) => draftOf(kind, { value }))
}

function askedFor(form: FormData, drafts: readonly Draft[]): Asked {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const domain = DOMAINS.find((one) => one === text('domain'))
  const law = text('law')
  const decided = text('decided')
  return {
    ...textOf(form),
    class: CLASSES.find((one) => one === text('class')) ?? 'I',
    from: drafts.map(fromOf),
    assume: assumeOf(form),
    ...(domain && { domain }),
    ...(law !== '' && { law }),
    ...(decided !== '' && { decided: new Date(decided).toISOString() }),
    drill: form.has('drill'),
  }
}
