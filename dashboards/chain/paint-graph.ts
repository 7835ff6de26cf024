/** Draws the lines and boxes of a chain that are in view. */
import { BOX_HEIGHT } from './layout.ts'
import type { BoxShape, LineShape, Pen, Scene } from './scene.ts'

export type Colours = (token: string) => string

export const FONT =
  '12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
const ARROW = 6

/** Left, top, right and bottom in pixels of the layout. */
export type View = readonly [number, number, number, number]

/** Lines and boxes that are in view, at their places in the layout. */
export function paintGraph(
  ctx: CanvasRenderingContext2D,
  { lines, boxes }: Scene,
  view: View,
  colours: Colours,
): void {
  ctx.font = FONT
  ctx.textBaseline = 'middle'
  for (const alike of byPen(lines.filter((line) => lineIsIn(line, view)))) {
    paintLines(ctx, alike, colours)
  }
  ctx.textAlign = 'center'
  for (const box of boxes) if (boxIsIn(box, view)) paintBox(ctx, box, colours)
}

/** Lines that look alike are one path: a stroke for each would be most of the work. */
function byPen(lines: readonly LineShape[]): Iterable<readonly LineShape[]> {
  const found = new Map<string, LineShape[]>()
  for (const line of lines) {
    const { stroke, width, dash } = line.pen
    const name = `${stroke} ${width} ${dash.length}`
    const alike = found.get(name)
    if (alike) alike.push(line)
    else found.set(name, [line])
  }
  return found.values()
}

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

export function withPen(ctx: CanvasRenderingContext2D, pen: Pen, colours: Colours): void {
  ctx.strokeStyle = colours(pen.stroke)
  ctx.lineWidth = pen.width
  ctx.setLineDash(pen.dash as number[])
}

/** Those of one pen. */
function paintLines(
  ctx: CanvasRenderingContext2D,
  lines: readonly LineShape[],
  colours: Colours,
): void {
  const [first] = lines
  if (first) withPen(ctx, first.pen, colours)
  ctx.beginPath()
  for (const { from, bend, to } of lines) {
    ctx.moveTo(...from)
    ctx.bezierCurveTo(...bend, ...to)
  }
  ctx.stroke()
  ctx.setLineDash([])
  ctx.fillStyle = ctx.strokeStyle
  ctx.beginPath()
  for (const { to } of lines) {
    ctx.moveTo(to[0] + 1, to[1])
    ctx.lineTo(to[0] - ARROW, to[1] - ARROW / 2)
    ctx.lineTo(to[0] - ARROW, to[1] + ARROW / 2)
    ctx.closePath()
  }
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
