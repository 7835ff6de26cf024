/** What a consignee got, unit by unit, beside what it says became of it. */

import { uomText } from '../words/amounts.ts'
import { numberText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Consignee } from './recall-data.ts'

const EXPECTED = ['held', 'in_transit', 'sold', 'used', 'destroyed'] as const
const ANSWERED = ['onHand', 'returned', 'destroyed', 'used'] as const

export function ConsigneeLines({ lines }: Pick<Consignee, 'lines'>) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const amounts = <Name extends string>(
    names: readonly Name[],
    of: Readonly<Partial<Record<Name, number>>>,
    wordOf: (name: Name) => string,
  ) => {
    const given = names.filter((name) => (of[name] ?? 0) !== 0)
    if (given.length === 0) return '0'
    return given
      .map((name) => `${wordOf(name)} ${numberText(of[name] ?? 0, language, 2)}`)
      .join(' · ')
  }
  return (
    <dl className="consignee-lines">
      {lines.map(({ uom, expected, answered }) => (
        <div key={uom}>
          <dt>{t.asEvents}</dt>
          <dd>
            {amounts(EXPECTED, expected, (name) => t[name])} {uomText(uom, language)}
          </dd>
          <dt>{t.asAnswered}</dt>
          <dd className={answered ? '' : 'quiet'}>
            {answered ? amounts(ANSWERED, answered, (name) => t[name]) : '–'}{' '}
            {answered && uomText(uom, language)}
          </dd>
        </div>
      ))}
    </dl>
  )
}
