/**
 * The orderly end: no more connections and messages, then the journal's answers for what is held,
 * then those answers out to the devices. Every wait has a bound; what is not answered by then stays
 * unacknowledged, and its device sends it again.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Logger } from 'pino'
import type { DeviceBroker } from './broker.ts'
import type { Connections } from './connections.ts'
import type { Listeners } from './listen.ts'
import type { Valve } from './valve.ts'

const journalMs = 10_000
const answersMs = 1_000
const everyMs = 5

export interface Running {
  readonly listeners: Listeners
  readonly valve: Valve
  readonly broker: DeviceBroker
  readonly connections: Connections
  readonly log: Logger
}

export async function shutDown(running: Running): Promise<void> {
  const { listeners, valve, broker, connections, log } = running
  const isAnswered = () => valve.stats().heldMessages === 0
  const isSent = () => [...connections].every(({ socket }) => socket.writableLength === 0)
  listeners.close()
  valve.close()
  if (!(await comesTrue(isAnswered, journalMs))) {
    log.warn(valve.stats(), 'closing before the journal has answered for everything')
  }
  await comesTrue(isSent, answersMs)
  await promisify(broker.close.bind(broker))()
  for (const { socket } of connections) socket.destroy()
  // Once more, for the wills of those who were connected until now.
  await comesTrue(isAnswered, journalMs)
}

async function comesTrue(condition: () => boolean, withinMs: number): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += everyMs) {
    await sleep(everyMs)
    if (condition()) return true
  }
  return false
}
