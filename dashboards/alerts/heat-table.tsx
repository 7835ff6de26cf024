import { useMemo, useState } from 'react'
import { alertWords } from '../words/alerts.ts'
import { useLanguage, useWords } from '../words/language.ts'
import type { Case } from './cases.ts'
import { heatLevel, heatOf } from './heat.ts'

interface HeatTableProps {
  readonly cases: readonly Case[]
  /** They are on their way: what was there stays, and stays open, so that it can be undone. */
  readonly isLoading: boolean
  readonly nowMs: number
  /** The rule that is filtered by; '' for none. */
  readonly rule: string
  readonly onRule: (rule: string) => void
}

/** Rules by days: a rule filters the queue. What was looked at is what is loaded. */
export function HeatTable({ cases, isLoading, nowMs, rule: chosen, onRule }: HeatTableProps) {
  const t = useWords(alertWords)
  const language = useLanguage()
  const heat = useMemo(
    () =>
      heatOf(
        cases.flatMap(({ alerts }) => alerts),
        nowMs,
      ),
    [cases, nowMs],
  )
  const [last, setLast] = useState(heat)
  if (!isLoading && last !== heat) setLast(heat)
  const { days, rows } = isLoading ? last : heat
  const most = Math.max(0, ...rows.flatMap(({ counts }) => counts))
  if (rows.length === 0) return null
  return (
    <details>
      <summary>{t.heat}</summary>
      <section className="scroll-x" aria-label={t.heat} tabIndex={0}>
        <table className="heat">
          <thead>
            <tr>
              <th scope="col">{t.rule}</th>
              {days.map((day) => (
                <th key={day} scope="col" className="number">
                  {day.slice(5).replace('-', '/')}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ rule, title, counts }) => (
              <tr key={rule}>
                <th scope="row">
                  <button
                    type="button"
                    className="link"
                    aria-pressed={rule === chosen}
                    onClick={() => onRule(rule === chosen ? '' : rule)}
                  >
                    {rule} {title[language]}
                  </button>
                </th>
                {counts.map((count, at) => (
                  <td key={days[at]} className={`number heat-${heatLevel(count, most)}`}>
                    {count === 0 ? '·' : count}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}
