/** Why an alert was raised: the rule, its values against their limits, the events, what it hits. */
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { Link } from 'wouter'
import { api, inPath, told } from '../server/api.ts'
import { type Names, useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { alertWords } from '../words/alerts.ts'
import { wordOf } from '../words/chain.ts'
import { figureText, unitText } from '../words/figures.ts'
import { numberText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { readable } from '../words/readable.ts'
import { shortKey } from '../words/short-key.ts'
import { AlertRecalls } from './alert-recalls.tsx'
import type { AlertSummary } from './cases.ts'
import { StepForm } from './step-form.tsx'

export type Alert = InferResponseType<(typeof api.v1.alerts)[':id']['$get']>

interface DetailProps {
  readonly id: string
  /** Those of its case that are loaded. */
  readonly inCase: readonly AlertSummary[]
  readonly onPick: (id: string) => void
  readonly onChanged: (alert: AlertSummary) => void
}

export function AlertDetail({ id, inCase, onPick, onChanged }: DetailProps) {
  const t = useWords(alertWords)
  const changed = inCase.find((one) => one.id === id)?.changed
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['alert', id, changed],
    queryFn: () => told(api.v1.alerts[':id'].$get({ param: { id: inPath(id) } })),
    placeholderData: (before) => (before?.id === id ? before : undefined),
  })
  return (
    <Card title={t.detail} className="alert-detail">
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && <Told {...{ alert: data, inCase, onPick, onChanged }} />}
    </Card>
  )
}

function Told({ alert, inCase, onPick, onChanged }: Omit<DetailProps, 'id'> & { alert: Alert }) {
  const t = useWords(alertWords)
  const language = useLanguage()
  const names = useNames()
  const { title, text, severity, state, certainty, subject, action, why } = alert
  const sign = { critical: 'stop', warning: 'warn', info: '' }[severity]
  return (
    <>
      <div className={`alert-head ${severity}`}>
        <h3>
          <span className={`tag ${sign}`}>{t[severity]}</span> {title[language]} ·{' '}
          {shortKey(subject)}
        </h3>
        <p>{readable(text[language], names)}</p>
        <p className="row">
          <span className={`tag ${certainty === 'observed' ? '' : 'inferred'}`}>
            {wordOf(t, `certainty_${certainty}`)}
          </span>
          <span className="tag">{t[`state_${state}`]}</span>
          {alert.blocked && <span className="tag stop">{t.blocked}</span>}
          <span className="quiet">
            {t.when} {shortTime(alert.from, language)} –{' '}
            {alert.to === undefined ? t.lasts : shortTime(alert.to, language)}
          </span>
        </p>
      </div>
      <p className="suggested">
        <strong>{t.suggested}</strong>
        {action[language]}
      </p>
      <StepForm {...{ alert, inCase, onChanged }} />
      <AlertRecalls id={alert.id} inCase={inCase} />
      <Why why={why} rule={alert.rule} />
      <Affected alert={alert} names={names} />
      <InCase alert={alert} inCase={inCase} onPick={onPick} />
      <Steps steps={alert.steps} names={names} />
      <Link className="button small" href={`/app/chain?id=${encodeURIComponent(subject)}`}>
        {t.openChain}
      </Link>
    </>
  )
}

const LISTED = 20

