/** An item: the verdict first, then what it rests on. Inspectors see all. */
import { useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { Refused } from '../server/api.ts'
import { useSession } from '../shell/session.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { commonWords } from '../words/common.ts'
import { shortTime } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { scanWords } from '../words/scan.ts'
import { AboutCard } from './about-card.tsx'
import { ChainCard } from './chain-card.tsx'
import { CurveCard } from './curve-card.tsx'
import { exportEvidence } from './evidence.ts'
import { type FullItem, isFull, type LookedUp, useItem } from './item-data.ts'
import { itemOfLocation } from './item-path.ts'
import { kindsFor, ReportDialog } from './report-dialog.tsx'
import { VERDICT_SIGNS, VerdictCard } from './verdict-card.tsx'

export function ItemPage() {
  const [pathname] = useLocation()
  const { id, symbology } = itemOfLocation(pathname, useSearch())
  const item = useItem(id, symbology !== undefined)
  return (
    <>
      {item.isPending && <Loading />}
      {item.error && <NoItem id={id} error={item.error} onAgain={() => item.refetch()} />}
      {item.data && <Told told={item.data} symbology={symbology} />}
      <Actions id={id} told={item.data} onDone={() => item.refetch()} />
    </>
  )
}

function Told({ told, symbology }: { told: LookedUp; symbology: string | undefined }) {
  const t = useWords(itemWords)
  const { item } = told
  return (
    <>
      <VerdictCard told={told} />
      <AboutCard item={item} symbology={symbology} />
      {isFull(item) ? (
        <>
          <ReportsCard item={item} />
          <ChainCard item={item} />
          <CurveCard item={item} />
        </>
      ) : (
        <p className="quiet no-print">{t.forBuyers}</p>
      )}
    </>
  )
}

function NoItem({ id, error, onAgain }: { id: string; error: unknown; onAgain: () => void }) {
  const t = useWords(itemWords)
  const isUnknown = error instanceof Refused && error.status === 404
  const isNoCode = error instanceof Refused && error.status === 400
  if (!isUnknown && !isNoCode) return <Failure error={error} onAgain={onAgain} />
  return (
    <section className="verdict unknown" aria-labelledby="verdict">
      <h2 id="verdict">
        <span aria-hidden="true">{VERDICT_SIGNS.unknown}</span> {isNoCode ? t.notACode : t.noRecord}
      </h2>
      <p>{isNoCode ? t.notACodeLine(id) : t.noRecordLine(id)}</p>
      {!isNoCode && <p className="quiet">{t.noRecordHint}</p>}
    </section>
  )
}

function ReportsCard({ item: { reports } }: { item: FullItem }) {
  const t = useWords(itemWords)
  const kinds = useWords(scanWords)
  const language = useLanguage()
  if (reports.length === 0) return null
  return (
    <Card title={t.reports}>
      <ul className="reasons">
        {reports.map(({ id, kind, note, sampleNumber, madeAt, by }) => (
          <li key={id}>
            <span className={`tag ${kind === 'seal' ? 'stop' : 'warn'}`}>
              {kinds[`kinds_${kind}`]}
            </span>{' '}
            {sampleNumber} {note}
            <span className="quiet block">
              {t.saidAt(shortTime(madeAt, language), whoText(by, language))}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

interface ActionsProps {
  readonly id: string
  readonly told: LookedUp | undefined
  readonly onDone: () => void
}

/** Where the thumb is. */
function Actions({ id, told, onDone }: ActionsProps) {
  const t = useWords(itemWords)
  const common = useWords(commonWords)
  const session = useSession()
  const [isReporting, setIsReporting] = useState(false)
  const isAuthority = kindsFor(session).length > 1
  return (
    <div className="actions">
      <Link href="/app/" className="button">
        {t.next}
      </Link>
      {isAuthority && told && (
        <>
          <button type="button" onClick={() => exportEvidence(told)}>
            {t.exportEvidence}
          </button>
          <button type="button" className="desk-only" onClick={() => print()}>
            {common.print}
          </button>
        </>
      )}
      <button
        type="button"
        className={isAuthority ? 'danger' : ''}
        onClick={() => setIsReporting(true)}
      >
        {isAuthority ? t.act : t.report}
      </button>
      {isReporting && (
        <ReportDialog
          code={id}
          onClose={() => {
            setIsReporting(false)
            onDone()
          }}
        />
      )}
    </div>
  )
}
