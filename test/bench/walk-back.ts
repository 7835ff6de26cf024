/** How long it takes to go back over the chain of a serial, in any store. */
import type { TrailReader } from '#store/trail.ts'
import { walk } from '#trace/walk.ts'
import { quantile, rounded } from './report.ts'

export interface BackResult {
  readonly nodes: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Walks that are not counted. */
export const warmups = 20

/** Goes back from each serial; the first are to warm up. */
export async function goBack(
  reader: TrailReader,
  serials: readonly string[],
  uncounted = warmups,
): Promise<BackResult> {
  const timesMs: number[] = []
  let nodes = 0
  for (const [at, serial] of serials.entries()) {
    const startedMs = performance.now()
    let found = 0
    for await (const { part } of walk(reader, serial, { direction: 'back' })) {
      if (part === 'node') found += 1
    }
    if (at < uncounted) continue
    timesMs.push(performance.now() - startedMs)
    nodes += found
  }
  return {
    nodes: Math.round(nodes / timesMs.length),
    p50Ms: rounded(quantile(timesMs, 0.5)),
    p99Ms: rounded(quantile(timesMs, 0.99)),
  }
}
