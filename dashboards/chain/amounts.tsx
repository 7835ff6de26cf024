/** How much of an item there was, and of its transformations what went in against what came out. */
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { api, inPath, told } from '../server/api.ts'
import { amountText } from '../words/amounts.ts'
import { chainWords } from '../words/chain.ts'
import { numberText, shortTime } from '../words/format.ts'
import { type Language, useLanguage, useWords } from '../words/language.ts'

type Balance = InferResponseType<(typeof api.v1.balance)[':id']['$get']>
type Run = Balance['runs'][number]

/** Transformations that are told one by one: a lot may have gone into a thousand. */
const MOST_RUNS = 50

export function Amounts({ itemKey }: { itemKey: string }) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const { data } = useQuery({
    queryKey: ['balance', itemKey],
    queryFn: () => told(api.v1.balance[':id'].$get({ param: { id: inPath(itemKey) } })),
  })
  if (!data) return null
  const known = data.events.filter(({ quantity }) => quantity !== undefined)
  if (known.length === 0 && data.runs.length === 0) return null
  return (
    <>
      <h3>{t.amounts}</h3>
      {data.runs.slice(0, MOST_RUNS).map((run) => (
        <RunLine key={`${run.as} ${run.eventIDs.join(' ')}`} run={run} />
      ))}
      {data.runs.length > MOST_RUNS && (
        <p className="quiet">{t.moreRuns(data.runs.length - MOST_RUNS)}</p>
      )}
      {data.runs.length === 0 && (
        <ul>
          {known.map(({ eventID, eventTime, quantity = 0, uom, role }) => (
            <li key={`${eventID} ${role}`} className="number">
              {shortTime(eventTime, language)} · {amountText(quantity, uom, language)}
            </li>
          ))}
        </ul>
      )}
      {!data.complete && <p className="quiet">{t.incomplete}</p>}
    </>
  )
}

function RunLine({ run: { inputs, outputs, eventTime } }: { run: Run }) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const weighed = inputs.kg !== undefined && outputs.kg !== undefined
  const difference = (outputs.kg ?? 0) - (inputs.kg ?? 0)
  const share = inputs.kg ? (difference / inputs.kg) * 100 : 0
  const isMore = weighed && difference > 0
  return (
    <p className="chain-run">
      <span className="quiet">{shortTime(eventTime, language)}</span> {t.runIn}{' '}
      <strong>{sideText(inputs, language)}</strong> → {t.runOut}{' '}
      <strong>{sideText(outputs, language)}</strong>{' '}
      {weighed ? (
        <span className={isMore ? 'tag stop' : 'tag'}>
          {isMore && '✕ '}
          {t.difference} {difference > 0 && '+'}
          {numberText(difference, language)} kg ({numberText(share, language)}%)
        </span>
      ) : (
        <span className="quiet">{t.balanceUnknown}</span>
      )}
    </p>
  )
}

function sideText({ kg, pieces, amounts, count }: Run['inputs'], language: Language): string {
  if (kg !== undefined) return `${numberText(kg, language)} kg`
  if (pieces !== undefined) return amountText(pieces, undefined, language)
  const first = amounts
    .slice(0, 2)
    .map(({ quantity, uom }) =>
      quantity === undefined ? '?' : amountText(quantity, uom, language),
    )
  return count > 2 ? `${first.join(' + ')} + …` : first.join(' + ') || '?'
}
