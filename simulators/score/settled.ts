/** Waits until a server has looked at all that it acknowledged, as its metrics tell. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '#simulators/server.ts'

const pollMs = 1000
/** Rules look at sensors every few seconds: so long nothing may change. */
const quietMs = 10_000
const watched = ['suyuan_watch_event', 'suyuan_store_events', 'suyuan_alerts_open'] as const
const behind = 'suyuan_ingest_behind_bytes'

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
    if (figures.get(behind) !== 0 || now !== before) {
      before = now
      sinceMs = performance.now()
    } else if (performance.now() - sinceMs >= quietMs) return true
    await sleep(pollMs)
  }
  return false
}

async function figuresOf({ apiUrl, key }: Server): Promise<Map<string, number> | undefined> {
  const response = await fetch(`${apiUrl}/metrics`, { headers: { authorization: `Bearer ${key}` } })
  const text = await response.text()
  if (!response.ok) return undefined
  const lines = text.split('\n').filter((line) => !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ')
      return [line.slice(0, at), Number(line.slice(at + 1))]
    }),
  )
}
