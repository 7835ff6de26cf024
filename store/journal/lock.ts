/**
 * At most one writer for a journal. The lock is a transaction that stays open in an SQLite file
 * beside the segments, because that is a lock of the operating system: it ends with its process,
 * however that dies, so there is no stale lock to recognise and no race in taking one over. A file
 * with a process id has both, and takes two containers with a process 1 each for one and the same.
 */
import { openDatabase } from '#store/sqlite/database.ts'
import { JournalLocked } from './errors.ts'

const SQLITE_BUSY = 5
const schema = 'CREATE TABLE holder (pid INTEGER NOT NULL)'

/**
 * Takes the lock; the function returned gives it back.
 * @throws JournalLocked at once when somebody else has it.
 */
export function lockDirectory(directory: string): () => void {
  const database = openDatabase(`${directory}/lock.db`, { migrations: [schema] })
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN IMMEDIATE')
    database.exec(`DELETE FROM holder; INSERT INTO holder VALUES (${process.pid})`)
    // Committed so that others can read who it is; whoever comes in between has the lock.
    database.exec('COMMIT; BEGIN IMMEDIATE')
  } catch (error) {
    const holder = isBusy(error) ? database.prepare('SELECT pid FROM holder').get() : undefined
    database.close()
    if (!isBusy(error)) throw error
    throw new JournalLocked(`${directory} is in use by process ${holder?.pid}`, { cause: error })
  }
  return () => {
    // `close` alone waits for the garbage collector to let go of statements.
    database.exec('ROLLBACK')
    database.close()
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY
}
