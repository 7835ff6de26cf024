/** A scope in figures: its tiers beside each other, never summed, and what assumptions add. */
import { numberText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { TIERS, type Tier, type Version } from './recall-data.ts'

type Counts = Pick<NonNullable<Version['counts']>, 'tiers' | 'assumptions'>

/** What is not seen is told by its sign and its dashes as well as by its colour. */
export const TIER_SIGNS: Readonly<Record<Tier, string>> = {
  proven: '■',
  inferred: '?',
  possible: '~',
}

export function TierCounts({ counts }: { counts: Counts }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  return (
    <ul className="tiers">
      {TIERS.map((tier) => (
        <li key={tier} className={`tier ${tier}`}>
          <span>
            <span aria-hidden="true">{TIER_SIGNS[tier]}</span> {t[`tier_${tier}`]}
          </span>
          <strong>{numberText(counts.tiers[tier], language)}</strong>
          <span className="tier-means">{t[`tierMeans_${tier}`]}</span>
        </li>
      ))}
    </ul>
  )
}

export function Assumptions({ counts: { assumptions } }: { counts: Counts }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  if (assumptions.length === 0) return <p className="quiet">{t.noAssumptions}</p>
  return (
    <table>
      <caption className="unseen">{t.adds}</caption>
      <thead>
        <tr>
          <th scope="col">{t.adds}</th>
          <th scope="col" className="number">
            {t.restOn}
          </th>
          <th scope="col" className="number">
            {t.without}
          </th>
        </tr>
      </thead>
      <tbody>
        {assumptions.map(({ assumption, text, items, without }) => (
          <tr key={assumption}>
            <th scope="row" className="assumption">
              {text[language]}
            </th>
            <td className="number">+{numberText(items, language)}</td>
            <td className="number">{numberText(without, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
