/** Opens the side file: for the one process that writes, and for those that read. */
import { openDatabase } from '#store/sqlite/database.ts'
import { EventIndex, WritableEventIndex } from '#store/sqlite/event-index.ts'
import { Items, WritableItems } from '#store/sqlite/items.ts'
import { Words, WritableWords } from '#store/sqlite/words.ts'
import { Ledger, type Seen } from './ledger.ts'
import { WritableLedger } from './ledger-writer.ts'
import { Redo } from './redo.ts'
import { migrations } from './schema.ts'

const cacheMiB = 64
const readerCacheMiB = 32
const checkpointMiB = 64

/** Makes it where it is missing. @throws SchemaVersionError */
export function openLedger(file: string): WritableLedger {
  const database = openDatabase(file, { migrations, cacheMiB, checkpointMiB })
  const words = new WritableWords(database)
  const items = new WritableItems(database, words)
  const index = new WritableEventIndex(database, words)
  return new WritableLedger({ database, words, items, index, redo: new Redo(redoOf(file)) })
}

/** `seen`: what is told of batches that InfluxDB has not confirmed. @throws SchemaVersionError */
export function openLedgerToRead(file: string, seen: Seen): Ledger {
  const database = openDatabase(file, { migrations, readOnly: true, cacheMiB: readerCacheMiB })
  const words = new Words(database)
  const items = new Items(database, words)
  const index = new EventIndex(database, words)
  return new Ledger({ database, words, items, index }, seen)
}

/** The file beside it with the lines that are under way. */
export function redoOf(file: string): string {
  return `${file}-redo`
}
