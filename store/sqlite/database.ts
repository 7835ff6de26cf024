/**
 * Opens SQLite files: the one place that names the library. It has node:sqlite's interface, so that
 * a later Node can take its place here and nowhere else.
 *
 * Promises: a transaction that returned has been synced to disk (write-ahead log,
 * synchronous=FULL); readers never wait for the writer nor it for them; a file made by a newer
 * version is refused.
 */
import { existsSync, renameSync, rmSync } from 'node:fs'
import {
  backup,
  DatabaseSync,
  type DatabaseSyncInstance,
  type StatementSyncInstance,
} from '@photostructure/sqlite'

export type Database = DatabaseSyncInstance
export type Statement = StatementSyncInstance

export interface DatabaseOptions {
  /**
   * SQL scripts that build the schema, oldest first. A file that has run the first n of them has
   * user_version n. A script that has been released never changes again: append a new one.
   */
  readonly migrations: readonly string[]
  /** Reads a file that a writer has made. Default false. */
  readonly readOnly?: boolean
  /** Bound of the page cache of this connection. Default 8. */
  readonly cacheMiB?: number
  /** How large the write-ahead log grows before its pages move into the file. Default 4. */
  readonly checkpointMiB?: number
}

/** The file cannot be used by this version of the program. */
export class SchemaVersionError extends Error {
  override readonly name = 'SchemaVersionError'
}

/** A connection waits this long for another one's transaction before it fails with SQLITE_BUSY. */
const busyTimeoutMs = 10_000
const pageSize = 4096

/**
 * Opens a database, or makes it. A read-only connection may be opened while a writer is at work.
 * @throws SchemaVersionError when the file is of a newer version, or when it is missing or of an
 *   older version and the connection may not write.
 */
export function openDatabase(file: string, options: DatabaseOptions): Database {
  const { migrations, readOnly = false, cacheMiB = 8, checkpointMiB = 4 } = options
  if (readOnly && !existsSync(file)) {
    throw new SchemaVersionError(`${file} does not exist: it has to be opened for writing first`)
  }
  const database = new DatabaseSync(file, { readOnly, timeout: busyTimeoutMs })
  try {
    database.exec(`PRAGMA cache_size = ${-cacheMiB * 1024}`)
    if (!readOnly) {
      database.exec(`
        PRAGMA page_size = ${pageSize};
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        PRAGMA wal_autocheckpoint = ${(checkpointMiB * 1024 * 1024) / pageSize};
      `)
    }
    migrate(database, file, migrations, readOnly)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Opens a file as it is, whatever its version, to copy it or to look it through, not to query. */
export function openAsItIs(file: string): Database {
  return new DatabaseSync(file, { readOnly: true, timeout: busyTimeoutMs })
}

/** What SQLite finds wrong with a file, which it reads through for it; nothing when it is whole. */
export function findFaults(file: string): string[] {
  const database = openAsItIs(file)
  try {
    const rows: { fault: string }[] = database
      .prepare('SELECT integrity_check AS fault FROM pragma_integrity_check')
      .all()
    return rows.map(({ fault }) => fault).filter((fault) => fault !== 'ok')
  } finally {
    database.close()
  }
}

/**
 * Moves a file that nobody writes into the place of another. A connection that was closed may hold
 * its write-ahead log until its statements are collected, so both logs are brought into their files
 * first: the log of one file must never be taken for that of the other.
 */
export function replaceDatabase(made: string, file: string): void {
  for (const each of [made, file]) {
    const database = new DatabaseSync(each, { timeout: busyTimeoutMs })
    const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()
    database.close()
    if (busy !== 0) throw new Error(`${each} is in use`)
  }
  renameSync(made, file)
  for (const side of ['-wal', '-shm']) rmSync(made + side, { force: true })
}

/**
 * Copies into a new file what the open transaction of a connection sees, a few MiB at a time, so
 * that other work goes on meanwhile. `onProgress` is told how much is done, from 0 to 1.
 */
export async function copyDatabase(
  database: Database,
  file: string,
  onProgress: (share: number) => void,
): Promise<void> {
  await backup(database, file, {
    rate: 1000,
    progress: ({ totalPages, remainingPages }) => onProgress(1 - remainingPages / totalPages),
  })
}

/** Runs `work` in one transaction: all of it is durable when this returns, none when it throws. */
export function transaction<T>(database: Database, work: () => T): T {
  // IMMEDIATE: a deferred one that reads first can fail to become a writer later.
  database.exec('BEGIN IMMEDIATE')
  let result: T
  try {
    result = work()
    database.exec('COMMIT')
  } catch (error) {
    // SQLite itself rolls back on some errors, such as a full disk.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
  return result
}

function migrate(
  database: Database,
  file: string,
  migrations: readonly string[],
  readOnly: boolean,
): void {
  const version = (): number => database.prepare('PRAGMA user_version').get().user_version
  const found = version()
  if (found > migrations.length) {
    throw new SchemaVersionError(
      `${file} has schema version ${found}, this program knows up to ${migrations.length}: ` +
        'it was written by a newer version of Suyuan',
    )
  }
  if (found === migrations.length) return
  if (readOnly) {
    throw new SchemaVersionError(
      `${file} has schema version ${found}, this program needs ${migrations.length}: ` +
        'it has to be opened for writing first',
    )
  }
  transaction(database, () => {
    // Read again under the lock: another process may have migrated the file meanwhile.
    for (const script of migrations.slice(version())) database.exec(script)
    database.exec(`PRAGMA user_version = ${migrations.length}`)
  })
}

/** Result codes of SQLite [sqlite3.h] that say nothing against the statement. */
const faultCodes: readonly number[] = [
  ...[5 /* busy */, 6 /* locked */, 7 /* no memory */, 8 /* read-only */, 10 /* I/O */],
  ...[13 /* full */, 14 /* cannot open */, 15 /* locking protocol */],
]

/**
 * Whether an error tells of the machine, a full disk for one, and not of a bug: what was tried has
 * changed nothing, and may be tried again.
 */
export function isStoreFault(error: unknown): error is Error {
  const isOurs = error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
  // The low byte is the primary result code.
  return isOurs && faultCodes.includes((error.errcode as number) & 0xff)
}
