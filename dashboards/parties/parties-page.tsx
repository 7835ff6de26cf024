/** Parties by risk, each with what that rests on. */
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { Link } from 'wouter'
import { allAlerts } from '../alerts/all-alerts.ts'
import { UNRESOLVED } from '../alerts/cases.ts'
import { partiesQuery } from '../server/register.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { numberText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { rulesWords } from '../words/rules.ts'
import { type Reason, type Score, scoresOf } from './scores.ts'
import './parties.css'

export function PartiesPage() {
  const t = useWords(rulesWords)
  const id = useId()
  const [search, setSearch] = useState('')
  const parties = useQuery(partiesQuery)
  const alerts = useQuery({
    queryKey: ['alerts', 'unresolved'],
    queryFn: () => allAlerts({ state: UNRESOLVED }),
  })
  const error = parties.error ?? alerts.error
  if (error) return <Failure error={error} onAgain={() => void parties.refetch()} />
  if (!parties.data || !alerts.data) return <Loading />
  const byKey = new Map(parties.data.map((party) => [party.slug, party]))
  const wanted = search.toLowerCase()
  const scores = scoresOf(
    parties.data,
    alerts.data.items,
    new Date().toISOString().slice(0, 10),
  ).filter(({ slug }) =>
    JSON.stringify(byKey.get(slug) ?? slug)
      .toLowerCase()
      .includes(wanted),
  )
  return (
    <Card title={t.parties}>
      <p className="quiet">
        {t.about} {!alerts.data.isWhole && t.some}
      </p>
      <div>
        <label htmlFor={id}>{t.search}</label>
        <input
          id={id}
          type="search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <VirtualList items={scores} keyOf={({ slug }) => slug} rowHeight={84} label={t.fromWorst}>
        {(score) => <Row score={score} party={byKey.get(score.slug)} />}
      </VirtualList>
    </Card>
  )
}

interface Named {
  readonly name: string
  readonly names?:
    | { readonly zh?: string | undefined; readonly en?: string | undefined }
    | undefined
  readonly domain: 'food' | 'drugs' | 'building_materials'
  readonly uscc?: string | undefined
  readonly licences?: readonly { readonly to: string }[] | undefined
}

const SIGNS = { high: ['stop', '✕'], middle: ['warn', '!'], low: ['fine', '✓'] } as const

function Row({ score, party }: { score: Score; party: Named | undefined }) {
  const t = useWords(rulesWords)
  const language = useLanguage()
  const [colour, sign] = SIGNS[score.level]
  return (
    <div className={`party-row ${score.level}`}>
      <span className="party-score">
        <span className={`tag ${colour}`}>
          {sign} {t[`level_${score.level}`]}
        </span>
        <strong className="number">{numberText(score.points, language)}</strong>
      </span>
      <span className="grow">
        <strong>{party?.names?.[language] ?? party?.name ?? score.slug}</strong>{' '}
        <span className="quiet">
          {party && t[party.domain]} · {score.slug} {party?.uscc}
        </span>
        <span className="row">
          {score.reasons.length === 0 && <span className="quiet">{t.none}</span>}
          {score.reasons.slice(0, 6).map((reason) => (
            <ReasonTag key={`${reason.kind} ${reason.rule}`} reason={reason} />
          ))}
        </span>
      </span>
      {score.alerts > 0 && (
        <Link className="button small" href={`/app/alerts?party=${score.slug}`}>
          {t.openAlerts} {score.alerts}
        </Link>
      )}
    </div>
  )
}

function ReasonTag({ reason }: { reason: Reason }) {
  const t = useWords(rulesWords)
  const language = useLanguage()
  const points = `+${numberText(reason.points, language)}`
  if (reason.kind === 'licence-missing') {
    return (
      <span className="tag warn">
        {t.noLicence} {points}
      </span>
    )
  }
  if (reason.kind === 'licence-ended') {
    return (
      <span className="tag warn">
        {t.licenceEnded(reason.day ?? '')} {points}
      </span>
    )
  }
  return (
    <span className="tag">
      {t.reasonCount(`${reason.rule} ${reason.title?.[language] ?? ''}`, reason.count ?? 1)}{' '}
      {points}
    </span>
  )
}
