/**
 * C14 of what was in a unit whose receiving was told late: it has come with it, though no event of
 * its own says so. It is confirmed once more, over its history with what carried it.
 */
import type { Reason } from '#risk/difference.ts'
import type { TrailReader } from '#store/trail.ts'
import { contentsAt } from './contents-at.ts'
import type { Draft } from './draft.ts'

/** A unit, and when it left. */
export interface Left {
  readonly unit: string
  readonly atUs: number
}

/** Of more things in one unit the first are looked at. */
const MOST_CONTENTS = 20_000

export async function tellArrived(
  { trail, draft }: { readonly trail: TrailReader; readonly draft: Draft },
  { unit, atUs }: Left,
  reason: Reason,
): Promise<void> {
  const { contents } = await contentsAt(trail, unit, atUs, MOST_CONTENTS)
  for (const { key } of contents) {
    for (const entry of draft.entries(key)) {
      if (entry.finding.rule === 'C14') draft.put({ ...entry, isSure: false, reason })
    }
  }
}
