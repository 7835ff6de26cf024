/** A chain on a desk: the graph with its curve, what is selected beside it, lists of the same. */
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { VERDICT_SIGNS } from '../inspector/verdict-card.tsx'
import { api, inPath, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { chainWords } from '../words/chain.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { ChainView } from './chain-view.tsx'
import { useChain } from './use-chain.ts'
import './chain.css'

export function ChainPage() {
  const id = new URLSearchParams(useSearch()).get('id') ?? ''
  return (
    <>
      {id !== '' && <VerdictLine id={id} />}
      <Asked key={id} id={id} />
      <AskForm key={`ask ${id}`} id={id} />
    </>
  )
}

function Asked({ id }: { id: string }) {
  const [isAll, setIsAll] = useState(false)
  const { data, error, isPending, isFetching, refetch } = useChain(id, isAll)
  if (id === '') return null
  if (error) return <Failure error={error} onAgain={refetch} />
  if (isPending || !data) return <Loading />
  return <ChainView chain={data} isFetching={isFetching} onLoadAll={() => setIsAll(true)} />
}

function AskForm({ id }: { id: string }) {
  const t = useWords(chainWords)
  const [, navigate] = useLocation()
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const asked = String(new FormData(event.currentTarget).get('id') ?? '').trim()
    if (asked !== '') navigate(`/app/chain?id=${encodeURIComponent(asked)}`)
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
      </form>
    </Card>
  )
}

/** What an inspector would be told of it first. */
function VerdictLine({ id }: { id: string }) {
  const t = useWords(chainWords)
  const language = useLanguage()
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
        <p>{reasons[0]?.text[language]}</p>
      </div>
      <Link className="button small" href={`/app/item?id=${encodeURIComponent(id)}`}>
        {t.openItem}
      </Link>
    </section>
  )
}
