/** G1 of what moves inside of containers: what is recalled is not named, its pallet is. */
import { productKeyOf } from '#epcis/product-key.ts'
import { type Finding, finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { Movement } from '#risk/movement.ts'
import { recallId } from '#risk/recall-clock.ts'
import type { RecallReader } from '#risk/recalled.ts'
import type { RecallMatch } from '#risk/reference.ts'
import { isHeldAt } from '#risk/release.ts'
import { worstOf } from '#risk/sample.ts'
import type { FactReader, Of } from '#store/alerts/facts.ts'
import type { TrailReader } from '#store/trail.ts'
import { historyOf } from '#trace/history.ts'
import type { Certainty } from '#trace/parts.ts'
import { contentsAt } from './contents-at.ts'
import type { LiveItems } from './items.ts'

/** Beyond it that is said. */
interface MovingLimits {
  /** Of one container that are looked through. */
  readonly contents: number
  /** Of them by name. */
  readonly named: number
  /** The last shipments of one container. */
  readonly moves: number
}

const MOST: MovingLimits = { contents: 20_000, named: 1_000, moves: 100 }
/** Of all kinds, among which shipments are looked for. */
const MOST_MOVEMENTS = 20_000
const MOST_TOLD = 10_000

export interface MovingParts {
  readonly trail: TrailReader
  readonly known: FactReader
  readonly watch: Watch
  readonly recalls: RecallReader
  readonly items: Pick<LiveItems, 'get' | 'load'>
}

/**
 * Which containers were told since which change of a scope: a thousand items of one recall have few
 * containers between them, and each looks at all that is in it. In memory; what was rolled back or
 * is told from the beginning has to be forgotten.
 */
export class MovingTold {
  readonly #told = new Map<string, number>()

  /** Whether a container was told when this change had been made. */
  isSince(unit: string, change: number): boolean {
    return (this.#told.get(unit) ?? -1) >= change
  }

  tell(unit: string, lastChange: number): void {
    this.#told.delete(unit)
    this.#told.set(unit, lastChange)
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= MOST_TOLD) break
      this.#told.delete(oldest)
    }
  }

  forget(): void {
    this.#told.clear()
  }
}

/** G1 of each time that a logistic unit was shipped with something recalled in it. */
export async function aboutMoving(
  parts: MovingParts,
  unit: string,
  most = MOST,
): Promise<Finding[]> {
  const { known, recalls } = parts
  const movements = known.movements(unit, MOST_MOVEMENTS)
  const moves = movements.filter(({ kind, amount }) => kind === 'shipped' && (amount ?? 0) >= 0)
  const [first] = moves
  // Those that were over before it moved say nothing of it.
  if (!first || recalls.recalls(first.timeUs).length === 0) return []
  const found: Finding[] = []
  for (const move of moves.slice(-most.moves)) {
    found.push(...(await moved(parts, unit, move, most)))
  }
  const isCut = moves.length > most.moves || movements.length > MOST_MOVEMENTS
  if (isCut) found.push(...notLookedAt(parts, unit, first, 'moves', most.moves))
  return found
}

/** What is recalled of the contents of a unit. */
interface Recalled {
  readonly key: string
  readonly match: RecallMatch
  readonly via: readonly string[]
}

async function moved(
  parts: MovingParts,
  unit: string,
  move: Of<Movement>,
  most: MovingLimits,
): Promise<Finding[]> {
  const { trail, watch, recalls, items } = parts
  const { timeUs, recordUs, event } = move
  const { contents, isWhole } = await contentsAt(trail, unit, timeUs, most.contents)
  const byRecall = new Map<string, Recalled[]>()
  items.load(contents.map(({ key }) => key))
  for (const { key, path: via } of contents) {
    // What was told after the recall was approved is in its scope by its lot alone.
    const lots = items.get(key)?.state.lots ?? []
    for (const match of onceEach(recalls.matches([key, ...lots]))) {
      if (!isHeldAt(match, timeUs)) continue
      const its = byRecall.get(match.recall) ?? []
      its.push({ key, match, via })
      byRecall.set(match.recall, its)
    }
  }
  const found = isWhole ? [] : notLookedAt(parts, unit, move, 'contents', most.contents)
  const [summary] = byRecall.size > 0 ? await trail.summaries([event]) : []
  for (const [recall, its] of byRecall) {
    const first = its[0]
    const rule = first && ruleFor(watch, first.key, move)
    // That it goes back is what a recall asks for.
    const isBack = summary?.disposition === 'returned'
    if (!rule || !summary || isBack) continue
    const named = its.slice(0, most.named)
    const more = its.length - named.length
    const measure = { name: 'more', value: more, limit: named.length, unit: 'count' } as const
    found.push(
      finding(rule, more > 0 ? 'movingMany' : 'moving', {
        subject: unit,
        fromUs: timeUs,
        toUs: timeUs,
        knowableUs: recordUs,
        certainty: its.reduce<Certainty>((c, { match }) => worstOf(c, match.certainty), inferred),
        incident: recall,
        ...(more > 0 && { measures: [measure] }),
        words: { recall: recallId(recall), step: 'shipping' },
        eventIDs: [summary.eventID],
        affected: named.map(({ key, match, via }) => {
          return { key, certainty: worstOf(inferred, match.certainty), path: via }
        }),
        cause: recall,
      }),
    )
  }
  return found
}

/** Of a recall of an item and of its lot, the surer; they come in that order. */
function onceEach(matches: readonly RecallMatch[]): RecallMatch[] {
  return matches.filter(({ recall }, at) => matches.findIndex((m) => m.recall === recall) === at)
}

/** That something may be recalled which was not looked at. */
function notLookedAt(
  { watch }: MovingParts,
  unit: string,
  { timeUs, recordUs, site }: Of<Movement>,
  variant: 'contents' | 'moves',
  limit: number,
): Finding[] {
  const rule = ruleFor(watch, unit, { timeUs, site })
  if (!rule) return []
  const told = finding(rule, variant, {
    ...{ subject: unit, fromUs: timeUs, toUs: timeUs, knowableUs: recordUs },
    severity: 'info',
    certainty: 'possible',
    measures: [{ name: 'count', value: limit + 1, limit, unit: 'count' }],
    affected: [{ key: unit, certainty: 'possible', path: [] }],
  })
  return [told]
}

function ruleFor(
  { rules, reference }: Watch,
  key: string,
  { timeUs, site }: Pick<Movement, 'timeUs' | 'site'>,
) {
  const { domain } = reference.product(key) ?? {}
  return rules.get('G1', { domain, product: productKeyOf(key), site: site || undefined }, timeUs)
}

const inferred: Certainty = 'inferred'

/** What ever carried an item, near and far. */
export async function carriersOf(trail: TrailReader, item: string): Promise<Set<string>> {
  const history = await historyOf(trail, item)
  const carriers = history?.carriages.flatMap(({ path }) => path.map(({ parent }) => parent.key))
  return new Set(carriers)
}
