/** Why Aedes ended a connection, in our words. */
import type { Client } from 'aedes'
import type { Logger } from 'pino'
import type { Connections } from './connections.ts'
import { type RefusalReason, type Refusals, RefusedError } from './refusals.ts'

/** Aedes' errors carry no code, only these messages. */
const reasons: ReadonlyMap<string, RefusalReason> = new Map([
  ['connect did not arrive in time', 'connect_timeout'],
  ['keep alive timeout', 'keepalive_timeout'],
  ['drain timeout', 'slow_reader'],
])

export function clientErrors(connections: Connections, refusals: Refusals, log: Logger) {
  return (client: Client, error: Error): void => {
    if (error instanceof RefusedError) return
    const connection = connections.of(client.conn)
    const gone = 'code' in error || error.message === 'connection closed'
    // preConnect has said it of every CONNECT that Aedes answers with this.
    const told = error.message === 'unacceptable protocol version'
    if (gone || told) {
      log.debug({ address: connection.address, err: error }, 'connection ended')
      return
    }
    const reason = reasons.get(error.message) ?? 'malformed_packet'
    refusals.note(reason, connection, { detail: error.message })
  }
}
