/** The console of alerts: a queue of cases, and why the one that is picked was raised. */
import { useState } from 'react'
import { useSearch } from 'wouter'
import { useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { alertWords } from '../words/alerts.ts'
import { useWords } from '../words/language.ts'
import { AlertDetail } from './alert-detail.tsx'
import { CaseRow } from './case-row.tsx'
import { type Case, type Filter, NO_FILTER, type Severity } from './cases.ts'
import { FilterBar } from './filter-bar.tsx'
import { HeatTable } from './heat-table.tsx'
import { FLOOD_MINUTES, useAlerts } from './use-alerts.ts'
import { useMinute } from './use-minute.ts'
import './alerts.css'

export function AlertsPage() {
  const t = useWords(alertWords)
  const search = new URLSearchParams(useSearch())
  const [filter, setFilter] = useState<Filter>({
    ...NO_FILTER,
    party: search.get('party') ?? '',
    item: search.get('item') ?? '',
  })
  const [isPaused, setIsPaused] = useState(false)
  const [picked, setPicked] = useState(search.get('id') ?? undefined)
  const alerts = useAlerts(filter, isPaused)
  const { query, cases, waiting } = alerts
  const nowMs = useMinute()
  const chosen = cases.find((one) => one.alerts.some(({ id }) => id === picked))
  // What has come is shown by the next look.
  const isLoading = query.isPending || (cases.length === 0 && query.data?.items.length !== 0)
  const togglePause = () => {
    if (isPaused) alerts.goOn()
    setIsPaused(!isPaused)
  }
  return (
    <div className="alerts-desk">
      <Card
        title={t.queue}
        side={
          <button type="button" className="small" aria-pressed={isPaused} onClick={togglePause}>
            {isPaused ? t.resume : t.pause}
          </button>
        }
      >
        <Counts cases={cases} isWhole={alerts.isWhole} />
        <FilterBar filter={filter} onFilter={setFilter} />
        <HeatTable
          {...{ cases, isLoading, nowMs }}
          rule={filter.rule}
          onRule={(rule) => setFilter({ ...filter, rule })}
        />
        <div role="status">
          {alerts.isFlood && (
            <p className="tag warn wrap">! {t.flood(alerts.inSpan, FLOOD_MINUTES)}</p>
          )}
          {isPaused && <p className="tag warn wrap">‖ {t.paused}</p>}
          {waiting > 0 && (
            <button type="button" className="fresh" onClick={alerts.showWaiting}>
              {t.fresh(waiting)}
            </button>
          )}
        </div>
        {query.isPending && <Loading />}
        {query.error && <Failure error={query.error} onAgain={query.refetch} />}
        {query.data && cases.length === 0 && <Empty title={t.none} />}
        {cases.length > 0 && (
          <Queue cases={cases} chosen={chosen} onPick={setPicked} onChanged={alerts.changed} />
        )}
      </Card>
      {picked === undefined ? (
        <p className="quiet alerts-hint">{t.pick}</p>
      ) : (
        <AlertDetail
          id={picked}
          inCase={chosen?.alerts ?? []}
          onPick={setPicked}
          onChanged={alerts.changed}
        />
      )}
    </div>
  )
}

interface QueueProps {
  readonly cases: readonly Case[]
  readonly chosen: Case | undefined
  readonly onPick: (alert: string) => void
  readonly onChanged: ReturnType<typeof useAlerts>['changed']
}

function Queue({ cases, chosen, onPick, onChanged }: QueueProps) {
  const t = useWords(alertWords)
  const names = useNames()
  const nowMs = useMinute()
  return (
    <VirtualList items={cases} keyOf={({ id }) => id} rowHeight={88} label={t.fromWorst}>
      {(one) => (
        <CaseRow {...{ one, names, nowMs, onPick, onChanged }} isChosen={one.id === chosen?.id} />
      )}
    </VirtualList>
  )
}

function Counts({ cases, isWhole }: { cases: readonly Case[]; isWhole: boolean }) {
  const t = useWords(alertWords)
  const unclaimed = (wanted: Severity) =>
    cases.reduce(
      (sum, { alerts }) =>
        sum +
        alerts.filter(({ severity, state }) => severity === wanted && state === 'open').length,
      0,
    )
  return (
    <p className="row">
      <strong>{t.unclaimed(unclaimed('critical'), unclaimed('warning'), unclaimed('info'))}</strong>
      {!isWhole && <span className="tag inferred">? {t.more}</span>}
    </p>
  )
}
