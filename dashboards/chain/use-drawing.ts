/** From a chain to what is drawn of it, each step only when what it rests on has changed. */
import { useMemo } from 'react'
import type { Names } from '../server/names.ts'
import { shortKey } from '../words/short-key.ts'
import type { AxisMode } from './axis.ts'
import { type Box, boxesOf } from './boxes.ts'
import { type Chain, type ChainNode, graphOf, type Side, sidesOf, type Visit } from './graph.ts'
import { layoutOf } from './layout.ts'
import { type Mark, sceneOf } from './scene.ts'

export interface DrawingOptions {
  readonly mode: AxisMode
  /** Pixels that lanes may take beside each other. */
  readonly width: number
  readonly opened: readonly string[]
  readonly isOnlyRelated: boolean
  /** Id of a box or of a visit. */
  readonly selected: string | undefined
  readonly names: Names
}

export function useDrawing(chain: Chain, options: DrawingOptions) {
  const { mode, width, opened, isOnlyRelated, selected, names } = options
  const graph = useMemo(() => graphOf(chain), [chain])
  const first = graph.visitsOf.get(chain.start)?.[0]?.id
  const wanted = selected ?? first
  const focusKey = useMemo(
    () => graph.visits.find(({ id }) => id === wanted)?.node.key ?? chain.start,
    [graph, wanted, chain],
  )
  const sides = useMemo(() => sidesOf(chain, focusKey), [chain, focusKey])
  const boxes = useMemo(() => {
    if (!isOnlyRelated) return boxesOf(graph, { opened })
    const sidesAtStart = sidesOf(chain, chain.start)
    return boxesOf(graph, { opened, shows: ({ node }: Visit) => sidesAtStart.has(node.key) })
  }, [graph, chain, opened, isOnlyRelated])
  const layout = useMemo(() => layoutOf(boxes, mode, width), [boxes, mode, width])
  const current =
    boxes.boxes.find(({ id }) => id === wanted) ?? (wanted ? boxes.boxOf.get(wanted) : undefined)
  const scene = useMemo(
    () =>
      sceneOf(layout, {
        selected: current?.id,
        sideOf: (box) => sideOf(box, sides),
        markOf,
        labelOf: (box) => labelOf(box, names),
      }),
    [layout, current, sides, names],
  )
  return { graph, boxes, layout, scene, current, sides }
}

function sideOf({ visits }: Box, sides: ReadonlyMap<string, Side>): Side {
  const its = new Set(visits.map(({ node }) => sides.get(node.key) ?? 'other'))
  return (['start', 'up', 'down'] as const).find((side) => its.has(side)) ?? 'other'
}

/** What speaks against an item: a recall of it, or an alert that nobody has resolved. */
export function markOfNode({ verdict, alert }: ChainNode): Mark | undefined {
  if (verdict === 'do_not_sell' || alert === 'critical') return 'stop'
  return verdict === 'check' || alert === 'warning' ? 'warn' : undefined
}

function markOf({ visits }: Box): Mark | undefined {
  const its = visits.map(({ node }) => markOfNode(node))
  // A bundle in which some are sound is not told as if none were.
  if (its.every((mark) => mark === 'stop')) return 'stop'
  return its.some((mark) => mark !== undefined) ? 'warn' : undefined
}

function labelOf({ visits }: Box, names: Names): string {
  const [first] = visits
  if (!first) return ''
  if (visits.length === 1) return shortKey(first.node.key)
  const stopped = visits.filter(({ node }) => markOfNode(node) === 'stop').length
  const name = names.product(first.node.key) ?? shortKey(first.node.key)
  return `${name} ×${visits.length}${stopped > 0 ? ` (${stopped} ✕)` : ''}`
}
