/** Changes what a draft says, with a reason. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { ReasonEnd } from '../ui/reason-end.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Recall } from './recall-data.ts'
import { Refusal } from './refusal.tsx'
import { TextFields, textOf } from './text-fields.tsx'

export function AmendForm({ recall, onDone }: { recall: Recall; onDone: () => void }) {
  const t = useWords(recallWords)
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
      <ReasonEnd
        step={t.amend}
        label={t.why}
        name="why"
        isPending={amend.isPending}
        refusal={amend.error && <Refusal error={amend.error} />}
        onCancel={onDone}
      />
    </form>
  )
}
