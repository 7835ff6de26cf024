import type { Statement } from './database.ts'

/**
 * The first event recorded at a time or later, else the one behind the last. Event numbers rise
 * with recordTimeUs and have no holes, so it is found by halving; `recordTime` gives one event's.
 */
export function firstRecorded(recordTime: Statement, timeUs: number, last: number): number {
  let low = 1
  let high = last + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (recordTime.get(middle)[0] < timeUs) low = middle + 1
    else high = middle
  }
  return low
}
