/** Every step of a recall, the last first: who, when, why. */
import { useEffect } from 'react'
import { useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { wordOf } from '../words/chain.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { recallWords } from '../words/recalls.ts'
import { type Step, useRecallSteps } from './recall-data.ts'

export function HistoryCard({ id }: { id: string }) {
  const t = useWords(recallWords)
  const query = useRecallSteps(id)
  const { data, error, isPending, refetch } = query
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query
  const steps = (data?.pages.flatMap(({ items }) => items) ?? []).reverse()
  // The server tells the first first, so the last is known when all are.
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Card title={t.history} className="recall-list">
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {steps.length > 0 && (
        <VirtualList
          items={steps}
          keyOf={({ seq }) => seq}
          rowHeight={56}
          label={t.listOf(t.history, steps.length)}
        >
          {(step) => <Row step={step} />}
        </VirtualList>
      )}
    </Card>
  )
}

function Row({ step }: { step: Step }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const names = useNames()
  const { time, by, party, reason, version, detail } = step
  const said = detail?.['report'] ?? detail?.['result']
  return (
    <div className="history-row">
      <span className="quiet">{shortTime(time, language)}</span>{' '}
      <strong>{wordOf(t, `step_${step.step}`)}</strong>{' '}
      {version !== undefined && <span className="tag">{t.version(version)}</span>}{' '}
      {typeof said === 'string' && (
        <span className="tag">
          {wordOf(t, `${step.step === 'report' ? 'report' : 'check'}_${said}`)}
        </span>
      )}{' '}
      {party !== undefined && <span>{names.party(party)}</span>}{' '}
      <span className="quiet">{whoText(by, language)}</span>
      {reason !== undefined && <span className="block">{reason}</span>}
    </div>
  )
}
