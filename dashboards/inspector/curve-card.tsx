/** The temperature along an item's way: in figures, as a curve, and who held it when. */
import { useEffect, useMemo, useRef } from 'react'
import { Card } from '../ui/card.tsx'
import { Empty, Loading } from '../ui/states.tsx'
import { shortTime } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import { type Curve, curveOf, type Limits, MARGINS, type Point } from './curve.ts'
import { CurveFigures } from './curve-figures.tsx'
import type { FullItem } from './item-data.ts'
import { KeptMark, NotThere } from './kept-mark.tsx'
import { useNames } from './use-names.ts'
import { useTemperature } from './use-temperature.ts'

export function CurveCard({ item }: { item: FullItem }) {
  const t = useWords(itemWords)
  const series = useTemperature(item)
  const limits = item.product?.storageCelsius
  if (item.sensors.length === 0) return null
  return (
    <Card title={t.temperature}>
      {series.isPending && <Loading />}
      {series.error && <NotThere error={series.error} onAgain={() => series.refetch()} />}
      <KeptMark at={series.data?.keptAt} />
      {series.data?.value.length === 0 && <Empty title={t.noReadings} />}
      {series.data?.value.map(({ device, points }) => (
        <OneCurve key={device} item={item} device={device} points={points} limits={limits} />
      ))}
    </Card>
  )
}

interface OneCurveProps {
  readonly item: FullItem
  readonly device: string
  readonly points: readonly Point[]
  readonly limits: Limits | undefined
}

function OneCurve({ item, device, points, limits }: OneCurveProps) {
  const t = useWords(itemWords)
  // Looked at once: of a hundred thousand points that is as much work as drawing them.
  const curve = useMemo(() => curveOf(points, limits), [points, limits])
  return (
    <div className="curve">
      <CurveFigures curve={curve} />
      <Custody item={item} points={points} />
      <Plot curve={curve} />
      <p className="quiet" title={device}>
        {t.sensor} {shortKey(device)}
      </p>
    </div>
  )
}

/** Drawn again when the width, the colours or the language change. */
function Plot({ curve }: { curve: Curve }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const frame = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const end = new AbortController()
    const { signal } = end
    void import('./draw-curve.ts').then(({ drawCurve }) => {
      let remove = () => {}
      const draw = () => {
        remove()
        if (signal.aborted || !frame.current) return
        const plot = drawCurve(frame.current, curve, language)
        remove = () => plot.destroy()
      }
      draw()
      addEventListener('resize', draw, { signal })
      addEventListener('suyuan-theme', draw, { signal })
      signal.addEventListener('abort', () => remove())
    })
    return () => end.abort()
  }, [curve, language])
  return <div ref={frame} className="plot" role="img" aria-label={t.curveLabel} />
}

/** Who held it, on the time axis of the curve. */
function Custody({ item, points }: { item: FullItem; points: readonly Point[] }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const names = useNames(item)
  const from = points[0]?.timeMs ?? 0
  const length = (points.at(-1)?.timeMs ?? 0) - from
  if (length <= 0) return null
  const stays = item.places.flatMap(({ place, fromTime, toTime, certainty }) => {
    const begin = Math.max(from, fromTime === undefined ? from : Date.parse(fromTime))
    const end = Math.min(from + length, toTime === undefined ? from + length : Date.parse(toTime))
    return end > begin ? [{ place, begin, end, certainty }] : []
  })
  return (
    <ol
      className="custody"
      style={{ marginInline: `${MARGINS.left}px ${MARGINS.right}px` }}
      aria-label={t.custody}
    >
      {stays.map(({ place, begin, end, certainty }) => (
        <li
          key={`${place} ${begin}`}
          className={certainty}
          style={{
            left: `${((begin - from) / length) * 100}%`,
            width: `${((end - begin) / length) * 100}%`,
          }}
          title={`${names(place)} ${shortTime(begin, language)} – ${shortTime(end, language)}`}
        >
          {names(place)}
        </li>
      ))}
    </ol>
  )
}
