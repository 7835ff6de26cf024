/** What a check of a consignee has found: whether the recall has reached it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { Dialog } from '../ui/dialog.tsx'
import { PickField } from '../ui/pick.tsx'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Consignee } from './recall-data.ts'
import { Refusal } from './refusal.tsx'

const RESULTS = ['effective', 'ineffective', 'not_reached'] as const

interface CheckDialogProps {
  readonly recall: string
  readonly consignee: Consignee
  readonly name: string
  readonly onClose: () => void
}

export function CheckDialog({ recall, consignee, name, onClose }: CheckDialogProps) {
  const t = useWords(recallWords)
  const common = useWords(commonWords)
  const id = useId()
  const queries = useQueryClient()
  const check = useMutation({
    mutationFn: (form: FormData) =>
      told(
        api.v1.recalls[':id'].consignees[':party'].checks.$post({
          param: { id: inPath(recall), party: inPath(consignee.party) },
          json: {
            result: RESULTS.find((one) => one === form.get('result')) ?? 'not_reached',
            reason: String(form.get('reason') ?? '').trim(),
          },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recall', recall] })
      onClose()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    check.mutate(new FormData(event.currentTarget))
  }
  return (
    <Dialog title={`${t.check}: ${name}`} onClose={onClose}>
      <form onSubmit={submit}>
        <PickField
          label={t.checkResult}
          name="result"
          options={RESULTS.map((one) => [one, t[`check_${one}`]])}
        />
        <label htmlFor={id}>{t.checkHow}</label>
        <textarea id={id} name="reason" rows={2} maxLength={2000} required />
        <div className="row">
          <button type="submit" className="primary" disabled={check.isPending}>
            {t.save}
          </button>
          <button type="button" onClick={onClose}>
            {common.cancel}
          </button>
        </div>
        {check.error && <Refusal error={check.error} />}
      </form>
    </Dialog>
  )
}
