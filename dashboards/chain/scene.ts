/**
 * What a layout looks like, as plain shapes: the same for the canvas on the page and for the SVG
 * that is taken away. Colours are names of tokens, and none stands alone: what is inferred or
 * missing is dashed and has a question mark, what speaks against an item has its own sign.
 */
import type { Box } from './boxes.ts'
import type { Certainty, Side } from './graph.ts'
import { BOX_HEIGHT, type Layout, type Placed, type PlacedEdge } from './layout.ts'

export interface Pen {
  readonly stroke: string
  readonly width: number
  readonly dash: readonly number[]
}

export interface BoxShape {
  readonly id: string
  readonly x: number
  readonly y: number
  readonly width: number
  readonly radius: number
  readonly fill: string
  readonly pen: Pen
  readonly text: string
  readonly colour: string
  readonly isBold: boolean
  /** Before it: something is missing there. */
  readonly stub: boolean
}

/** A curve from one point to another, with an arrow at its end. */
export interface LineShape {
  readonly from: readonly [number, number]
  readonly bend: readonly [number, number, number, number]
  readonly to: readonly [number, number]
  readonly pen: Pen
}

export interface Scene {
  /** Those behind come first. */
  readonly lines: readonly LineShape[]
  readonly boxes: readonly BoxShape[]
}

export type Mark = 'stop' | 'warn'

export interface Look {
  readonly selected: string | undefined
  readonly sideOf: (box: Box) => Side
  readonly markOf: (box: Box) => Mark | undefined
  readonly labelOf: (box: Box) => string
}

export const DASH = [4, 3] as const
const SOLID = [] as const
const ROUND_KINDS: ReadonlySet<string> = new Set(['instance'])

export function sceneOf({ placed, edges }: Layout, look: Look): Scene {
  const sides = new Map(placed.map(({ box }) => [box.id, look.sideOf(box)]))
  const lines = edges.map((edge) => lineOf(edge, sides))
  return {
    lines: [...lines.filter(isQuiet), ...lines.filter((line) => !isQuiet(line))],
    boxes: placed.map((one) => boxOf(one, look, sides.get(one.box.id) ?? 'other')),
  }
}

function isQuiet({ pen }: LineShape): boolean {
  return pen.stroke === QUIET_LINE
}

const QUIET_LINE = '--line-strong'

function lineOf({ edge, from, to }: PlacedEdge, sides: ReadonlyMap<string, Side>): LineShape {
  const side = sideOfLine(sides.get(from.box.id), sides.get(to.box.id))
  const isOther = side === undefined
  const stroke = isOther ? QUIET_LINE : side === 'up' ? '--upstream' : '--downstream'
  const width = isOther ? 1 : Math.min(4, 1.6 + Math.log10(edge.count))
  const pen = { stroke, width, dash: dashOf(edge.certainty) }
  const end = [to.x - 2, to.y + BOX_HEIGHT / 2] as const
  if (from.y === to.y && to.x >= from.x + from.width) {
    const begin = [from.x + from.width, from.y + BOX_HEIGHT / 2] as const
    return { from: begin, bend: [...begin, ...end], to: end, pen }
  }
  const isDown = to.y >= from.y
  const begin = [from.x + 12, isDown ? from.y + BOX_HEIGHT : from.y] as const
  const bend = [begin[0], end[1], Math.min(end[0] - 10, begin[0] + 30), end[1]] as const
  return { from: begin, bend, to: end, pen }
}

/** A line belongs to the way from or to what is selected where both of its ends do. */
function sideOfLine(from?: Side, to?: Side): 'up' | 'down' | undefined {
  if (from === 'up' && (to === 'up' || to === 'start')) return 'up'
  if ((from === 'down' || from === 'start') && to === 'down') return 'down'
  return from === 'start' && to === 'start' ? 'down' : undefined
}

function dashOf(certainty: Certainty): readonly number[] {
  return certainty === 'observed' ? SOLID : DASH
}

const SIDES: Readonly<Record<Side, { stroke: string; fill: string; text: string }>> = {
  start: { stroke: '--brand', fill: '--brand-ground', text: '--text' },
  up: { stroke: '--upstream', fill: '--card', text: '--text' },
  down: { stroke: '--downstream', fill: '--card', text: '--text' },
  other: { stroke: '--line-strong', fill: '--card', text: '--text-quiet' },
}

function boxOf({ box, width, x, y }: Placed, look: Look, side: Side): BoxShape {
  const mark = look.markOf(box)
  const isSelected = box.id === look.selected
  const isDoubtful = box.certainty !== 'observed' || box.hasGap
  const { stroke, fill, text } = SIDES[side]
  const sign = mark === 'stop' ? '✕ ' : mark === 'warn' ? '! ' : isDoubtful ? '? ' : ''
  return {
    ...{ id: box.id, x, y, width },
    radius: ROUND_KINDS.has(box.visits[0]?.node.kind ?? '') ? BOX_HEIGHT / 2 : 4,
    fill: fillOf(mark, isDoubtful, fill),
    pen: {
      stroke: isSelected ? '--text' : isDoubtful && side === 'other' ? '--inferred' : stroke,
      width: isSelected ? 3 : side === 'other' ? 1 : 1.8,
      dash: isDoubtful ? DASH : SOLID,
    },
    text: sign + look.labelOf(box),
    colour: mark === 'stop' ? '--on-stop' : mark === 'warn' ? '--warn' : text,
    isBold: isSelected || side === 'start',
    stub: box.hasGap,
  }
}

function fillOf(mark: Mark | undefined, isDoubtful: boolean, fill: string): string {
  if (mark === 'stop') return '--stop'
  if (mark === 'warn') return '--warn-ground'
  return isDoubtful ? '--inferred-ground' : fill
}
