/** Opens the side file for the one process that writes. */
import { openDatabase } from '#store/sqlite/database.ts'
import { WritableEventIndex } from '#store/sqlite/event-index.ts'
import { WritableItems } from '#store/sqlite/items.ts'
import { WritableWords } from '#store/sqlite/words.ts'
import { WritableLedger } from './ledger-writer.ts'
import { Redo } from './redo.ts'
import { migrations } from './schema.ts'

const cacheMiB = 64
const checkpointMiB = 64

/** Makes it where it is missing. @throws SchemaVersionError */
export function openLedger(file: string): WritableLedger {
  const database = openDatabase(file, { migrations, cacheMiB, checkpointMiB })
  const words = new WritableWords(database)
  const items = new WritableItems(database, words)
  const index = new WritableEventIndex(database, words)
  return new WritableLedger({ database, words, items, index, redo: new Redo(redoOf(file)) })
}

/** The file beside it with the lines that are under way. */
export function redoOf(file: string): string {
  return `${file}-redo`
}
