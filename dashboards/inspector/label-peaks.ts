/** The worst of each excursion, written beside its peak where there is room for it. */
import type uPlot from 'uplot'
import type { Excursion, Limits } from './curve.ts'
import { placed } from './placed.ts'

const FONT_PX = 13
const GAP_PX = 5

/** `xOf`: of a time in milliseconds, in pixels of the canvas. The colour is the caller's. */
export function labelPeaks(
  { ctx, bbox, valToPos }: uPlot,
  excursions: readonly Excursion[],
  limits: Limits,
  xOf: (ms: number) => number,
): void {
  const ratio = devicePixelRatio
  ctx.font = `600 ${Math.round(FONT_PX * ratio)}px system-ui, sans-serif`
  // uPlot leaves its own alignment behind.
  ctx.textAlign = 'center'
  const labels = excursions.map(({ peak, peakMs }) => {
    const isHigh = peak > limits.max
    const text = `${isHigh ? '▲' : '▼'} ${peak.toFixed(1)}°`
    const width = ctx.measureText(text).width + GAP_PX * ratio
    // One at the edge stands inside of it.
    const half = width / 2
    const x = Math.min(Math.max(xOf(peakMs), bbox.left + half), bbox.left + bbox.width - half)
    const beyond = isHigh ? peak - limits.max : limits.min - peak
    return { isHigh, text, x, width, y: valToPos(peak, 'y', true), weight: beyond }
  })
  for (const side of [true, false]) {
    for (const { text, x, y } of placed(labels.filter(({ isHigh }) => isHigh === side))) {
      ctx.textBaseline = side ? 'bottom' : 'top'
      ctx.fillText(text, x, y + (side ? -GAP_PX : GAP_PX) * ratio)
    }
  }
}
