/**
 * Where boxes stand: a lane for each party in the order in which the goods came to them, time from
 * left to right, and below each other what would cover each other. The left edge of a box is its
 * time: centred boxes would let lines run backwards.
 */
import { type Axis, type AxisMode, axisOf } from './axis.ts'
import type { Box, BoxEdge, Boxes } from './boxes.ts'

export interface Placed {
  readonly box: Box
  readonly width: number
  readonly x: number
  readonly y: number
}

export interface Lane {
  readonly party: string
  readonly y: number
  readonly height: number
}

export interface PlacedEdge {
  readonly edge: BoxEdge
  readonly from: Placed
  readonly to: Placed
}

export interface Layout {
  readonly placed: readonly Placed[]
  readonly edges: readonly PlacedEdge[]
  readonly lanes: readonly Lane[]
  readonly axis: Axis
  readonly width: number
  readonly height: number
  readonly byId: ReadonlyMap<string, Placed>
}

export const BOX_WIDTH = 86
export const BOX_HEIGHT = 22
const ROW = 28
const LANE_PAD = 4
const BUNDLE_WIDTH = 132
const BESIDE = 8
export const LEFT = 24

/** `width`: pixels that the whole may take; it is the reader's to widen it. */
export function layoutOf({ boxes, edges }: Boxes, mode: AxisMode, width: number): Layout {
  const room = Math.max(width - LEFT - BUNDLE_WIDTH - LEFT, 2 * BOX_WIDTH)
  const axis = axisOf(
    boxes.map(({ fromMs }) => fromMs),
    mode,
    room,
  )
  const placed: Placed[] = []
  const lanes: Lane[] = []
  let y = 0
  for (const [party, its] of lanesOf(boxes)) {
    const ends: number[] = []
    for (const box of its) {
      const x = LEFT + axis.xOf(box.fromMs)
      const row = rowFor(ends, x)
      const width = box.visits.length > 1 ? BUNDLE_WIDTH : BOX_WIDTH
      ends[row] = x + width + BESIDE
      placed.push({ box, width, x, y: y + LANE_PAD + row * ROW + (ROW - BOX_HEIGHT) / 2 })
    }
    const height = ends.length * ROW + 2 * LANE_PAD
    lanes.push({ party, y, height })
    y += height
  }
  const byId = new Map(placed.map((one) => [one.box.id, one]))
  const between = edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
    return from && to ? [{ edge, from, to }] : []
  })
  return { placed, edges: between, lanes, axis, width: Math.max(width, room), height: y, byId }
}

/** Parties by when they first had something, and what each had in the order of time. */
function lanesOf(boxes: readonly Box[]): Map<string, Box[]> {
  const lanes = new Map<string, Box[]>()
  const inOrder = [...boxes].sort(
    (one, other) => one.fromMs - other.fromMs || (one.id < other.id ? -1 : 1),
  )
  for (const box of inOrder) {
    const lane = lanes.get(box.party)
    if (lane) lane.push(box)
    else lanes.set(box.party, [box])
  }
  return lanes
}

/** The first row that is free at a place. */
function rowFor(ends: readonly number[], x: number): number {
  const free = ends.findIndex((end) => end <= x)
  return free === -1 ? ends.length : free
}

/** The box at a place, if there is one. */
export function placedAt({ placed }: Layout, x: number, y: number): Placed | undefined {
  return placed.findLast(
    (one) => x >= one.x && x <= one.x + one.width && y >= one.y && y <= one.y + BOX_HEIGHT,
  )
}

export type Step = 'parent' | 'child' | 'before' | 'after'

/** Where the keyboard goes from a box: along its lines, or to its neighbour in the lane or next. */
export function stepFrom({ placed, edges, byId }: Layout, id: string, step: Step): string {
  const here = byId.get(id)
  if (!here) return placed[0]?.box.id ?? id
  if (step === 'parent' || step === 'child') {
    const others = edges.flatMap(({ from, to }) =>
      step === 'parent' ? (to === here ? [from] : []) : from === here ? [to] : [],
    )
    const [nearest] = others.sort((one, other) => distance(here, one) - distance(here, other))
    return nearest?.box.id ?? id
  }
  const at = placed.indexOf(here)
  return placed[step === 'before' ? at - 1 : at + 1]?.box.id ?? id
}

function distance(one: Placed, other: Placed): number {
  return Math.abs(one.x - other.x) + 2 * Math.abs(one.y - other.y)
}
