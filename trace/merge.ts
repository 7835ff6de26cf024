/**
 * Several trails as one: the trails of all keys of one thing, in the order of (eventTimeUs,
 * eventRef). Of each trail one chunk is held at a time.
 */
import { isAfter } from './moment.ts'
import { type ItemRef, ROLES, type TrailRow } from './source.ts'

type Trail = Iterable<readonly TrailRow[]> | AsyncIterable<readonly TrailRow[]>

/**
 * The rows of some trails as those of one item, in chunks of about `size`. An event that names it
 * by several keys in the same role is told once, with these keys.
 */
export async function* mergeTrails(
  item: ItemRef,
  trails: readonly Trail[],
  size: number,
): AsyncGenerator<readonly TrailRow[]> {
  let chunk: TrailRow[] = []
  let event: TrailRow[] = []
  for await (const rows of merged(trails)) {
    for (const row of rows) {
      if (event[0]?.eventRef !== row.eventRef) {
        chunk.push(...event.sort(byRole))
        event = []
      }
      addTo(event, rowAs(row, item))
      if (chunk.length < size) continue
      yield chunk
      chunk = []
    }
  }
  chunk.push(...event.sort(byRole))
  if (chunk.length > 0) yield chunk
}

/** What the trail of one of its keys says of a thing. */
export function rowAs(row: TrailRow, item: ItemRef): TrailRow {
  return { namedBy: [row.item.key], ...row, item }
}

function addTo(event: TrailRow[], row: TrailRow): void {
  const at = event.findIndex(({ role }) => role === row.role)
  const known = event[at]
  if (!known) event.push(row)
  else event[at] = { ...known, namedBy: [...(known.namedBy ?? []), ...(row.namedBy ?? [])] }
}

/** One event tells the parts that one thing plays in it in the same order under any keys. */
function byRole(one: TrailRow, other: TrailRow): number {
  return ROLES.indexOf(one.role) - ROLES.indexOf(other.role)
}

/** What has been read of one trail and not been given out. */
interface Head {
  readonly chunks: AsyncIterator<readonly TrailRow[]>
  rows: readonly TrailRow[]
  at: number
  isDone: boolean
}

/**
 * All rows in order. What is given out at a time is what no trail can have anything before any
 * more: up to where the first of the chunks that are held ends.
 */
async function* merged(trails: readonly Trail[]): AsyncGenerator<readonly TrailRow[]> {
  const heads = trails.map(
    (trail): Head => ({ chunks: chunksOf(trail), rows: [], at: 0, isDone: false }),
  )
  try {
    for (;;) {
      for (const head of heads) await fill(head)
      const end = firstEnd(heads)
      const rows = heads.flatMap((head) => take(head, end))
      if (rows.length === 0) return
      yield rows.sort(inOrder)
    }
  } finally {
    for (const { chunks } of heads) await chunks.return?.()
  }
}

function inOrder(one: TrailRow, other: TrailRow): number {
  return one.eventTimeUs - other.eventTimeUs || one.eventRef - other.eventRef
}

async function* chunksOf(trail: Trail): AsyncGenerator<readonly TrailRow[]> {
  yield* trail
}

async function fill(head: Head): Promise<void> {
  while (head.at === head.rows.length && !head.isDone) {
    const { done, value } = await head.chunks.next()
    head.rows = done ? [] : value
    head.at = 0
    head.isDone = done === true
  }
}

/** The least of the last rows held of trails that may go on; undefined where none does. */
function firstEnd(heads: readonly Head[]): TrailRow | undefined {
  let end: TrailRow | undefined
  for (const { rows, isDone } of heads) {
    const last = isDone ? undefined : rows.at(-1)
    if (last && (!end || isAfter(end, last))) end = last
  }
  return end
}

function take(head: Head, end: TrailRow | undefined): readonly TrailRow[] {
  const from = head.at
  while (head.at < head.rows.length) {
    const row = head.rows[head.at]
    if (!row || (end && isAfter(row, end))) break
    head.at++
  }
  return head.rows.slice(from, head.at)
}
