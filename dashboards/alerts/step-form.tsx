/** What can be done about an alert as it stands, for one of them or for its whole case. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useNames } from '../server/names.ts'
import { useSession } from '../shell/session.ts'
import { PickField } from '../ui/pick.tsx'
import { ReasonEnd } from '../ui/reason-end.tsx'
import { Failure } from '../ui/states.tsx'
import { alertWords } from '../words/alerts.ts'
import { useWords } from '../words/language.ts'
import type { Alert } from './alert-detail.tsx'
import type { AlertSummary } from './cases.ts'
import { PartyPick } from './party-pick.tsx'
import { type Action, type StepGiven, TakenInPart, takeOnEach } from './take-step.ts'

const CAUSES = ['genuine', 'data_entry', 'scanner', 'late_upload', 'test'] as const

interface StepFormProps {
  readonly alert: Alert
  readonly inCase: readonly AlertSummary[]
  readonly onChanged: (alert: AlertSummary) => void
}

/** Which steps go with a state: the same as the server's table. */
function actionsFor({ state, blocked }: AlertSummary, isAuthority: boolean): Action[] {
  const isUnresolved = ['open', 'acknowledged', 'in_progress'].includes(state)
  const all: (Action | false)[] = [
    state === 'open' && 'acknowledge',
    isAuthority && (state === 'open' || state === 'acknowledged') && 'start',
    isAuthority && isUnresolved && 'forward',
    isAuthority && isUnresolved && (blocked ? 'unblock' : 'block'),
    isAuthority && isUnresolved && 'resolve',
    isAuthority && state === 'resolved' && 'reopen',
    'comment',
  ]
  return all.filter((action): action is Action => action !== false)
}

export function StepForm(props: StepFormProps) {
  const t = useWords(alertWords)
  const session = useSession()
  const [action, setAction] = useState<Action>()
  const { alert } = props
  if (session === undefined || session.role === 'inspector') return null
  const isAuthority = session.role === 'regulator' || session.role === 'admin'
  const nameOf = (one: Action) => (one === 'acknowledge' ? t.claim : t[one])
  return (
    <div className="steps-of-alert">
      <div className="row">
        {actionsFor(alert, isAuthority).map((one) => (
          <button
            key={one}
            type="button"
            className={`small ${one === 'block' ? 'danger' : ''}`}
            aria-expanded={one === action}
            onClick={() => setAction(one === action ? undefined : one)}
          >
            {nameOf(one)}
          </button>
        ))}
      </div>
      {action !== undefined && (
        <ReasonForm
          {...props}
          key={action}
          action={action}
          name={nameOf(action)}
          onDone={() => setAction(undefined)}
        />
      )}
    </div>
  )
}

interface ReasonFormProps extends StepFormProps {
  readonly action: Action
  readonly name: string
  readonly onDone: () => void
}

function ReasonForm({ alert, inCase, onChanged, action, name, onDone }: ReasonFormProps) {
  const t = useWords(alertWords)
  const names = useNames()
  const queries = useQueryClient()
  const others = inCase.filter(
    (one) => one.id !== alert.id && actionsFor(one, true).includes(action),
  )
  const act = useMutation({
    mutationFn: ({ step, ids }: { step: StepGiven; ids: readonly string[] }) =>
      takeOnEach(ids, step, onChanged),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['alert', alert.id] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (field: string) => String(form.get(field) ?? '').trim()
    const cause = CAUSES.find((one) => one === text('cause'))
    const step: StepGiven = {
      action,
      reason: text('reason'),
      ...(action === 'resolve' && cause && { causeCode: cause }),
      ...(action === 'forward' && { to: text('to') }),
    }
    const isAll = form.has('all')
    act.mutate({ step, ids: [alert.id, ...(isAll ? others.map((one) => one.id) : [])] })
  }
  return (
    <form onSubmit={submit} className="reason-form">
      {action === 'resolve' && (
        <PickField
          label={t.cause}
          name="cause"
          options={CAUSES.map((one) => [one, t[`cause_${one}`]])}
        />
      )}
      {action === 'forward' && <PartyPick label={t.to} name="to" names={names} />}
      <ReasonEnd
        step={name}
        label={t.reasonFor(name)}
        isPending={act.isPending}
        refusal={act.error && <NotDone error={act.error} />}
        onCancel={onDone}
      >
        {others.length > 0 && (
          <label className="row plain">
            <input type="checkbox" name="all" /> {t.wholeCase(others.length + 1)}
          </label>
        )}
      </ReasonEnd>
    </form>
  )
}

/** What was done all the same, and why the rest was not. */
function NotDone({ error }: { error: Error }) {
  const t = useWords(alertWords)
  if (!(error instanceof TakenInPart)) return <Failure error={error} />
  const { done, all, cause } = error
  return (
    <>
      {all > 1 && <p role="alert">{t.doneSome(done, all)}</p>}
      <Failure error={cause} />
    </>
  )
}
