/** What a recall would reach, before it is made. */
import type { InferResponseType } from 'hono/client'
import { Link } from 'wouter'
import type { api } from '../server/api.ts'
import { useNames } from '../server/names.ts'
import { wordOf } from '../words/chain.ts'
import { numberText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { shortKey } from '../words/short-key.ts'
import { Assumptions, TIER_SIGNS, TierCounts } from './tier-counts.tsx'

type Told = InferResponseType<typeof api.v1.recalls.preview.$post>

export function Preview({ preview }: { preview: Told }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const names = useNames()
  const { complete, suspects, product, domain, law, source, parties, items } = preview
  const number = (value: number) => numberText(value, language)
  return (
    <div className="recall-preview">
      {!complete && <p className="tag inferred wrap">? {t.previewCut}</p>}
      <TierCounts counts={preview} />
      <p>
        {t.suspects(number(suspects))}
        {product !== undefined && ` · ${names.product(product) ?? product}`}
        {domain !== undefined && ` · ${t[domain]}`}
      </p>
      {law !== undefined && (
        <p className="quiet">
          {t.law}: {wordOf(t, `law_${law}`)} · {source}
        </p>
      )}
      <Assumptions counts={preview} />
      <h3>
        {t.previewParties} {parties.length}
      </h3>
      <ul className="row">
        {parties.map(({ party, items: count }) => (
          <li key={party} className="tag">
            {t.holds(names.party(party), number(count))}
          </li>
        ))}
      </ul>
      <ul className="lines">
        {items.map(({ key, tier }) => (
          <li key={key}>
            <span className={`tag ${tier === 'proven' ? 'stop' : 'inferred'}`}>
              {TIER_SIGNS[tier]} {t[`tier_${tier}`]}
            </span>{' '}
            <Link href={`/app/chain?id=${encodeURIComponent(key)}`}>{shortKey(key)}</Link>{' '}
            {names.product(key)}
          </li>
        ))}
      </ul>
    </div>
  )
}
