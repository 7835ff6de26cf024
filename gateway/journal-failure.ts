/** What follows once the journal has failed: no acknowledgement, no connection, until a restart. */
import type { Logger } from 'pino'
import type { Connections } from './connections.ts'

/** Ends every connection and says so, once. New ones are refused in authenticate.ts. */
export function onJournalFailure(connections: Connections, log: Logger): (error: Error) => void {
  let told = false
  return (error) => {
    if (told) return
    told = true
    log.fatal(
      { err: error },
      'the journal failed: nothing is acknowledged any more until a restart',
    )
    for (const { socket } of connections) socket.destroy()
  }
}
