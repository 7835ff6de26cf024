/**
 * What is in a container: what was packed into it and neither taken out nor packed elsewhere
 * since.
 */
import { Carriers } from './carriers.ts'
import { stayKindOf } from './containment.ts'
import type { ItemRef, TrailRow } from './source.ts'
import { type ItemTrail, trailsOf, type View } from './view.ts'

/** Things whose trails are read at once. */
const CHUNK_ITEMS = 1_000

/** How many different things are in a container, of a lot or class each as one. */
export async function countContents(view: View, container: ItemTrail): Promise<number> {
  const packed = await packedInto(view, container)
  const carriers = new Carriers(view)
  let count = 0
  for (let at = 0; at < packed.length; at += CHUNK_ITEMS) {
    const trails = [...(await trailsOf(view, packed.slice(at, at + CHUNK_ITEMS))).values()]
    await carriers.place(trails)
    count += trails.filter((trail) => isStillIn(trail, container)).length
  }
  return count
}

function isStillIn({ stays }: ItemTrail, { item }: ItemTrail): boolean {
  return stays.some(({ kind, parent, toUs }) => {
    return kind === 'contains' && parent.ref === item.ref && toUs === Number.POSITIVE_INFINITY
  })
}

/** All that was packed since the container was last emptied, each once. */
async function packedInto(view: View, { rows }: ItemTrail): Promise<ItemRef[]> {
  const own = rows.filter((row) => row.role === 'parent' && stayKindOf(row) === 'contains')
  const listing = new Set<number>()
  for await (const members of childrenIn(view, own, 'DELETE')) {
    for (const { eventRef } of members) listing.add(eventRef)
  }
  const emptied = own.findLastIndex((row) => row.action === 'DELETE' && !listing.has(row.eventRef))
  const packed = new Map<number, ItemRef>()
  for await (const members of childrenIn(view, own.slice(emptied + 1), 'ADD')) {
    for (const { item } of members) packed.set(item.ref, item)
  }
  return [...packed.values()]
}

async function* childrenIn(view: View, rows: readonly TrailRow[], action: TrailRow['action']) {
  const refs = rows.filter((row) => row.action === action).map((row) => row.eventRef)
  if (refs.length > 0) yield* view.source.members(refs, ['child'])
}
