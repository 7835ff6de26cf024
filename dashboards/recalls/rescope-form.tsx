/** Another version of the scope: from something else, or by other assumptions, with a reason. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { AssumeFields, assumeOf } from './assume-fields.tsx'
import type { Recall, Version } from './recall-data.ts'
import { Refusal } from './refusal.tsx'
import { SuspectFields } from './suspect-fields.tsx'
import { type Draft, draftOf, fromOf } from './suspects.ts'

interface RescopeFormProps {
  readonly recall: Recall
  readonly onDone: () => void
}

export function RescopeForm({ recall: { id, versions }, onDone }: RescopeFormProps) {
  const t = useWords(recallWords)
  const common = useWords(commonWords)
  const field = useId()
  const queries = useQueryClient()
  const [drafts, setDrafts] = useState(() => draftsOf(versions.at(-1)))
  const ask = useMutation({
    mutationFn: (form: FormData) =>
      told(
        api.v1.recalls[':id'].versions.$post({
          param: { id: inPath(id) },
          json: {
            from: drafts.map(fromOf),
            assume: assumeOf(form),
            reason: String(form.get('reason') ?? '').trim(),
          },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recall', id] })
      onDone()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    ask.mutate(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={submit} className="reason-form">
      <SuspectFields drafts={drafts} onChange={setDrafts} />
      <AssumeFields assume={versions.at(-1)?.assume} />
      <label htmlFor={`${field}reason`}>{t.rescopeWhy}</label>
      <textarea id={`${field}reason`} name="reason" rows={2} required maxLength={2000} />
      <div className="row">
        <button type="submit" className="primary small" disabled={ask.isPending}>
          {t.rescope}
        </button>
        <button type="button" className="small" onClick={onDone}>
          {common.cancel}
        </button>
      </div>
      {ask.error && <Refusal error={ask.error} />}
    </form>
  )
}

/** What the version before began from, to be changed. */
function draftsOf(version: Version | undefined): Draft[] {
  return (version?.from ?? []).map((suspect) => {
    const text = (name: string) => String(suspect[name] ?? '')
    if (suspect.kind === 'key') return draftOf('item', { value: text('key') })
    const product = text('product')
    return suspect.kind === 'lot-range'
      ? draftOf('range', { product, fromLot: text('from'), toLot: text('to') })
      : draftOf('made', {
          ...{ product, site: text('site') },
          ...{ madeFrom: text('madeFrom'), madeTo: text('madeTo') },
        })
  })
}
