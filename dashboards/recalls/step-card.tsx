/** How a recall goes on: the step that leads on, and what else can be done, with a reason. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { PickField } from '../ui/pick.tsx'
import { ReasonEnd } from '../ui/reason-end.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import {
  ACTION_WORDS,
  type Action,
  actionsFor,
  approvable,
  NEEDS,
  type StepGiven,
} from './actions.ts'
import { AmendForm } from './amend-form.tsx'
import { CLASSES, type Recall, useMe } from './recall-data.ts'
import { Refusal } from './refusal.tsx'

export function StepCard({ recall }: { recall: Recall }) {
  const t = useWords(recallWords)
  const { mayAct } = useMe()
  return (
    <Card title={t.next} className="recall-steps">
      {mayAct ? (
        <Steps key={recall.state} recall={recall} />
      ) : (
        <p className="quiet">{t.readOnly}</p>
      )}
    </Card>
  )
}

function Steps({ recall }: { recall: Recall }) {
  const t = useWords(recallWords)
  const [chosen, setChosen] = useState<Action | 'amend'>()
  const { onward, others } = actionsFor(recall)
  const need = onward && NEEDS[onward]
  const toggle = (one: Action | 'amend') => setChosen(one === chosen ? undefined : one)
  const done = () => setChosen(undefined)
  return (
    <>
      {onward === undefined ? (
        <p className="quiet">{t.noNext}</p>
      ) : (
        <button
          type="button"
          className={onward === 'approve' ? 'danger' : 'primary'}
          aria-expanded={chosen === onward}
          onClick={() => toggle(onward)}
        >
          {t[ACTION_WORDS[onward]]}
        </button>
      )}
      {need && <p className="quiet">{t[need]}</p>}
      {chosen !== undefined && chosen === onward && (
        <StepForm key={chosen} {...{ recall, action: chosen, onDone: done }} />
      )}
      <div className="row">
        {recall.state === 'draft' && (
          <button
            type="button"
            className="small"
            aria-expanded={chosen === 'amend'}
            onClick={() => toggle('amend')}
          >
            {t.amend}
          </button>
        )}
        {others.map((one) => (
          <button
            key={one}
            type="button"
            className="small"
            aria-expanded={chosen === one}
            onClick={() => toggle(one)}
          >
            {t[ACTION_WORDS[one]]}
          </button>
        ))}
      </div>
      {chosen === 'amend' && <AmendForm recall={recall} onDone={done} />}
      {chosen !== undefined && chosen !== 'amend' && chosen !== onward && (
        <StepForm key={chosen} {...{ recall, action: chosen, onDone: done }} />
      )}
    </>
  )
}

interface StepFormProps {
  readonly recall: Recall
  readonly action: Action
  readonly onDone: () => void
}

function StepForm({ recall, action, onDone }: StepFormProps) {
  const t = useWords(recallWords)
  const queries = useQueryClient()
  const name = t[ACTION_WORDS[action]]
  const act = useMutation({
    mutationFn: (json: StepGiven) =>
      told(api.v1.recalls[':id'].steps.$post({ param: { id: inPath(recall.id) }, json })),
    onSuccess: onDone,
    onSettled: () => queries.invalidateQueries({ queryKey: ['recall', recall.id] }),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    act.mutate(stepOf(action, new FormData(event.currentTarget)))
  }
  return (
    <form onSubmit={submit} className="reason-form">
      {action === 'cancel' && <p className="tag warn wrap">! {t.needs_cancel}</p>}
      {action === 'approve' && <WhichVersion recall={recall} />}
      {action === 'classify' && (
        <PickField
          label={t.class}
          name="class"
          options={CLASSES.map((one) => [one, t[`classMeans_${one}`]])}
          first={recall.class}
        />
      )}
      {action === 'report' && (
        <PickField
          label={t.reportKind}
          name="report"
          options={[
            ['plan', t.report_plan],
            ['progress', t.report_progress],
          ]}
        />
      )}
      <ReasonEnd
        step={name}
        label={t.whyFor(name)}
        isPending={act.isPending}
        refusal={act.error && <Refusal error={act.error} />}
        onCancel={onDone}
      />
    </form>
  )
}

/** Which version is approved. One's own is offered too: the server says why it is not taken. */
function WhichVersion({ recall }: { recall: Recall }) {
  const t = useWords(recallWords)
  const id = useId()
  const { by } = useMe()
  const versions = approvable(recall)
  const [version, setVersion] = useState(versions.at(-1)?.version)
  const chosen = versions.find((one) => one.version === version)
  return (
    <div>
      <label htmlFor={id}>{t.whichVersion}</label>
      <select
        id={id}
        name="version"
        required
        value={version}
        onChange={(event) => setVersion(Number(event.target.value))}
      >
        {versions.map((one) => (
          <option key={one.version} value={one.version}>
            {t.version(one.version)}
          </option>
        ))}
      </select>
      {chosen?.by === by && <p className="tag warn wrap">! {t.ownVersion}</p>}
    </div>
  )
}

function stepOf(action: Action, form: FormData): StepGiven {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const recallClass = CLASSES.find((one) => one === text('class'))
  return {
    action,
    reason: text('reason'),
    ...(action === 'approve' && { version: Number(text('version')) }),
    ...(action === 'classify' && recallClass && { class: recallClass }),
    ...(action === 'report' && { report: text('report') === 'plan' ? 'plan' : 'progress' }),
  }
}
