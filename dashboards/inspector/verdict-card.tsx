/** The verdict: one sign, one word, one reason, and how much it rests on. */
import { shortDate, shortTime } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { readable } from '../words/readable.ts'
import { isFull, type LookedUp } from './item-data.ts'
import { useNames } from './use-names.ts'

export const VERDICT_SIGNS = { sell: '✓', check: '!', do_not_sell: '✕', unknown: '?' } as const

export function VerdictCard({ told }: { told: LookedUp }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const { item, freshAsOf, keptAt } = told
  const nameOf = useNames(item)
  const names = { party: nameOf, place: nameOf }
  const { verdict, title, reasons } = item.verdict
  const [first, ...others] = reasons
  const heading = [title[language], first?.title?.[language]].filter(Boolean).join(' · ')
  return (
    <section className={`verdict ${verdict}`} aria-labelledby="verdict">
      <h2 id="verdict">
        <span aria-hidden="true">{VERDICT_SIGNS[verdict]}</span> {heading}
      </h2>
      <p>{first ? readable(first.text[language], names) : t.nothingAgainst}</p>
      {others.length > 0 && (
        <details>
          <summary>{t.otherReasons(others.length)}</summary>
          <ul className="reasons">
            {others.map(({ fact, key, text, value, time }) => (
              <li key={`${fact} ${key} ${value} ${time}`}>
                {readable(text[language], names)}{' '}
                {time && <span className="quiet">{shortTime(time, language)}</span>}
              </li>
            ))}
          </ul>
        </details>
      )}
      <p className="quiet">
        {keptAt === undefined
          ? t.freshAsOf(shortTime(freshAsOf, language))
          : t.keptFrom(shortTime(keptAt, language))}
        {isFull(item) && (
          <>
            {' · '}
            {t.evidence(item.evidence.events, item.evidence.parties)}
            {item.evidence.more && ` · ${t.more}`}
          </>
        )}
      </p>
      <Counts told={told} />
    </section>
  )
}

/** How often it was looked up and sold: what fakes and goods that came back give away. */
function Counts({ told: { item } }: { told: LookedUp }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const { scans, sales = 0, kind } = item
  const isResold = kind === 'instance' && sales > 1
  return (
    <p className="quiet counts">
      {scans && t.scans(scans.count)}
      {scans && scans.count > 1 && ` · ${t.firstScan(shortDate(scans.first, language))}`}
      {sales > 0 && ` · ${t.sales(sales)}`}
      {isResold && <span className="tag warn">! {t.resold}</span>}
    </p>
  )
}
