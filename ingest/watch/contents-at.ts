/** What was in a container at a time, told from its packings, case by case. */
import type { TrailReader } from '#store/trail.ts'
import type { ItemRef, TrailRow } from '#trace/source.ts'

export interface Content {
  readonly key: string
  /** Keys of the containers through which, from the item outwards. */
  readonly path: readonly string[]
}

/** What was in a container; of more than are looked at the first ones. */
export interface Contents {
  readonly contents: readonly Content[]
  /** Whether that is all of it. */
  readonly isWhole: boolean
}

/** The contents of a container, at most `limit`, those of its contents included. */
export async function contentsAt(
  trail: TrailReader,
  container: string,
  atUs: number,
  limit: number,
): Promise<Contents> {
  const [item] = await trail.find([container])
  const found: Content[] = []
  let level = item ? [{ item, path: [] as readonly string[] }] : []
  while (level.length > 0) {
    const next: typeof level = []
    for (const { item: parent, path } of level) {
      for (const child of await insideOf(trail, parent, atUs)) {
        const its = [parent.key, ...path]
        if (its.includes(child.key)) continue
        if (found.length >= limit) return { contents: found, isWhole: false }
        found.push({ key: child.key, path: its })
        if (child.kind !== 'lot' && child.kind !== 'class') next.push({ item: child, path: its })
      }
    }
    level = next
  }
  return { contents: found, isWhole: true }
}

async function insideOf(trail: TrailReader, parent: ItemRef, atUs: number): Promise<ItemRef[]> {
  const rows: TrailRow[] = []
  for await (const chunk of trail.trail([parent], { toUs: atUs })) {
    rows.push(...chunk.filter((row) => isPacking(row)))
  }
  if (rows.length === 0) return []
  const children = new Map<number, ItemRef[]>()
  for await (const members of trail.members(
    rows.map(({ eventRef }) => eventRef),
    ['child'],
  )) {
    for (const { eventRef, item } of members) {
      children.set(eventRef, [...(children.get(eventRef) ?? []), item])
    }
  }
  const inside = new Map<number, ItemRef>()
  for (const { eventRef, action } of rows) {
    const its = children.get(eventRef) ?? []
    if (action === 'ADD') for (const child of its) inside.set(child.ref, child)
    else if (its.length === 0) inside.clear()
    else for (const child of its) inside.delete(child.ref)
  }
  return [...inside.values()]
}

function isPacking({ role, type, action, voidedAtUs }: TrailRow): boolean {
  const isChange = action === 'ADD' || action === 'DELETE'
  return role === 'parent' && type === 'AggregationEvent' && isChange && voidedAtUs === undefined
}
