import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { Failure } from '../ui/states.tsx'
import { useWords } from '../words/language.ts'
import { rulesWords } from '../words/rules.ts'
import { allChanges, type Change, type Rules } from './draft.ts'
import { putRules } from './put-rules.ts'

/** Takes a change out of force, with a reason. */
export function RemoveChange({ change, rules }: { change: Change; rules: Rules }) {
  const t = useWords(rulesWords)
  const id = useId()
  const queries = useQueryClient()
  const [isAsking, setIsAsking] = useState(false)
  const remove = useMutation({
    mutationFn: (reason: string) => {
      const left = allChanges(rules).filter(({ revision }) => revision !== change.revision)
      return putRules(rules.version, reason, left)
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['rules'] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    remove.mutate(String(new FormData(event.currentTarget).get('reason') ?? ''))
  }
  if (!isAsking) {
    return (
      <button type="button" className="small" onClick={() => setIsAsking(true)}>
        {t.removed}
      </button>
    )
  }
  return (
    <form onSubmit={submit}>
      <label htmlFor={id}>{t.removeReason}</label>
      <input id={id} name="reason" required maxLength={2000} />
      <button type="submit" className="small" disabled={remove.isPending}>
        {t.removed}
      </button>
      {remove.error && <Failure error={remove.error} />}
    </form>
  )
}
