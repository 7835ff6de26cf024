/**
 * Draws the part of a chain that is in view on a canvas: an SVG of five thousand boxes takes a
 * quarter of a second to move, this a few milliseconds.
 */
import type { Tick } from './axis.ts'
import { BOX_HEIGHT, type Lane, LEFT } from './layout.ts'
import type { BoxShape, LineShape, Pen, Scene } from './scene.ts'

export type Colours = (token: string) => string

export interface Frame {
  readonly scene: Scene
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
const FONT = '12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
const ARROW = 6

export function paint(ctx: CanvasRenderingContext2D, frame: Frame, colours: Colours): void {
  const { scene, scrollX, scrollY, width, height, margin } = frame
  ctx.fillStyle = colours('--card')
  ctx.fillRect(0, 0, width, height)
  ctx.font = FONT
  ctx.textBaseline = 'middle'
  paintLanes(ctx, frame, colours)
  ctx.save()
  ctx.beginPath()
  ctx.rect(margin, 0, width - margin, height - AXIS_HEIGHT)
  ctx.clip()
  ctx.translate(margin - scrollX, -scrollY)
  const view = [scrollX, scrollY, scrollX + width - margin, scrollY + height] as const
  for (const line of scene.lines) if (lineIsIn(line, view)) paintLine(ctx, line, colours)
  ctx.textAlign = 'center'
  for (const box of scene.boxes) if (boxIsIn(box, view)) paintBox(ctx, box, colours)
  paintCursor(ctx, frame, colours)
  ctx.restore()
  paintAxis(ctx, frame, colours)
}

type View = readonly [number, number, number, number]

function boxIsIn({ x, y, width }: BoxShape, [left, top, right, bottom]: View): boolean {
  return x + width > left && x - 20 < right && y + BOX_HEIGHT > top && y < bottom
}

function lineIsIn({ from, to, bend }: LineShape, [left, top, right, bottom]: View): boolean {
  const [x, y, otherX, otherY] = bend
  return (
    Math.max(from[0], to[0], x, otherX) > left &&
    Math.min(from[0], to[0], x, otherX) < right &&
    Math.max(from[1], to[1], y, otherY) > top &&
    Math.min(from[1], to[1], y, otherY) < bottom
  )
}

function withPen(ctx: CanvasRenderingContext2D, pen: Pen, colours: Colours): void {
  ctx.strokeStyle = colours(pen.stroke)
  ctx.lineWidth = pen.width
  ctx.setLineDash(pen.dash as number[])
}

function paintLine(ctx: CanvasRenderingContext2D, line: LineShape, colours: Colours): void {
  const { from, bend, to, pen } = line
  withPen(ctx, pen, colours)
  ctx.beginPath()
  ctx.moveTo(...from)
  ctx.bezierCurveTo(...bend, ...to)
  ctx.stroke()
  ctx.setLineDash([])
  ctx.fillStyle = ctx.strokeStyle
  ctx.beginPath()
  ctx.moveTo(to[0] + 1, to[1])
  ctx.lineTo(to[0] - ARROW, to[1] - ARROW / 2)
  ctx.lineTo(to[0] - ARROW, to[1] + ARROW / 2)
  ctx.fill()
}

function paintBox(ctx: CanvasRenderingContext2D, box: BoxShape, colours: Colours): void {
  const { x, y, width, radius, fill, pen, text, colour, isBold, stub } = box
  if (stub) {
    withPen(ctx, { stroke: '--inferred', width: 1.5, dash: [3, 3] }, colours)
    ctx.beginPath()
    ctx.moveTo(x - 20, y + BOX_HEIGHT / 2)
    ctx.lineTo(x, y + BOX_HEIGHT / 2)
    ctx.stroke()
  }
  ctx.fillStyle = colours(fill)
  withPen(ctx, pen, colours)
  ctx.beginPath()
  ctx.roundRect(x, y, width, BOX_HEIGHT, radius)
  ctx.fill()
  ctx.stroke()
  ctx.setLineDash([])
  ctx.fillStyle = colours(colour)
  if (isBold) ctx.font = `600 ${FONT}`
  ctx.fillText(text, x + width / 2, y + BOX_HEIGHT / 2 + 0.5, width - 8)
  if (isBold) ctx.font = FONT
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
  const { cursorX, scrollY, height } = frame
  if (cursorX === undefined) return
  withPen(ctx, { stroke: '--focus', width: 1, dash: [] }, colours)
  ctx.beginPath()
  ctx.moveTo(cursorX, scrollY)
  ctx.lineTo(cursorX, scrollY + height)
  ctx.stroke()
}
