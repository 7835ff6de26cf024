/**
 * What of an item's trail an enterprise may see: what its own party captured, and what the parties
 * directly before and after it did. Further up and down stays with those whose business it is.
 */

/** An event on one item's trail, with who captured it. */
export interface Capture {
  readonly eventRef: number
  readonly party: string
}

/**
 * The events that a party may see. `trail`: all events of one item, in the order of eventTime.
 * A party's neighbours are those whose run of events comes right before or after a run of its own.
 */
export function visibleTo(party: string, trail: readonly Capture[]): ReadonlySet<number> {
  const visible = new Set<number>()
  for (let from = 0; from < trail.length; ) {
    const to = endOfRun(trail, from)
    if (trail[from]?.party === party) {
      const before = startOfRun(trail, from - 1)
      const after = to < trail.length ? endOfRun(trail, to) : to
      for (const { eventRef } of trail.slice(before, after)) visible.add(eventRef)
    }
    from = to
  }
  return visible
}

/** Behind the last of the events of one party that begin at `from`. */
function endOfRun(trail: readonly Capture[], from: number): number {
  let to = from + 1
  while (to < trail.length && trail[to]?.party === trail[from]?.party) to++
  return to
}

/** The first of the events of one party that end at `last`; 0 where there are none. */
function startOfRun(trail: readonly Capture[], last: number): number {
  let from = Math.max(last, 0)
  while (from > 0 && trail[from - 1]?.party === trail[last]?.party) from--
  return from
}
