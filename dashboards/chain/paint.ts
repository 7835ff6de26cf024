/**
 * Draws the part of a chain that is in view on a canvas: an SVG of five thousand boxes takes a
 * quarter of a second to move, this a few milliseconds.
 */
import type { Tick } from './axis.ts'
import { type Lane, LEFT } from './layout.ts'
import { type Colours, FONT, type View, withPen } from './paint-graph.ts'
import type { Sheet } from './sheet.ts'

export interface Frame {
  readonly sheet: Sheet
  readonly lanes: readonly Lane[]
  readonly laneNames: (party: string) => string
  readonly ticks: readonly Tick[]
  readonly tickText: (tick: Tick) => string
  /** What is scrolled away, in pixels. */
  readonly scrollX: number
  readonly scrollY: number
  /** Of the canvas, in CSS pixels. */
  readonly width: number
  readonly height: number
  /** Room for the names of lanes. */
  readonly margin: number
  /** Where the shared cursor is, in the layout; undefined where it is not in view. */
  readonly cursorX: number | undefined
}

export const AXIS_HEIGHT = 24

export function paint(ctx: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const { sheet, width, height, margin } = frame
  ctx.fillStyle = colours('--card')
  ctx.fillRect(0, 0, width, height)
  ctx.font = FONT
  ctx.textBaseline = 'middle'
  paintLanes(ctx, frame, colours)
  sheet.show(ctx, viewOf(frame), margin, 0)
  paintCursor(ctx, frame, colours)
  paintAxis(ctx, frame, colours)
}

/** Bands behind everything, with the names of those who had the goods beside them. */
function paintLanes(ctx: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const { lanes, laneNames, scrollX, scrollY, width, height, margin, ticks } = frame
  ctx.textAlign = 'left'
  for (const [at, { party, y, height: its }] of lanes.entries()) {
    const top = y - scrollY
    if (top > height || top + its < 0) continue
    ctx.fillStyle = colours(at % 2 === 0 ? '--card' : '--ground')
    ctx.fillRect(0, top, width, its)
    ctx.fillStyle = colours(LANE_COLOURS[at % LANE_COLOURS.length] ?? '--brand')
    ctx.fillRect(0, top + 2, 4, its - 4)
    ctx.fillStyle = colours('--text-quiet')
    ctx.fillText(laneNames(party), 12, top + Math.min(its, height - top) / 2, margin - 16)
  }
  ctx.strokeStyle = colours('--line')
  ctx.lineWidth = 1
  for (const { x } of ticks) {
    const at = Math.round(margin + LEFT + x - scrollX) + 0.5
    if (at < margin || at > width) continue
    ctx.beginPath()
    ctx.moveTo(at, 0)
    ctx.lineTo(at, height - AXIS_HEIGHT)
    ctx.stroke()
  }
}

export const LANE_COLOURS = ['--fine', '--upstream', '--downstream', '--inferred', '--warn-mark']

/** What is in view, beside the names and above the axis. */
export function viewOf({ scrollX, scrollY, width, height, margin }: Frame): View {
  return [scrollX, scrollY, scrollX + width - margin, scrollY + height - AXIS_HEIGHT]
}

function paintAxis(ctx: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const { ticks, tickText, scrollX, width, height, margin } = frame
  ctx.fillStyle = colours('--card')
  ctx.fillRect(0, height - AXIS_HEIGHT, width, AXIS_HEIGHT)
  ctx.textAlign = 'center'
  for (const tick of ticks) {
    const at = margin + LEFT + tick.x - scrollX
    if (at < margin || at > width) continue
    ctx.fillStyle = colours(tick.isDay ? '--text' : '--text-quiet')
    ctx.fillText(tickText(tick), Math.min(at, width - 24), height - AXIS_HEIGHT / 2)
  }
}

function paintCursor(ctx: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const { cursorX, scrollX, height, margin } = frame
  const x = margin + (cursorX ?? -1) - scrollX
  if (cursorX === undefined || x < margin) return
  withPen(ctx, { stroke: '--focus', width: 1, dash: [] }, colours)
  ctx.beginPath()
  ctx.moveTo(x, 0)
  ctx.lineTo(x, height - AXIS_HEIGHT)
  ctx.stroke()
}
