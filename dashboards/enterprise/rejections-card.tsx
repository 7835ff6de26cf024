import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, told } from '../server/api.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { enterpriseWords } from '../words/enterprise.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { refusalText } from '../words/refusals.ts'

/** What was refused, with why and the message as it came. */
export function RejectionsCard({ party }: { party: string | undefined }) {
  const t = useWords(enterpriseWords)
  const language = useLanguage()
  const [shown, setShown] = useState<string>()
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = usePages(
    ['rejections', party],
    (after) =>
      told(
        api.v1.rejections.$get({
          query: { perPage: '20', ...(party !== undefined && { party }), ...after },
        }),
      ),
  )
  const rows = data?.pages.flatMap(({ items }) => items) ?? []
  return (
    <Card title={t.rejections}>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && rows.length === 0 && <Empty title={t.noRejections} />}
      <ul className="lines">
        {rows.map(({ rejectionID, receivedAt, device, code, path, message }) => (
          <li key={rejectionID}>
            <span className="tag stop">✕ {code}</span> {shortTime(receivedAt, language)}{' '}
            <strong>{device}</strong>
            <span className="block">
              {refusalText(code, message, language)} <code>{path}</code>
            </span>
            <button
              type="button"
              className="link"
              aria-expanded={shown === rejectionID}
              onClick={() => setShown(shown === rejectionID ? undefined : rejectionID)}
            >
              {t.showPayload}
            </button>
            {shown === rejectionID && <Payload id={rejectionID} />}
          </li>
        ))}
      </ul>
      {hasNextPage && (
        <button type="button" className="small" onClick={() => void fetchNextPage()}>
          {t.more}
        </button>
      )}
    </Card>
  )
}

function Payload({ id }: { id: string }) {
  const t = useWords(enterpriseWords)
  const { data, error } = useQuery({
    queryKey: ['rejection', id],
    queryFn: () => told(api.v1.rejections[':rejectionID'].$get({ param: { rejectionID: id } })),
  })
  if (error) return <Failure error={error} />
  if (!data) return <Loading />
  return (
    // A text that scrolls has to be reachable without a pointer.
    <textarea className="payload" readOnly rows={8} aria-label={t.payload} value={data.payload} />
  )
}
