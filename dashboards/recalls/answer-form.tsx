/** A consignee's answer: that it knows, or what became of the goods, unit by unit. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { uomText } from '../words/amounts.ts'
import { commonWords } from '../words/common.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Consignee } from './recall-data.ts'
import { Refusal } from './refusal.tsx'

const ANSWERED = ['onHand', 'returned', 'destroyed', 'used'] as const

interface AnswerFormProps {
  readonly recall: string
  readonly consignee: Consignee
  readonly onDone?: () => void
  readonly onCancel?: () => void
}

export function AnswerForm({ recall, consignee, onDone, onCancel }: AnswerFormProps) {
  const t = useWords(recallWords)
  const common = useWords(commonWords)
  const id = useId()
  const queries = useQueryClient()
  const [isBare, setIsBare] = useState(false)
  const { party, lines } = consignee
  const answer = useMutation({
    mutationFn: (form: FormData) => {
      const reason = String(form.get('reason') ?? '').trim()
      return told(
        api.v1.recalls[':id'].consignees[':party'].answers.$post({
          param: { id: inPath(recall), party: inPath(party) },
          json: {
            ...(reason !== '' && { reason }),
            ...(!isBare && { answers: lines.map(({ uom }) => ({ uom, ...amountsOf(form, uom) })) }),
            subNotified: form.has('subNotified'),
          },
        }),
      )
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['recall', recall] })
      onDone?.()
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    answer.mutate(new FormData(event.currentTarget))
  }
  return (
    <form onSubmit={submit}>
      <label className="row plain">
        <input
          type="checkbox"
          checked={isBare}
          onChange={(event) => setIsBare(event.target.checked)}
        />{' '}
        {t.acknowledgeOnly}
      </label>
      {!isBare && lines.map((line) => <Amounts key={line.uom} line={line} />)}
      <label className="row plain">
        <input type="checkbox" name="subNotified" defaultChecked={consignee.subNotified} />{' '}
        {t.subNotified}
      </label>
      <label htmlFor={`${id}reason`}>{t.note}</label>
      <textarea id={`${id}reason`} name="reason" rows={2} maxLength={2000} />
      <div className="row">
        <button type="submit" className="primary" disabled={answer.isPending}>
          {t.save}
        </button>
        {onCancel && (
          <button type="button" onClick={onCancel}>
            {common.cancel}
          </button>
        )}
      </div>
      {answer.error && <Refusal error={answer.error} />}
    </form>
  )
}

function Amounts({ line: { uom, answered } }: { line: Consignee['lines'][number] }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const id = useId()
  return (
    <fieldset className="suspects">
      <legend>{uomText(uom, language)}</legend>
      <div className="filter-grid">
        {ANSWERED.map((name) => (
          <div key={name}>
            <label htmlFor={`${id}${name}`}>{t[name]}</label>
            <input
              id={`${id}${name}`}
              name={`${name} ${uom}`}
              type="number"
              step="any"
              min={0}
              required
              defaultValue={answered?.[name] ?? 0}
            />
          </div>
        ))}
      </div>
    </fieldset>
  )
}

function amountsOf(form: FormData, uom: string) {
  const amount = (name: string) => Number(form.get(`${name} ${uom}`) ?? 0)
  return {
    onHand: amount('onHand'),
    returned: amount('returned'),
    destroyed: amount('destroyed'),
    used: amount('used'),
  }
}
