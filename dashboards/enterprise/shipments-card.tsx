import { useEffect } from 'react'
import { Link } from 'wouter'
import { api, told } from '../server/api.ts'
import type { Names } from '../server/names.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { enterpriseWords } from '../words/enterprise.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'

interface ShipmentsCardProps {
  readonly party: string | undefined
  readonly names: Names
}

/** What was sent and nobody has said that it arrived. */
export function ShipmentsCard({ party, names }: ShipmentsCardProps) {
  const t = useWords(enterpriseWords)
  const language = useLanguage()
  const shipments = usePages(['shipments', party], (after) =>
    told(
      api.v1.shipments.$get({
        query: { perPage: '50', ...(party !== undefined && { party }), ...after },
      }),
    ),
  )
  const { data, error, isPending, refetch, hasNextPage, isFetching, fetchNextPage } = shipments
  const open = data?.pages.flatMap(({ items }) => items).filter(({ missing }) => missing > 0) ?? []
  // A page of which all was received says nothing of the next one.
  const isSearching = open.length === 0 && hasNextPage && error === null
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage()
  }, [isSearching, isFetching, fetchNextPage])
  return (
    <Card title={t.shipments}>
      {(isPending || isSearching) && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && open.length === 0 && !hasNextPage && <Empty title={t.noShipments} />}
      <ul className="lines">
        {open.map(({ eventID, sentAt, items, itemCount, missing, party: sender, readPoint }) => (
          <li key={`${eventID} ${sender}`}>
            <span className="tag inferred">? {t.missing(missing, itemCount)}</span> {t.sent}{' '}
            {shortTime(sentAt, language)}{' '}
            <span className="quiet">
              {party === undefined && names.party(sender)} {readPoint && names.place(readPoint)}
            </span>
            <span className="block">
              {items.slice(0, 5).map((key) => (
                <Link
                  key={key}
                  className="in-line"
                  href={`/app/chain?id=${encodeURIComponent(key)}`}
                >
                  {shortKey(key)}
                </Link>
              ))}
              {itemCount > 5 && `+${itemCount - 5}`}
            </span>
          </li>
        ))}
      </ul>
      {hasNextPage && open.length > 0 && (
        <button type="button" className="small" onClick={() => void fetchNextPage()}>
          {t.more}
        </button>
      )}
    </Card>
  )
}
