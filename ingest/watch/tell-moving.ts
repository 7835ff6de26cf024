/** G1 of what moves inside of containers: what is recalled is not named, its pallet is. */
import { productOf } from '#risk/facts.ts'
import { type Finding, finding } from '#risk/finding.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { RecallReader } from '#risk/recalled.ts'
import type { RecallMatch } from '#risk/reference.ts'
import { worstOf } from '#risk/sample.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { TrailReader } from '#store/trail.ts'
import { historyOf } from '#trace/history.ts'
import type { Certainty } from '#trace/parts.ts'
import { contentsAt } from './contents-at.ts'

/** Contents of one container that are looked through, and named. */
const MOST_CONTENTS = 20_000
const MOST_NAMED = 1_000
const MOST_MOVES = 100
const MOST_CARRIERS = 50
const MOST_TOLD = 10_000

export interface MovingParts {
  readonly trail: TrailReader
  readonly known: FactReader
  readonly watch: Watch
  readonly recalls: RecallReader
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
export async function aboutMoving(parts: MovingParts, unit: string): Promise<Finding[]> {
  const { trail, known, watch, recalls } = parts
  if (recalls.recalls(Number.MAX_SAFE_INTEGER).length === 0) return []
  const found: Finding[] = []
  for (const { kind, amount, timeUs, recordUs, event } of known.movements(unit, MOST_MOVES)) {
    if (kind !== 'shipped' || (amount ?? 0) < 0) continue
    const inside = await contentsAt(trail, unit, timeUs, MOST_CONTENTS)
    const byRecall = new Map<
      string,
      { key: string; match: RecallMatch; via: readonly string[] }[]
    >()
    for (const { key, path } of inside) {
      for (const match of recalls.matches([key])) {
        if (timeUs < match.fromUs) continue
        const its = byRecall.get(match.recall) ?? []
        if (its.length < MOST_NAMED) its.push({ key, match, via: path })
        byRecall.set(match.recall, its)
      }
    }
    const [summary] = byRecall.size > 0 ? await trail.summaries([event]) : []
    for (const [recall, its] of byRecall) {
      const first = its[0]
      const domain = first && watch.reference.product(first.key)?.domain
      const rule = watch.rules.get('G1', { domain, product: first && productOf(first.key) }, timeUs)
      // That it goes back is what a recall asks for.
      const isBack = summary?.disposition === 'returned'
      if (!rule || !first || !summary || isBack) continue
      found.push(
        finding(rule, 'moving', {
          subject: unit,
          fromUs: timeUs,
          toUs: timeUs,
          knowableUs: recordUs,
          certainty: its.reduce<Certainty>((c, { match }) => worstOf(c, match.certainty), inferred),
          incident: recall,
          words: { recall, step: 'shipping' },
          eventIDs: [summary.eventID],
          affected: its.map(({ key, match, via }) => {
            return { key, certainty: worstOf(inferred, match.certainty), path: via }
          }),
          cause: recall,
        }),
      )
    }
  }
  return found
}

const inferred: Certainty = 'inferred'

/** What ever carried an item, near and far. */
export async function carriersOf(trail: TrailReader, item: string): Promise<string[]> {
  const history = await historyOf(trail, item)
  const carriers = history?.carriages.flatMap(({ path }) => path.map(({ parent }) => parent.key))
  return [...new Set(carriers)].slice(0, MOST_CARRIERS)
}
