/** The scope: what is in force or was found out last, its versions, and asking for another. */
import { useState } from 'react'
import { Card } from '../ui/card.tsx'
import { numberText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { recallWords } from '../words/recalls.ts'
import { isUnderWay, type Recall, useMe, type Version } from './recall-data.ts'
import { RescopeForm } from './rescope-form.tsx'
import { Assumptions, TierCounts } from './tier-counts.tsx'

interface ScopeCardProps {
  readonly recall: Recall
  readonly shown: Version | undefined
}

export function ScopeCard({ recall, shown }: ScopeCardProps) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const { mayAct } = useMe()
  const [isAsking, setIsAsking] = useState(false)
  const { versions, version, state, outOfDate } = recall
  const isOver = state === 'closed' || state === 'cancelled'
  const mayAsk = mayAct && !isOver && !versions.some(isUnderWay)
  return (
    <Card
      title={t.scope}
      side={
        shown && (
          <span className="row">
            <strong>{t.version(shown.version)}</strong>
            <span className={`tag ${shown.version === version ? 'stop' : 'warn'}`}>
              {shown.version === version ? t.inForce : t.waitsFor}
            </span>
          </span>
        )
      }
    >
      {outOfDate && (
        <p className="tag stop wrap">! {t.outOfDate(numberText(outOfDate.items, language))}</p>
      )}
      {shown?.counts && (
        <>
          <TierCounts counts={shown.counts} />
          <p className="quiet">{t.suspects(numberText(shown.counts.suspects, language))}</p>
          {shown.counts.cuts.map(({ reason, count }) => (
            <p key={reason} className="tag inferred wrap">
              ! {t.cut(reason, numberText(count, language))}
            </p>
          ))}
          <Assumptions counts={shown.counts} />
        </>
      )}
      <h3>{t.versions}</h3>
      <ol className="lines" aria-live="polite">
        {versions.map((one) => (
          <VersionRow key={one.version} version={one} isInForce={one.version === version} />
        ))}
      </ol>
      {mayAsk && (
        <button
          type="button"
          className="small no-print"
          aria-expanded={isAsking}
          onClick={() => setIsAsking(!isAsking)}
        >
          {t.rescope}
        </button>
      )}
      {mayAsk && isAsking && <RescopeForm recall={recall} onDone={() => setIsAsking(false)} />}
    </Card>
  )
}

function VersionRow({ version: one, isInForce }: { version: Version; isInForce: boolean }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const number = (value: number) => numberText(value, language)
  const { version, state, by, reason, time, approved, counts, failure, found, placed } = one
  return (
    <li>
      <span className="row">
        <strong>{t.version(version)}</strong>
        {isInForce && <span className="tag stop">{t.inForce}</span>}
        {state !== 'known' && (
          <span className={`tag ${state === 'failed' ? 'stop' : 'warn'}`}>
            {t[`versionState_${state}`]}
          </span>
        )}
        {isUnderWay(one) && <span>{t.found(number(found), number(placed))}</span>}
        {counts && (
          <span>
            {t.tier_proven} {number(counts.tiers.proven)} · {t.tier_inferred}{' '}
            {number(counts.tiers.inferred)} · {t.tier_possible} {number(counts.tiers.possible)}
          </span>
        )}
      </span>
      <span className="quiet block">
        {shortTime(time, language)} {whoText(by, language)}: {reason}
      </span>
      {approved && (
        <span className="quiet block">
          ✓ {t.approvedBy(whoText(approved.by, language), shortTime(approved.time, language))}
        </span>
      )}
      {failure && (
        <span className="wrong block">
          {failure.code}: {failure.message}
        </span>
      )}
    </li>
  )
}
