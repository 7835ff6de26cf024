/** What consignees got beside what they say became of it: how much is accounted for. */
import { Card } from '../ui/card.tsx'
import { amountText } from '../words/amounts.ts'
import { numberText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Balance, Progress } from './recall-data.ts'

const EXPECTED = ['held', 'in_transit', 'sold', 'used', 'destroyed'] as const
const ANSWERED = ['onHand', 'returned', 'destroyed', 'used'] as const

export function BalanceCard({ progress }: { progress: Progress }) {
  const t = useWords(recallWords)
  const { balance } = progress
  return (
    <Card title={t.balance}>
      {balance.length === 0 && <p className="quiet">{t.noBalance}</p>}
      {balance.map((one) => (
        <OfUnit key={one.uom} balance={one} />
      ))}
    </Card>
  )
}

function OfUnit({ balance }: { balance: Balance }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const { uom, expected, answered, shipped, accounted, unaccounted, over, percent } = balance
  const isWhole = unaccounted === 0
  return (
    <div className="balance">
      <p className="row">
        <strong className="balance-percent">
          {percent === undefined ? '–' : t.accounted(numberText(percent, language))}
        </strong>
        <span className={`tag ${isWhole ? 'fine' : 'warn'}`}>
          {isWhole ? '✓' : '!'} {t.unaccounted} {amountText(unaccounted, uom, language)}
        </span>
        {over !== undefined && (
          <span className="tag warn">
            ! {t.surplus} {amountText(over, uom, language)}
          </span>
        )}
      </p>
      <Bar part={accounted} of={shipped} />
      <Sum title={t.asEvents} sum={shipped} unit={uom}>
        {EXPECTED.map((name) => ({ name: t[name], value: expected[name] ?? 0 }))}
      </Sum>
      <Sum title={t.asAnswered} sum={accounted} unit={uom}>
        {ANSWERED.map((name) => ({ name: t[name], value: answered[name] }))}
      </Sum>
    </div>
  )
}

function Bar({ part, of }: { part: number; of: number }) {
  const percent = of === 0 ? 0 : Math.min(100, (part / of) * 100)
  return (
    <div className="balance-bar" aria-hidden="true">
      <span style={{ width: `${percent}%` }} />
    </div>
  )
}

interface SumProps {
  readonly title: string
  readonly sum: number
  /** A code of UN/CEFACT; '' for pieces. */
  readonly unit: string
  readonly children: readonly { readonly name: string; readonly value: number }[]
}

/** 6100 = 2210 + 400 + …; what is 0 is left out. */
function Sum({ title, sum, unit, children }: SumProps) {
  const language = useLanguage()
  const number = (value: number) => numberText(value, language, 2)
  const parts = children.filter(({ value }) => value !== 0)
  return (
    <p>
      <span className="quiet">{title}</span> <strong>{amountText(sum, unit, language)}</strong>
      {parts.length > 0 && ' = '}
      {parts.map(({ name, value }, at) => (
        <span key={name}>
          {at > 0 && ' + '}
          {name} {number(value)}
        </span>
      ))}
    </p>
  )
}
