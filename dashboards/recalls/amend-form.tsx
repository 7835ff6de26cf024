/** Changes what a draft says, with a reason. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Recall } from './recall-data.ts'
import { Refusal } from './refusal.tsx'
import { TextFields, textOf } from './text-fields.tsx'

export function AmendForm({ recall, onDone }: { recall: Recall; onDone: () => void }) {
  const t = useWords(recallWords)
  const common = useWords(commonWords)
  const id = useId()
  const queries = useQueryClient()
  const amend = useMutation({
    mutationFn: (form: FormData) =>
      told(
        api.v1.recalls[':id'].$patch({
          param: { id: inPath(recall.id) },
          json: { ...textOf(form), why: String(form.get('why') ?? '').trim() },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recall', recall.id] })
      onDone()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    amend.mutate(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={submit} className="reason-form">
      <TextFields text={recall} />
      <label htmlFor={`${id}why`}>{t.why}</label>
      <textarea id={`${id}why`} name="why" rows={2} maxLength={2000} required />
      <div className="row">
        <button type="submit" className="primary small" disabled={amend.isPending}>
          {t.amend}
        </button>
        <button type="button" className="small" onClick={onDone}>
          {common.cancel}
        </button>
      </div>
      {amend.error && <Refusal error={amend.error} />}
    </form>
  )
}
