/**
 * The temperature along the way, below the graph and on its time axis: what is in view there is in
 * view here, and the cursor is one. Where nothing was measured nothing is drawn.
 */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import {
  type Curve,
  columnsOf,
  curveOf,
  type Excursion,
  type Limits,
  type Point,
  rangeOf,
  together,
} from '../inspector/curve.ts'
import { CurveFigures } from '../inspector/curve-figures.tsx'
import { labelPeaks } from '../inspector/label-peaks.ts'
import { api, told } from '../server/api.ts'
import { chainWords } from '../words/chain.ts'
import { useWords } from '../words/language.ts'
import type { Axis } from './axis.ts'
import { useColours } from './colours.ts'
import { LEFT } from './layout.ts'
import type { Colours } from './paint-graph.ts'
import type { SharedView } from './shared-view.ts'

interface CurveStripProps {
  readonly itemKey: string
  readonly limits: Limits | undefined
  readonly axis: Axis
  readonly margin: number
  readonly view: SharedView
}

const HEIGHT = 150

/** Of each sensor. */
function useReadings(item: string): readonly (readonly Point[])[] | undefined {
  const { data } = useQuery({
    queryKey: ['curve', item],
    queryFn: () => told(api.v1.telemetry.$get({ query: { item, type: 'Temperature' } })),
  })
  return useMemo(
    () =>
      data?.series.map(({ points }) =>
        points.map(({ time, value, min = value, max = value }): Point => {
          return { timeMs: Date.parse(time), value, min, max }
        }),
      ),
    [data],
  )
}

export function CurveStrip({ itemKey, limits, axis, margin, view }: CurveStripProps) {
  const t = useWords(chainWords)
  const colours = useColours()
  const into = useRef<HTMLDivElement>(null)
  const series = useReadings(itemKey)
  const lines = useMemo(() => series?.map((each) => curveOf(each, limits)), [series, limits])
  const curve = useMemo(() => lines && together(lines, limits), [lines, limits])
  useEffect(() => {
    const element = into.current
    if (!element || !lines || !curve || curve.points.length === 0) return
    const plot = plotOf(element, { ...curve, lines, axis, margin, view, colours })
    const stop = view.listen(() => follow(plot, view))
    follow(plot, view)
    return () => {
      stop()
      plot.destroy()
    }
  }, [lines, curve, axis, margin, view, colours])
  if (!curve) return null
  if (curve.points.length === 0) return <p className="quiet">{t.noCurve}</p>
  return (
    <div className="chain-curve">
      <CurveFigures curve={curve}>
        <strong>{t.temperature}</strong>
      </CurveFigures>
      <div ref={into} role="img" aria-label={t.curveLabel} />
    </div>
  )
}

interface PlotParts extends Omit<CurveStripProps, 'itemKey' | 'limits'>, Curve {
  /** Of each sensor its own. */
  readonly lines: readonly Curve[]
  readonly colours: Colours
}

function plotOf(element: HTMLElement, parts: PlotParts): uPlot {
  const { points, limits, lines, axis, margin, view, colours } = parts
  const line = { stroke: colours('--curve'), width: 1.6, points: { show: false } }
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      padding: [8, 0, 4, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, y: false, points: { size: 7 } },
      scales: { x: { time: false }, y: { range: () => rangeOf(points, limits) } },
      axes: [
        { show: false },
        {
          size: margin,
          stroke: colours('--text-quiet'),
          grid: { stroke: colours('--line'), width: 1 },
          ticks: { show: false },
          values: (_, marks) => marks.map((mark) => `${mark}°`),
        },
      ],
      series: [{}, ...lines.map(() => ({ ...line }))],
      hooks: {
        drawClear: [(plot) => drawBehind(plot, parts)],
        draw: [(plot) => drawExcursions(plot, parts)],
        setCursor: [
          ({ cursor: { left = -1 }, posToVal }) => {
            if (left >= 0) view.point(posToVal(left, 'x'))
          },
        ],
      },
    },
    uPlot.join(lines.map((each) => columnsOf(each, (ms) => LEFT + axis.xOf(ms)))),
    element,
  )
}

