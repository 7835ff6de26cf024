/** A change that is drafted: tried over what is stored, and then, if it should, put in force. */
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { type FormEvent, useId, useRef, useState } from 'react'
import { api, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { PickField } from '../ui/pick.tsx'
import { Failure } from '../ui/states.tsx'
import { unitText } from '../words/figures.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { rulesWords } from '../words/rules.ts'
import { allChanges, changeOf, localTime, numbersOf, type Rule, type Rules } from './draft.ts'
import { putRules } from './put-rules.ts'

type Trial = InferResponseType<(typeof api.v1.rules)['dry-run']['$post']>
const WEEK_MS = 7 * 24 * 3_600_000
const SEVERITIES = ['critical', 'warning', 'info'] as const
const DOMAINS = ['food', 'drugs', 'building_materials'] as const

export function ChangeForm({ rule, rules }: { rule: Rule; rules: Rules }) {
  const t = useWords(rulesWords)
  const form = useRef<HTMLFormElement>(null)
  const queries = useQueryClient()
  /** What was tried; anything else has to be tried first. */
  const [tried, setTried] = useState<string>()
  const drafted = () => changeOf(rule, new FormData(form.current ?? undefined))
  const withDraft = (draft: object) => [...allChanges(rules), draft]
  const attempt = useMutation({
    mutationFn: (given: { draft: object; from: string }) =>
      told(
        api.v1.rules['dry-run'].$post({
          json: { changes: withDraft(given.draft), from: given.from },
        }),
      ),
    onSuccess: (_, { draft }) => setTried(JSON.stringify(draft)),
  })
  const put = useMutation({
    mutationFn: (draft: ReturnType<typeof drafted>) =>
      putRules(rules.version, draft.reason, withDraft(draft)),
    onSuccess: () => {
      setTried(undefined)
      form.current?.reset()
      return queries.invalidateQueries({ queryKey: ['rules'] })
    },
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const since = String(new FormData(event.currentTarget).get('since') ?? '')
    attempt.mutate({ draft: drafted(), from: new Date(since).toISOString() })
  }
  const isTried = tried !== undefined
  return (
    <Card title={t.makeChange}>
      <form ref={form} onSubmit={submit} onChange={() => setTried(undefined)}>
        <Fields rule={rule} />
        <div className="row">
          <button type="submit" disabled={attempt.isPending}>
            {attempt.isPending ? t.running : t.runTrial}
          </button>
          <button
            type="button"
            className="primary"
            disabled={!isTried || put.isPending}
            onClick={() => put.mutate(drafted())}
          >
            {t.putInForce}
          </button>
          {!isTried && <span className="quiet">{t.mustTry}</span>}
        </div>
      </form>
      {attempt.error && <Failure error={attempt.error} />}
      {put.error && <Failure error={put.error} />}
      {isTried && attempt.data && <Result trial={attempt.data} />}
    </Card>
  )
}

function Fields({ rule }: { rule: Rule }) {
  const t = useWords(rulesWords)
  const language = useLanguage()
  const id = useId()
  const [nowMs] = useState(Date.now)
  const field = (name: string) => ({ id: id + name, name })
  const domains = rule.scopes.includes('domain') ? DOMAINS : []
  return (
    <div className="filter-grid">
      <div>
        <label htmlFor={`${id}revision`}>{t.name}</label>
        <input {...field('revision')} required maxLength={100} />
      </div>
      <PickField
        label={t.scope}
        name="domain"
        options={[['', t.everywhere], ...domains.map((one) => [one, t[one]] as const)]}
      />
      <PickField
        label={t.severity}
        name="severity"
        options={[['', t.asIs], ...SEVERITIES.map((one) => [one, t[one]] as const)]}
      />
      <div>
        <label htmlFor={`${id}from`}>{t.from}</label>
        <input {...field('from')} type="datetime-local" required defaultValue={localTime(nowMs)} />
      </div>
      {numbersOf(rule).map(({ name, unit, value, min, max, about }) => (
        <div key={name}>
          <label htmlFor={`${id}p_${name}`}>
            {about[language]} {unitText(unit, language) && `(${unitText(unit, language)})`}
          </label>
          <input
            {...field(`p_${name}`)}
            type="number"
            step="any"
            {...{ min, max }}
            placeholder={String(value)}
          />
        </div>
      ))}
      <div>
        <label htmlFor={`${id}reason`}>{t.reason}</label>
        <input {...field('reason')} required maxLength={2000} />
      </div>
      <div>
        <label htmlFor={`${id}since`}>{t.trialFrom}</label>
        <input
          {...field('since')}
          type="datetime-local"
          required
          defaultValue={localTime(nowMs - 4 * WEEK_MS)}
        />
      </div>
      <label className="row plain">
        <input name="enabled" type="checkbox" defaultChecked /> {t.enabled}
      </label>
    </div>
  )
}

function Result({ trial }: { trial: Trial }) {
  const t = useWords(rulesWords)
  const { raised, spared, changed, byRule, weeks, events, items, complete } = trial
  return (
    <div role="status" className="trial">
      <p className="row">
        <strong>{t.trial}</strong>
        <span className="tag warn">
          + {t.raised} {raised}
        </span>
        <span className="tag fine">
          − {t.spared} {spared}
        </span>
        <span className="tag">
          {t.changedCount} {changed}
        </span>
        {Object.entries(byRule).map(([id, count]) => (
          <span key={id} className="tag">
            {id}: {count}
          </span>
        ))}
      </p>
      <p className="quiet">{t.looked(events, items)}</p>
      {!complete && <p className="tag inferred wrap">? {t.notAll}</p>}
      {weeks.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">{t.week}</th>
              <th scope="col">{t.raised}</th>
              <th scope="col">{t.spared}</th>
            </tr>
          </thead>
          <tbody>
            {weeks.map((week) => (
              <tr key={week.week}>
                <th scope="row">{week.week}</th>
                <td className="number">{week.raised}</td>
                <td className="number">{week.spared}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
