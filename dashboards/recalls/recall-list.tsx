/** Recalls, the newest first: how far each is, and whether it is one in earnest. */
import { useState } from 'react'
import { Link } from 'wouter'
import { api, told } from '../server/api.ts'
import { type Names, useNames } from '../server/names.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Pick } from '../ui/pick.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { Exports } from './exports.tsx'
import { CLASSES, type Listed, useMe, WAY } from './recall-data.ts'

const OPEN = 'draft|approved|notified|sealed|recovered'
const REFRESH_MS = 15_000

export function RecallList() {
  const t = useWords(recallWords)
  const names = useNames()
  const { mayAct } = useMe()
  const [state, setState] = useState('')
  const [recallClass, setClass] = useState('')
  const [drill, setDrill] = useState('')
  const query = {
    ...(state !== '' && { state }),
    ...(recallClass !== '' && { class: recallClass }),
    ...(drill !== '' && { drill }),
  }
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = usePages(
    ['recalls', query],
    (after) => told(api.v1.recalls.$get({ query: { ...query, perPage: '200', ...after } })),
    { refetchInterval: REFRESH_MS },
  )
  const recalls = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Card
      title={t.list}
      side={
        <span className="row">
          <Exports path="/v1/recalls" query={query} of={t.list} />
          {mayAct && (
            <Link className="button small danger" href="/app/recalls?make">
              {t.make}
            </Link>
          )}
        </span>
      }
    >
      <div className="filter-grid">
        <Pick
          label={t.state}
          value={state}
          options={[
            ['', t.anyState],
            [OPEN, t.open],
            ...[...WAY, 'cancelled' as const].map((one) => [one, t[`state_${one}`]] as const),
          ]}
          onPick={setState}
        />
        <Pick
          label={t.class}
          value={recallClass}
          options={[['', t.anyClass], ...CLASSES.map((one) => [one, t[`class_${one}`]] as const)]}
          onPick={setClass}
        />
        <Pick
          label={t.drill}
          value={drill}
          options={[
            ['', t.realAndDrill],
            ['false', t.onlyReal],
            ['true', t.onlyDrill],
          ]}
          onPick={setDrill}
        />
      </div>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && recalls.length === 0 && <Empty title={t.none} />}
      {recalls.length > 0 && (
        <VirtualList
          items={recalls}
          keyOf={({ id }) => id}
          rowHeight={84}
          label={t.listOf(t.list, recalls.length)}
          onEnd={() => hasNextPage && void fetchNextPage()}
        >
          {(recall) => <Row recall={recall} names={names} />}
        </VirtualList>
      )}
    </Card>
  )
}

function Row({ recall, names }: { recall: Listed; names: Names }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const { id, drill, state, title, product, decided, domain } = recall
  const { class: its } = recall
  return (
    <Link
      href={`/app/recalls?id=${id}`}
      className={`recall-row ${drill ? 'drill' : `class-${its}`}`}
    >
      <span className="recall-row-class">
        <strong>{t[`class_${its}`]}</strong>
        {drill && <span className="tag drill">◇ {t.drill}</span>}
      </span>
      <span className="grow">
        <strong>{title}</strong> <span className="quiet">{id}</span>
        <span className="quiet block">
          {t[domain]} · {product === undefined ? '' : (names.product(product) ?? product)} ·{' '}
          {t.decided} {shortTime(decided, language)}
        </span>
      </span>
      <Dots state={state} />
    </Link>
  )
}

/** How far it is, in a few signs; the word stands beside them. */
function Dots({ state }: Pick<Listed, 'state'>) {
  const t = useWords(recallWords)
  const at = WAY.indexOf(state)
  return (
    <span className="recall-dots">
      <span aria-hidden="true">
        {WAY.map((one, index) => (
          <span key={one} className={index <= at ? 'done' : ''}>
            {index <= at ? '●' : '○'}
          </span>
        ))}
      </span>
      <span className={`tag ${state === 'cancelled' || state === 'closed' ? '' : 'warn'}`}>
        {t[`state_${state}`]}
      </span>
    </span>
  )
}
