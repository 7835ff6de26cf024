/**
 * The trail store in a SQLite file. One connection writes, in the ingest worker; any number of
 * read-only ones read beside it, in other threads, without waiting for it.
 */
import type { TrailReader, TrailWriter } from '#store/trail.ts'
import { Bodies, WritableBodies } from './bodies.ts'
import { openDatabase } from './database.ts'
import { EventIndex, WritableEventIndex } from './event-index.ts'
import { Items, WritableItems } from './items.ts'
import { SqliteTrailReader } from './reader.ts'
import { migrations } from './schema.ts'
import { TelemetryWriter } from './telemetry.ts'
import { Words, WritableWords } from './words.ts'
import { SqliteTrailWriter } from './writer.ts'

/** Large, as each batch comes back to pages of the last ones; only large stores fill it. */
const writerCacheMiB = 128
const readerCacheMiB = 64
/** A checkpoint writes each changed page once, however often it changed since the last one. */
const checkpointMiB = 64

/** Opens the trail store, for writing making it where it is missing. @throws SchemaVersionError */
export function openSqliteTrail(file: string, mode: 'write'): TrailWriter
export function openSqliteTrail(file: string, mode: 'read'): TrailReader
export function openSqliteTrail(file: string, mode: 'write' | 'read'): TrailReader {
  if (mode === 'read') {
    const database = openDatabase(file, { migrations, readOnly: true, cacheMiB: readerCacheMiB })
    const words = new Words(database)
    return new SqliteTrailReader({
      database,
      words,
      items: new Items(database, words),
      index: new EventIndex(database, words),
      bodies: new Bodies(database),
    })
  }
  const database = openDatabase(file, { migrations, cacheMiB: writerCacheMiB, checkpointMiB })
  const words = new WritableWords(database)
  return new SqliteTrailWriter({
    database,
    words,
    items: new WritableItems(database, words),
    index: new WritableEventIndex(database, words),
    bodies: new WritableBodies(database),
    telemetry: new TelemetryWriter(database),
  })
}
