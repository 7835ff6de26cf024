/**
 * Gives every trail row a place of its own. Two points of one series and one nanosecond are one
 * point to InfluxDB, and an event's time has microseconds, which many events share: records dated
 * midnight share one by the million.
 *
 * A microsecond has a thousand slots, the digits of its nanoseconds. An event takes as many of them
 * as it has rows in the bucket where it has most; in each bucket its rows take the first of these.
 * Once an event finds too few, the microsecond is full, and rows are counted in each bucket from
 * there: a thousand to one further series, `s` from 1 on. So further series come to be only where
 * more than a thousand rows of one microsecond are, and within a bucket (s, slot) rises with the
 * event's number.
 *
 * The result depends on what was placed before, so it has to be durable before it is used.
 */
import { slotsPerMicrosecond } from './points.ts'

/** What is known of earlier placements. */
export interface Taken {
  /** The first slot that is free at each of some event times; 0 where none is taken. */
  slots(eventTimesUs: readonly number[]): ReadonlyMap<number, number>
  /** Rows of a bucket at a full microsecond beyond its slots. */
  rowsBeyond(eventTimeUs: number, bucket: number): number
}

export interface EventPlace {
  readonly slot: number
  readonly width: number
  /** Of each row, in the order given: tag s, 0 for none, times a thousand, and the nanoseconds. */
  readonly rows: readonly number[]
}

/** Rows beyond the slots of a microsecond, as they have to be kept. */
export type Beyond = [eventTimeUs: number, bucket: number, rows: number]

export class Slots {
  readonly #taken: Taken
  readonly #free: Map<number, number>
  readonly #beyond = new Map<number, Map<number, number>>()

  constructor(taken: Taken, eventTimesUs: readonly number[]) {
    this.#taken = taken
    this.#free = new Map(taken.slots([...new Set(eventTimesUs)]))
  }

  /** Places the rows of one event, given by their buckets. */
  place(eventTimeUs: number, buckets: readonly number[]): EventPlace {
    const slot = this.#free.get(eventTimeUs) ?? 0
    const within = new Map<number, number>()
    let width = 0
    const rows = buckets.map((bucket) => {
      const number = within.get(bucket) ?? 0
      within.set(bucket, number + 1)
      width = Math.max(width, number + 1)
      return slot + number
    })
    if (slot + width <= slotsPerMicrosecond) {
      this.#free.set(eventTimeUs, slot + width)
      return { slot, width, rows }
    }
    this.#free.set(eventTimeUs, slotsPerMicrosecond)
    const beyond = buckets.map((bucket) => this.#placeBeyond(eventTimeUs, bucket))
    return { slot: slotsPerMicrosecond, width: 0, rows: beyond }
  }

  /** What has changed of the rows beyond. */
  beyond(): Beyond[] {
    return [...this.#beyond].flatMap(([eventTimeUs, counts]) =>
      [...counts].map(([bucket, rows]): Beyond => [eventTimeUs, bucket, rows]),
    )
  }

  #placeBeyond(eventTimeUs: number, bucket: number): number {
    const counts = this.#beyond.get(eventTimeUs) ?? new Map<number, number>()
    this.#beyond.set(eventTimeUs, counts)
    const before = counts.get(bucket) ?? this.#taken.rowsBeyond(eventTimeUs, bucket)
    counts.set(bucket, before + 1)
    return slotsPerMicrosecond + before
  }
}
