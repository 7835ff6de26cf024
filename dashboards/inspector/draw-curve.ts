/**
 * Draws a temperature curve: the band of its limits, what lies outside of it in red, times of which
 * nothing is known hatched, the worst of each excursion with its value. Colours are the tokens'.
 */
import uPlot from 'uplot'
import { axisDay } from '../words/format.ts'
import type { Language } from '../words/language.ts'
import {
  type Curve,
  columnsOf,
  type Excursion,
  type Gap,
  type Limits,
  MARGINS,
  type Point,
  rangeOf,
} from './curve.ts'
import { labelPeaks } from './label-peaks.ts'
import 'uplot/dist/uPlot.min.css'

const HEIGHT = 220
const HATCH_STEP = 8

/** Puts the curve into an element; `destroy` takes it out. */
export function drawCurve(into: HTMLElement, curve: Curve, language: Language): uPlot {
  const { points, limits, excursions, gaps } = curve
  const start = performance.now()
  const range = rangeOf(points, limits)
  const colour = coloursOf(into)
  const axis: uPlot.Axis = {
    stroke: colour('--text-quiet'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  }
  return new uPlot(
    {
      width: into.clientWidth,
      height: HEIGHT,
      // Told, not left to uPlot: the strip of who held it has to end where the curve does.
      padding: [8, MARGINS.right, 0, 0],
      legend: { show: false },
      cursor: { points: { size: 8 }, drag: { x: true, y: false } },
      scales: { y: { range } },
      axes: [
        { ...axis, values: (_, seconds) => timesOf(seconds, language) },
        { ...axis, size: MARGINS.left, values: (_, values) => values.map((value) => `${value}°`) },
      ],
      series: [{}, { stroke: colour('--curve'), width: 2, points: { show: false } }],
      hooks: {
        drawClear: [(plot) => drawBehind(plot, limits, gaps, colour)],
        draw: [(plot) => drawExcursions(plot, points, excursions, limits, colour)],
        // For whoever wants to know how long it took.
        ready: [() => performance.measure('curve', { start })],
      },
    },
    columnsOf(curve, (ms) => ms / 1000),
    into,
  )
}

type Colour = (token: string) => string

function coloursOf(element: HTMLElement): Colour {
  const style = getComputedStyle(element)
  return (token) => style.getPropertyValue(token)
}

function timesOf(seconds: readonly number[], language: Language): string[] {
  const days = new Set(seconds.map((second) => new Date(second * 1000).getDate())).size
  return seconds.map((second) => {
    const date = new Date(second * 1000)
    const day = axisDay(date, language)
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
    const clock = `${date.getHours()}:${String(date.getMinutes()).padStart(2, '0')}`
    return days > 2 && isMidnight ? day : days > seconds.length ? day : clock
  })
}

function drawBehind(
  { ctx, bbox, valToPos }: uPlot,
  limits: Limits | undefined,
  gaps: readonly Gap[],
  colour: Colour,
): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  if (limits) {
    const top = valToPos(limits.max, 'y', true)
    const bottom = valToPos(limits.min, 'y', true)
    ctx.fillStyle = colour('--fine-ground')
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top)
    ctx.strokeStyle = colour('--fine')
    ctx.setLineDash([6, 4])
    for (const y of [top, bottom]) line(ctx, bbox.left, y, bbox.left + bbox.width, y)
  }
  ctx.setLineDash([])
  ctx.strokeStyle = colour('--inferred')
  for (const { fromMs, toMs } of gaps) {
    const left = valToPos(fromMs / 1000, 'x', true)
    const right = valToPos(toMs / 1000, 'x', true)
    hatch(ctx, left, right, bbox.top, bbox.top + bbox.height)
  }
  ctx.restore()
}

function hatch(
  ctx: CanvasRenderingContext2D,
  left: number,
  right: number,
  top: number,
  bottom: number,
): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(left, top, right - left, bottom - top)
  ctx.clip()
  const height = bottom - top
  for (let x = left - height; x < right; x += HATCH_STEP) line(ctx, x, bottom, x + height, top)
  ctx.restore()
}

function line(ctx: CanvasRenderingContext2D, x: number, y: number, toX: number, toY: number): void {
  ctx.beginPath()
  ctx.moveTo(x, y)
  ctx.lineTo(toX, toY)
  ctx.stroke()
}

function drawExcursions(
  plot: uPlot,
  points: readonly Point[],
  excursions: readonly Excursion[],
  limits: Limits | undefined,
  colour: Colour,
): void {
  if (!limits) return
  const { ctx, valToPos } = plot
  ctx.save()
  ctx.strokeStyle = colour('--stop')
  ctx.fillStyle = colour('--stop')
  ctx.lineWidth = 3
  for (const { fromMs, toMs } of excursions) {
    ctx.beginPath()
    for (let at = placeOf(points, fromMs); at < points.length; at += 1) {
      const { timeMs, value } = points[at] as Point
      if (timeMs > toMs) break
      ctx.lineTo(valToPos(timeMs / 1000, 'x', true), valToPos(value, 'y', true))
    }
    ctx.stroke()
  }
  labelPeaks(plot, excursions, limits, (ms) => valToPos(ms / 1000, 'x', true))
  ctx.restore()
}

/** Of the first point that is not before a time. */
function placeOf(points: readonly Point[], fromMs: number): number {
  let [low, high] = [0, points.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle]?.timeMs ?? fromMs) < fromMs) low = middle + 1
    else high = middle
  }
  return low
}
