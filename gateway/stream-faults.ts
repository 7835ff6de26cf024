/** What follows when the guard will not read on: the device is told, and its connection ends. */
import type { Connection } from './connections.ts'
import type { GuardFault } from './guard.ts'
import { type Refusals, RefusedError } from './refusals.ts'
import type { Rejections } from './rejections.ts'

export function onStreamFault(refusals: Refusals, rejections: Rejections) {
  return (connection: Connection, code: GuardFault, announcedBytes: number): void => {
    refusals.note(code, connection, announcedBytes > 0 ? { announcedBytes } : {})
    const { message } = new RefusedError(code)
    rejections.tell(connection, { code, path: '', message }, () => connection.socket.destroy())
  }
}
