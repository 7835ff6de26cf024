/** Waits until a server has looked at all that it acknowledged, as its metrics tell. */
import { setTimeout as sleep } from 'node:timers/promises'
import { figuresOf } from '#simulators/figures.ts'
import type { Server } from '#simulators/server.ts'

const pollMs = 1000
/** Rules look at sensors every few seconds: so long nothing may change. */
const quietMs = 10_000
const watched = ['suyuan_watch_event', 'suyuan_store_events', 'suyuan_alerts_open'] as const
/** What is to be nothing: bytes that are not stored, and things that rules will look at again. */
const behind = ['suyuan_ingest_behind_bytes', 'suyuan_watch_asked'] as const
/** Rules that are at work for so long look at more than whether there is something to do. */
const busySeconds = 3

/**
 * Comes back when nothing is behind and nothing has changed for some seconds: true, or false when
 * that took longer than `patienceMs`, or where the key may not read metrics.
 */
export async function untilSettled(server: Server, patienceMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + patienceMs
  let before = ''
  let sinceMs = performance.now()
  while (performance.now() < deadlineMs) {
    const figures = await figuresOf(server)
    if (figures === undefined) return false
    const now = watched.map((name) => figures.get(name)).join(' ')
    if (!isAtRest(figures) || now !== before) {
      before = now
      sinceMs = performance.now()
    } else if (performance.now() - sinceMs >= quietMs) return true
    await sleep(pollMs)
  }
  return false
}

function isAtRest(figures: ReadonlyMap<string, number>): boolean {
  const busy = figures.get('suyuan_watch_busy_seconds') ?? 0
  return busy < busySeconds && behind.every((name) => (figures.get(name) ?? 0) === 0)
}
