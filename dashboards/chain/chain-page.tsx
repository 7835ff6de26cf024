/** A chain on a desk: the graph with its curve, what is selected beside it, lists of the same. */
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { VERDICT_SIGNS } from '../inspector/verdict-card.tsx'
import { RecallLink } from '../recalls/recall-link.tsx'
import { localTime } from '../rules/draft.ts'
import { api, inPath, told } from '../server/api.ts'
import { useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { chainWords } from '../words/chain.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { readable } from '../words/readable.ts'
import { ChainView } from './chain-view.tsx'
import { type Asked, useChain } from './use-chain.ts'
import './chain.css'

export function ChainPage() {
  const search = new URLSearchParams(useSearch())
  const asked: Asked = {
    id: search.get('id') ?? '',
    depth: search.get('depth') ?? '',
    at: search.get('at') ?? '',
  }
  const key = Object.values(asked).join(' ')
  return (
    <>
      {asked.id !== '' && <VerdictLine id={asked.id} />}
      {asked.at !== '' && <KnownAt at={asked.at} />}
      <Told key={key} asked={asked} />
      <AskForm key={`ask ${key}`} asked={asked} />
    </>
  )
}

function Told({ asked }: { asked: Asked }) {
  const [isAll, setIsAll] = useState(false)
  const { chain, mayHaveMore } = useChain(asked, isAll)
  const { data, error, isPending, isFetching, refetch } = chain
  if (asked.id === '') return null
  if (error) return <Failure error={error} onAgain={refetch} />
  if (isPending || !data) return <Loading />
  const onLoadAll = mayHaveMore ? () => setIsAll(true) : undefined
  return <ChainView chain={data} isFetching={isFetching} onLoadAll={onLoadAll} />
}

/** What is shown is not what is known now: that must not be overlooked. */
function KnownAt({ at }: Pick<Asked, 'at'>) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const search = new URLSearchParams(useSearch())
  search.delete('at')
  return (
    <p className="chain-known-at row">
      <strong>◷ {t.knownAt(shortTime(at, language))}</strong>
      <Link className="button small" href={`/app/chain?${search}`}>
        {t.toNow}
      </Link>
    </p>
  )
}

function AskForm({ asked: { id, depth, at } }: { asked: Asked }) {
  const t = useWords(chainWords)
  const [, navigate] = useLocation()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '').trim()
    const time = text('at') === '' ? '' : new Date(text('at')).toISOString()
    const given = { id: text('id'), depth: text('depth'), at: time }
    const query = Object.entries(given).filter(([, value]) => value !== '')
    if (given.id !== '') navigate(`/app/chain?${new URLSearchParams(query)}`)
  }
  return (
    <Card title={t.ask} className="no-print">
      <form onSubmit={submit}>
        <label htmlFor="asked">{t.askLabel}</label>
        <div className="row">
          <input id="asked" name="id" className="grow" defaultValue={id} required />
          <button type="submit" className="primary">
            {t.show}
          </button>
        </div>
        <div className="filter-grid">
          <div>
            <label htmlFor="asked-depth">{t.depth}</label>
            <input
              id="asked-depth"
              name="depth"
              type="number"
              min={1}
              max={999}
              defaultValue={depth}
            />
          </div>
          <div>
            <label htmlFor="asked-at">{t.asKnownAt}</label>
            <input
              id="asked-at"
              name="at"
              type="datetime-local"
              defaultValue={at === '' ? '' : localTime(Date.parse(at))}
            />
          </div>
        </div>
      </form>
    </Card>
  )
}

/** What an inspector would be told of it first. */
function VerdictLine({ id }: { id: string }) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const names = useNames()
  const { data } = useQuery({
    queryKey: ['verdict', id],
    queryFn: () => told(api.v1.items[':id'].$get({ param: { id: inPath(id) } })),
  })
  if (!data) return null
  const { verdict, title, reasons } = data.verdict
  return (
    <section className={`chain-verdict ${verdict}`} aria-label={title[language]}>
      <div>
        <strong>
          <span aria-hidden="true">{VERDICT_SIGNS[verdict]}</span> {title[language]}
        </strong>
        <p>{readable(reasons[0]?.text[language] ?? '', names)}</p>
      </div>
      <span className="row">
        <RecallLink item={id} />
        <Link className="button small" href={`/app/item?id=${encodeURIComponent(id)}`}>
          {t.openItem}
        </Link>
      </span>
    </section>
  )
}
