/** A case in the queue: how bad, what, how old, who has it, and one touch to claim it. */
import { useMutation } from '@tanstack/react-query'
import type { Names } from '../server/names.ts'
import { useReason } from '../ui/states.tsx'
import { alertWords } from '../words/alerts.ts'
import { durationText, listText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import type { AlertSummary, Case, Severity } from './cases.ts'
import { takeStep } from './take-step.ts'

const SIGNS: Readonly<Record<Severity, string>> = { critical: '✕', warning: '!', info: 'i' }

interface CaseRowProps {
  readonly one: Case
  readonly names: Names
  readonly nowMs: number
  readonly isChosen: boolean
  readonly onPick: (alert: string) => void
  readonly onChanged: (alert: AlertSummary) => void
}

export function CaseRow({ one, names, nowMs, isChosen, onPick, onChanged }: CaseRowProps) {
  const t = useWords(alertWords)
  const language = useLanguage()
  const { lead, severity, count, raised } = one
  const age = durationText(Math.max(0, nowMs - Date.parse(raised)), language)
  return (
    <div className={`case ${severity} ${isChosen ? 'chosen' : ''}`}>
      <button
        type="button"
        className="case-open"
        aria-current={isChosen || undefined}
        onClick={() => onPick(lead.id)}
      >
        <span className="case-sign">
          <span aria-hidden="true">{SIGNS[severity]}</span> {t[severity]}
        </span>
        <span className="grow">
          <strong>{lead.title[language]}</strong> {shortKey(lead.subject)}{' '}
          {count > 1 && <span className="tag">{t.inCase(count)}</span>}
          {lead.blocked && <span className="tag stop">{t.blocked}</span>}
          <span className="quiet block">
            {names.product(lead.subject)}{' '}
            {listText(
              lead.parties.map((slug) => names.party(slug)),
              language,
            )}
          </span>
          <span className="quiet block">
            {t.ago(age)} · {t[`state_${lead.state}`]}
            {lead.escalation > 0 && ` · ${t.escalated(lead.escalation)}`}
          </span>
        </span>
      </button>
      {lead.state === 'open' && <Claim alert={lead} onChanged={onChanged} />}
    </div>
  )
}

function Claim({
  alert,
  onChanged,
}: {
  alert: AlertSummary
  onChanged: CaseRowProps['onChanged']
}) {
  const t = useWords(alertWords)
  const language = useLanguage()
  const claim = useMutation({
    mutationFn: () => takeStep(alert.id, { action: 'acknowledge', reason: t.claim }),
    onSuccess: onChanged,
  })
  const reason = useReason(claim.error)
  return (
    <span className="case-claim">
      <button
        type="button"
        className="small"
        disabled={claim.isPending}
        aria-label={`${t.claim}: ${alert.title[language]} ${shortKey(alert.subject)}`}
        onClick={() => claim.mutate()}
      >
        {t.claim}
      </button>
      {claim.error && (
        <span role="alert" className="wrong">
          {reason}
        </span>
      )}
    </span>
  )
}
