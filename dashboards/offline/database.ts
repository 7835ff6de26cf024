/** What the browser keeps between visits: recent look-ups, and what is to be sent. */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { QueuedReport } from './queue.ts'
import type { KeptLookUp } from './recents.ts'

interface Kept extends DBSchema {
  lookUps: { key: string; value: KeptLookUp; indexes: { at: number } }
  reports: { key: string; value: QueuedReport }
}

let opened: Promise<IDBPDatabase<Kept>> | undefined

export function kept(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>('suyuan', 1, {
    upgrade(database) {
      database.createObjectStore('lookUps', { keyPath: 'id' }).createIndex('at', 'at')
      database.createObjectStore('reports', { keyPath: 'report.id' })
    },
  })
  return opened
}
