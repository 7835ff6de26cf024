/** One recall, as much of it as the reader is told. */
import { Link } from 'wouter'
import { Failure, Loading } from '../ui/states.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { BalanceCard } from './balance-card.tsx'
import { ClockCard } from './clock-card.tsx'
import { ConsigneesCard } from './consignees-card.tsx'
import { HistoryCard } from './history-card.tsx'
import { ItemsCard } from './items-card.tsx'
import { NoticeView } from './notice-view.tsx'
import { OriginCard } from './origin-card.tsx'
import { type Recall, shownVersion, useRecall } from './recall-data.ts'
import { RecallHead } from './recall-head.tsx'
import { ScopeCard } from './scope-card.tsx'
import { StepCard } from './step-card.tsx'

export function RecallView({ id }: { id: string }) {
  const t = useWords(recallWords)
  const { data, error, isPending, refetch } = useRecall(id)
  return (
    <>
      <p className="no-print">
        <Link href="/app/recalls">‹ {t.back}</Link>
      </p>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && ('progress' in data ? <Whole recall={data} /> : <NoticeView recall={data} />)}
    </>
  )
}

function Whole({ recall }: { recall: Recall }) {
  const shown = shownVersion(recall)
  return (
    <>
      <RecallHead recall={recall} />
      <div className="recall-columns">
        <div className="recall-column">
          <StepCard recall={recall} />
          <ClockCard recall={recall} />
        </div>
        <ScopeCard recall={recall} shown={shown} />
        <div className="recall-column">
          <BalanceCard progress={recall.progress} />
          <OriginCard recall={recall} shown={shown} />
        </div>
      </div>
      <ConsigneesCard recall={recall} />
      {shown && <ItemsCard key={shown.version} id={recall.id} version={shown.version} />}
      <HistoryCard id={recall.id} />
    </>
  )
}
