import type { ReactNode } from 'react'
import { durationText, numberText } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'
import type { Curve } from './curve.ts'

interface CurveFiguresProps {
  readonly curve: Curve
  /** What stands before them. */
  readonly children?: ReactNode
}

/** What a curve shows, in words: for whoever cannot see it, and at a glance. */
export function CurveFigures({ curve, children }: CurveFiguresProps) {
  const { points, limits, excursions, gaps } = curve
  const t = useWords(itemWords)
  const language = useLanguage()
  const unknownMs = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0)
  const longest = Math.max(0, ...excursions.map(({ fromMs, toMs }) => toMs - fromMs))
  const peak = points.reduce((most, { max }) => Math.max(most, max), Number.NEGATIVE_INFINITY)
  const number = (value: number) => numberText(value, language)
  return (
    <p className="row">
      {children}
      {limits && (
        <span className="tag limit">{t.limit(number(limits.min), number(limits.max))}</span>
      )}
      {excursions.length > 0 && (
        <span className="tag stop">✕ {t.excursions(excursions.length)}</span>
      )}
      {limits && excursions.length === 0 && <span className="tag fine">✓ {t.noExcursion}</span>}
      <span className="tag">{t.peak(number(peak))}</span>
      {longest > 0 && <span className="tag">{t.longest(durationText(longest, language))}</span>}
      {unknownMs > 0 && (
        <span className="tag inferred">? {t.noData(durationText(unknownMs, language))}</span>
      )}
    </p>
  )
}