/** Shows what the graph shows. */
function follow(plot: uPlot, { scrollX, width, cursorX }: SharedView): void {
  const { min, max } = plot.scales['x'] ?? {}
  if (min !== scrollX || max !== scrollX + width) {
    plot.setScale('x', { min: scrollX, max: scrollX + width })
  }
  const left = cursorX === undefined ? -10 : cursorX - scrollX
  if (Math.abs((plot.cursor.left ?? -10) - left) > 0.5) plot.setCursor({ left, top: 10 }, false)
}

function drawBehind(plot: uPlot, { limits, gaps, axis, colours }: PlotParts): void {
  const { ctx, bbox } = plot
  clipped(plot, () => {
    if (limits) {
      const [top, bottom] = [
        plot.valToPos(limits.max, 'y', true),
        plot.valToPos(limits.min, 'y', true),
      ]
      ctx.fillStyle = colours('--fine-ground')
      ctx.fillRect(bbox.left, top, bbox.width, bottom - top)
      ctx.strokeStyle = colours('--fine')
      ctx.setLineDash([6, 4])
      for (const y of [top, bottom]) stroke(ctx, bbox.left, y, bbox.left + bbox.width, y)
      ctx.setLineDash([])
    }
    ctx.strokeStyle = colours('--inferred')
    for (const { fromMs, toMs } of gaps) {
      const left = plot.valToPos(LEFT + axis.xOf(fromMs), 'x', true)
      const right = plot.valToPos(LEFT + axis.xOf(toMs), 'x', true)
      hatch(ctx, left, right, bbox)
    }
  })
}

function clipped({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  draw()
  ctx.restore()
}

function stroke(ctx: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number) {
  ctx.beginPath()
  ctx.moveTo(x, y)
  ctx.lineTo(toX, toY)
  ctx.stroke()
}

const HATCH = 8

function hatch(ctx: CanvasRenderingContext2D, left: number, right: number, bbox: uPlot.BBox) {
  const from = Math.max(left, bbox.left)
  const to = Math.min(right, bbox.left + bbox.width)
  ctx.save()
  ctx.beginPath()
  ctx.rect(from, bbox.top, to - from, bbox.height)
  ctx.clip()
  for (let x = from - bbox.height; x < to; x += HATCH) {
    stroke(ctx, x, bbox.top + bbox.height, x + bbox.height, bbox.top)
  }
  ctx.restore()
}

function drawExcursions(plot: uPlot, parts: PlotParts): void {
  const { limits, excursions, axis, colours } = parts
  if (!limits) return
  const { ctx } = plot
  clipped(plot, () => {
    ctx.strokeStyle = colours('--stop')
    ctx.fillStyle = colours('--stop')
    ctx.lineWidth = 2 * devicePixelRatio
    for (const { fromMs, toMs, peak } of excursions) {
      const isHigh = peak > limits.max
      const from = plot.valToPos(LEFT + axis.xOf(fromMs), 'x', true)
      const to = plot.valToPos(LEFT + axis.xOf(toMs), 'x', true)
      const y = plot.valToPos(isHigh ? limits.max : limits.min, 'y', true)
      stroke(ctx, from, y, Math.max(to, from + 2), y)
    }
    labelPeaks(plot, inView(plot, parts), limits, (ms) =>
      plot.valToPos(LEFT + axis.xOf(ms), 'x', true),
    )
  })
}

/** Labels of what is out of view would stand at its edge. */
function inView({ scales }: uPlot, { excursions, axis }: PlotParts): readonly Excursion[] {
  const { min = 0, max = 0 } = scales['x'] ?? {}
  return excursions.filter(({ peakMs }) => {
    const x = LEFT + axis.xOf(peakMs)
    return x >= min && x <= max
  })
}
