import { Link } from 'wouter'
import { api, told } from '../server/api.ts'
import type { Names } from '../server/names.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { amountText } from '../words/amounts.ts'
import { enterpriseWords } from '../words/enterprise.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import { stepText } from '../words/steps.ts'

interface LotsCardProps {
  readonly party: string | undefined
  readonly names: Names
}

/** What was made, the newest first. */
export function LotsCard({ party, names }: LotsCardProps) {
  const t = useWords(enterpriseWords)
  const language = useLanguage()
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = usePages(
    ['lots', party],
    (after) =>
      told(
        api.v1.lots.$get({
          query: { perPage: '200', ...(party !== undefined && { party }), ...after },
        }),
      ),
  )
  const lots = data?.pages.flatMap(({ items }) => items)
  return (
    <Card title={t.lots}>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {lots?.length === 0 && <Empty title={t.noLots} />}
      <ul className="lines lots">
        {lots?.map(({ key, time, bizStep, quantity, uom, party: maker }) => (
          <li key={key}>
            <Link href={`/app/chain?id=${encodeURIComponent(key)}`}>{shortKey(key)}</Link>{' '}
            {names.product(key)}{' '}
            {quantity !== undefined && (
              <span className="tag">{amountText(quantity, uom, language)}</span>
            )}
            <span className="quiet block">
              {shortTime(time, language)} {bizStep && stepText(bizStep, language)}{' '}
              {party === undefined && names.party(maker)}
            </span>
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