function Why({ why, rule }: { why: Alert['why']; rule: string }) {
  const t = useWords(alertWords)
  const language = useLanguage()
  const number = (value: number) => numberText(value, language, 2)
  return (
    <>
      <h3>{t.why}</h3>
      <p className="quiet">
        {t.ruleVersion(
          rule,
          why.ruleVersion,
          why.revision === 'default' ? t.asDelivered : why.revision,
        )}
      </p>
      {why.measures.length > 0 && (
        <table>
          <caption className="unseen">{t.values}</caption>
          <thead>
            <tr>
              <th scope="col">{t.values}</th>
              <th scope="col">{t.value}</th>
              <th scope="col">{t.limit}</th>
            </tr>
          </thead>
          <tbody>
            {why.measures.map(({ name, value, limit, unit }) => (
              <tr key={name}>
                <th scope="row">{figureText(name, language)}</th>
                <td>
                  {number(value)} {unitText(unit, language)}
                </td>
                <td>
                  {limit === undefined ? '–' : `${number(limit)} ${unitText(unit, language)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {why.hint !== undefined && (
        <p>
          {t.hint}: {t[`hint_${why.hint}`]}
        </p>
      )}
      {why.readings.length > 0 && (
        <details>
          <summary>
            {t.readings} {why.readings.length}
          </summary>
          <ul className="lines">
            {why.readings.slice(0, LISTED).map(({ device, time, value, uom }) => (
              <li key={`${device} ${time}`}>
                {shortTime(time, language)} · {number(value)} {uom === 'CEL' ? '℃' : uom}{' '}
                <span className="quiet">{shortKey(device)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      <details>
        <summary>
          {t.events} {why.eventIDs.length}
        </summary>
        <ul className="lines">
          {why.eventIDs.slice(0, LISTED).map((eventID) => (
            <li key={eventID}>
              <a
                href={`/epcis/events/${encodeURIComponent(eventID)}`}
                target="_blank"
                rel="noreferrer"
              >
                {eventID}
              </a>
            </li>
          ))}
          {why.eventIDs.length > LISTED && <li>+{why.eventIDs.length - LISTED}</li>}
        </ul>
        {why.eventsNotShown > 0 && <p className="quiet">{t.notShown(why.eventsNotShown)}</p>}
      </details>
    </>
  )
}

function Affected({ alert: { affected }, names }: { alert: Alert; names: Names }) {
  const t = useWords(alertWords)
  if (affected.length === 0) return null
  return (
    <details open={affected.length <= 5}>
      <summary>
        {t.affected} {affected.length}
      </summary>
      <ul className="lines">
        {affected.slice(0, LISTED).map(({ key, certainty, path }) => (
          <li key={key}>
            <Link href={`/app/chain?id=${encodeURIComponent(key)}`}>{shortKey(key)}</Link>{' '}
            {names.product(key)}{' '}
            <span className={`tag ${certainty === 'observed' ? '' : 'inferred'}`}>
              {certainty !== 'observed' && '? '}
              {wordOf(t, `certainty_${certainty}`)}
            </span>
            {path.length > 1 && (
              <span className="quiet block">
                {t.path}: {path.map(shortKey).join(' → ')}
              </span>
            )}
          </li>
        ))}
        {affected.length > LISTED && <li>+{affected.length - LISTED}</li>}
      </ul>
    </details>
  )
}

function InCase({
  alert,
  inCase,
  onPick,
}: Omit<DetailProps, 'id' | 'onChanged'> & { alert: Alert }) {
  const t = useWords(alertWords)
  if (alert.case.alerts < 2) return null
  return (
    <details>
      <summary>{t.caseTitle(alert.case.alerts, alert.case.unresolved)}</summary>
      <ul className="lines">
        {inCase.slice(0, LISTED).map(({ id, subject, state }) => (
          <li key={id}>
            <button
              type="button"
              className="link"
              aria-current={id === alert.id || undefined}
              onClick={() => onPick(id)}
            >
              {shortKey(subject)}
            </button>{' '}
            {t[`state_${state}`]}
          </li>
        ))}
        {inCase.length > LISTED && <li>+{inCase.length - LISTED}</li>}
      </ul>
    </details>
  )
}

function Steps({ steps, names }: { steps: Alert['steps']; names: Names }) {
  const t = useWords(alertWords)
  const language = useLanguage()
  return (
    <>
      <h3>{t.steps}</h3>
      <ol className="lines">
        {steps.map(({ seq, time, step, by, party, reason, because, causeCode, to, before }) => (
          <li key={seq}>
            {shortTime(time, language)} <strong>{wordOf(t, `step_${step}`)}</strong>{' '}
            <span className="quiet">
              {party === undefined ? whoText(by, language) : names.party(party)}
            </span>
            {to !== undefined &&
              ` → ${step === 'escalated' ? wordOf(t, `level_${to}`) : names.party(to)}`}
            {causeCode !== undefined && ` · ${wordOf(t, `cause_${causeCode}`)}`}
            {step !== 'raised' && reason !== undefined && (
              <span className="block">{because?.[language] ?? reason}</span>
            )}
            {before && <s className="quiet block">{readable(before.text[language], names)}</s>}
          </li>
        ))}
      </ol>
    </>
  )
}
