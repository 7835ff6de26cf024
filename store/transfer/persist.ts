/** Writes to a store that may be away for a while. */
import { setTimeout as pause } from 'node:timers/promises'
import { isStoreFault, StoreFault } from '#store/fault.ts'
import type { Applied, TrailBatch, TrailWriter } from '#store/trail.ts'

const attempts = 8
const firstPauseMs = 250

/** Applies a batch, again after growing pauses of half a minute in all while the store is away. */
export async function applyAtLast(writer: TrailWriter, batch: TrailBatch): Promise<Applied> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await writer.apply(batch)
    } catch (error) {
      if (!isStoreFault(error) || attempt === attempts) throw error
      const askedMs = error instanceof StoreFault ? error.retryAfterMs : 0
      await pause(Math.max(askedMs, firstPauseMs * 2 ** (attempt - 1)))
    }
  }
}
