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
  let count = 0
  for await (const trails of inside(view, container, new Carriers(view))) count += trails.length
  return count
}

/** Things in a container, and in what is in it, the outer ones first. */
export interface Contents {
  readonly trails: readonly ItemTrail[]
  /** Whether that is all of it. */
  readonly isWhole: boolean
}

/** What is in a container, its cases and what is in them among it; `limit` things at most. */
export async function contentsOf(view: View, item: ItemRef, limit: number): Promise<Contents> {
  const carriers = new Carriers(view)
  const met = new Set([item.ref])
  const trails: ItemTrail[] = []
  let level = [...(await trailsOf(view, [item])).values()]
  while (level.length > 0) {
    const next: ItemTrail[] = []
    for (const container of level) {
      for await (const some of inside(view, container, carriers)) {
        const fresh = some.filter((each) => !met.has(each.item.ref))
        for (const each of fresh) met.add(each.item.ref)
        trails.push(...fresh)
        if (trails.length > limit) return { trails: trails.slice(0, limit), isWhole: false }
        next.push(...fresh.filter((each) => each.rows.some(isPacked)))
      }
    }
    level = next
  }
  return { trails, isWhole: true }
}

/** What is in a container itself, some things at a time. */
async function* inside(view: View, container: ItemTrail, carriers: Carriers) {
  const packed = await packedInto(view, container)
  for (let at = 0; at < packed.length; at += CHUNK_ITEMS) {
    const trails = [...(await trailsOf(view, packed.slice(at, at + CHUNK_ITEMS))).values()]
    await carriers.place(trails)
    yield trails.filter((trail) => isStillIn(trail, container))
  }
}

function isPacked(row: TrailRow): boolean {
  return row.role === 'parent' && stayKindOf(row) === 'contains'
}

function isStillIn({ stays }: ItemTrail, { item }: ItemTrail): boolean {
  return stays.some(({ kind, parent, toUs }) => {
    return kind === 'contains' && parent.ref === item.ref && toUs === Number.POSITIVE_INFINITY
  })
}

/** All that was packed since the container was last emptied, each once. */
async function packedInto(view: View, { rows }: ItemTrail): Promise<ItemRef[]> {
  const own = rows.filter(isPacked)
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
