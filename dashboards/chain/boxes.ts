/**
 * What is drawn of a graph: each stay by itself while there are few, else those of a place and a
 * day together, "×37". A bundle is opened by its name; what was opened last is closed first.
 */
import {
  type Certainty,
  type Edge,
  type EdgeKind,
  type Graph,
  grouped,
  type Visit,
} from './graph.ts'

export interface Box {
  readonly id: string
  /** More than one in a bundle. */
  readonly visits: readonly Visit[]
  readonly party: string
  readonly fromMs: number
  readonly toMs: number
  readonly certainty: Certainty
  readonly hasGap: boolean
  /** What opens or has opened it; undefined where it never was in a bundle. */
  readonly bundle?: string
}

export interface BoxEdge {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  readonly certainty: Certainty
  /** How many lines it stands for. */
  readonly count: number
}

export interface Boxes {
  readonly boxes: readonly Box[]
  readonly edges: readonly BoxEdge[]
  readonly boxOf: ReadonlyMap<string, Box>
  readonly isBundled: boolean
}

/** More are not told apart in one view. */
export const MOST_SINGLE = 300
/** Of a bundle that is opened; the rest stays one. */
export const MOST_OPENED = 50

export interface BoxesOptions {
  /** Names of bundles that are open. */
  readonly opened: readonly string[]
  readonly mostSingle?: number
  /** Those that are shown; all where it is left out. */
  readonly shows?: (visit: Visit) => boolean
}

export function boxesOf(
  { visits, edges, start }: Graph,
  { opened, mostSingle = MOST_SINGLE, shows }: BoxesOptions,
): Boxes {
  const shown = shows ? visits.filter(shows) : visits
  const isBundled = shown.length > mostSingle
  const groups = isBundled
    ? grouped(shown, (visit) => (visit.node.key === start ? visit.id : bundleOf(visit)))
    : new Map(shown.map((visit) => [visit.id, [visit]]))
  const boxes: Box[] = []
  for (const [name, members] of groups) {
    if (members.length === 1) boxes.push(boxOfVisits(members, members[0]?.id ?? name))
    else if (!opened.includes(name)) boxes.push({ ...boxOfVisits(members, name), bundle: name })
    else {
      const first = members.slice(0, MOST_OPENED)
      boxes.push(...first.map((visit) => ({ ...boxOfVisits([visit], visit.id), bundle: name })))
      const rest = members.slice(MOST_OPENED)
      if (rest.length > 0) boxes.push({ ...boxOfVisits(rest, `${name}+`), bundle: name })
    }
  }
  const boxOf = new Map(boxes.flatMap((box) => box.visits.map(({ id }) => [id, box] as const)))
  return { boxes, edges: edgesBetween(edges, boxOf), boxOf, isBundled }
}

/** Party, place, day and product: what a bundle has in common. */
function bundleOf({ node, party, place, fromMs }: Visit): string {
  const product = node.key.replace(/\/(10|21|00|8003|8004)\/.*$/, '')
  const day = new Date(fromMs).setHours(0, 0, 0, 0)
  return [party, place, day, node.kind, node.standing, product].join('|')
}

const RANK: Readonly<Record<Certainty, number>> = { observed: 0, inferred: 1, possible: 2 }

/** Of several, what is least certain: a bundle is not more so than what is in it. */
function least(one: Certainty, other: Certainty): Certainty {
  return RANK[one] >= RANK[other] ? one : other
}

function boxOfVisits(visits: readonly Visit[], id: string): Box {
  return {
    id,
    visits,
    party: visits[0]?.party ?? '',
    fromMs: Math.min(...visits.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...visits.map(({ toMs }) => toMs)),
    certainty: visits.reduce<Certainty>(
      (worst, { node }) => least(worst, node.certainty),
      'observed',
    ),
    hasGap: visits.some(({ gaps }) => gaps.length > 0),
  }
}

function edgesBetween(edges: readonly Edge[], boxOf: ReadonlyMap<string, Box>): BoxEdge[] {
  const between = new Map<string, BoxEdge>()
  for (const { from, to, kind, certainty } of edges) {
    const [one, other] = [boxOf.get(from), boxOf.get(to)]
    if (!one || !other || one === other) continue
    const name = `${one.id}\n${other.id}\n${kind}`
    const known = between.get(name)
    between.set(name, {
      ...{ from: one.id, to: other.id, kind },
      certainty: known ? least(known.certainty, certainty) : certainty,
      count: (known?.count ?? 0) + 1,
    })
  }
  return [...between.values()]
}
