/** A chain as an SVG document that stands by itself: for a report, or for paper. */
import type { Tick } from './axis.ts'
import { BOX_HEIGHT, type Layout, LEFT } from './layout.ts'
import { AXIS_HEIGHT, LANE_COLOURS } from './paint.ts'
import type { Colours } from './paint-graph.ts'
import type { BoxShape, LineShape, Pen, Scene } from './scene.ts'

export interface SvgParts {
  readonly title: string
  readonly layout: Layout
  readonly scene: Scene
  readonly laneNames: (party: string) => string
  readonly ticks: readonly Tick[]
  readonly tickText: (tick: Tick) => string
  readonly colours: Colours
}

const MARGIN = 150

export function svgOf(parts: SvgParts): string {
  const { title, layout, scene, laneNames, ticks, tickText, colours } = parts
  const width = Math.ceil(MARGIN + layout.width)
  const height = Math.ceil(layout.height + AXIS_HEIGHT)
  const lanes = layout.lanes.map(({ party, y, height: its }, at) => {
    const band = rect(0, y, width, its, colours(at % 2 === 0 ? '--card' : '--ground'))
    const edge = rect(0, y + 2, 4, its - 4, colours(LANE_COLOURS[at % LANE_COLOURS.length] ?? ''))
    const name = text(laneNames(party), 12, y + its / 2, colours('--text-quiet'), 'start')
    return band + edge + name
  })
  const times = ticks.map((tick) => {
    const x = MARGIN + LEFT + tick.x
    const line = `<path d="M${n(x)} 0V${n(layout.height)}" stroke="${colours('--line')}"/>`
    const label = text(tickText(tick), x, layout.height + AXIS_HEIGHT / 2, colours('--text-quiet'))
    return line + label
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"`,
    ` viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    rect(0, 0, width, height, colours('--card')),
    ...lanes,
    ...times,
    `<g transform="translate(${MARGIN} 0)">`,
    ...scene.lines.map((line) => lineText(line, colours)),
    ...scene.boxes.map((box) => boxText(box, colours)),
    '</g></svg>',
  ].join('\n')
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}

function rect(x: number, y: number, width: number, height: number, fill: string): string {
  return `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}"/>`
}

function text(value: string, x: number, y: number, fill: string, anchor = 'middle'): string {
  const place = `x="${n(x)}" y="${n(y)}" dominant-baseline="central" text-anchor="${anchor}"`
  return `<text ${place} fill="${fill}">${escaped(value)}</text>`
}

function penText({ stroke, width, dash }: Pen, colours: Colours): string {
  const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : ''
  return `stroke="${colours(stroke)}" stroke-width="${n(width)}"${dashes}`
}

function lineText({ from, bend, to, pen }: LineShape, colours: Colours): string {
  const curve = `M${from.map(n).join(' ')}C${[...bend, ...to].map(n).join(' ')}`
  const [x, y] = to
  const arrow = `M${n(x + 1)} ${n(y)}l-7 -3v6z`
  return (
    `<path d="${curve}" fill="none" ${penText(pen, colours)}/>` +
    `<path d="${arrow}" fill="${colours(pen.stroke)}"/>`
  )
}

function boxText(box: BoxShape, colours: Colours): string {
  const { x, y, width, radius, fill, pen, stub } = box
  const [middleX, middleY] = [x + width / 2, y + BOX_HEIGHT / 2]
  const missing = { stroke: '--inferred', width: 1.5, dash: [3, 3] }
  return [
    stub ? `<path d="M${n(x - 20)} ${n(middleY)}h20" ${penText(missing, colours)}/>` : '',
    `<rect x="${n(x)}" y="${n(y)}" width="${width}" height="${BOX_HEIGHT}" rx="${radius}"`,
    ` fill="${colours(fill)}" ${penText(pen, colours)}/>`,
    text(box.text, middleX, middleY, colours(box.colour)),
  ].join('')
}
