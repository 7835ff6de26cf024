/**
 * Notices a start with the other of the two trail stores: one that INFLUX_URL was forgotten for, or
 * given for, would begin anew beside what is stored, and tell of nothing that came before.
 */
import { existsSync } from 'node:fs'
import { basename } from 'node:path'
import { type DataFolder, dataFolder } from './folder.ts'
import { openAsItIs } from './sqlite/database.ts'
import type { JournalPosition } from './trail.ts'

/** The data folder holds the other store; `message` says in one line what to do. */
export class OtherStoreError extends Error {
  override readonly name = 'OtherStoreError'
}

/**
 * To be called before anything is made. After a migration both stores are there, of which the one
 * that has gone on is the one that counts.
 * @throws OtherStoreError where the other one has come further in the journal, or alone has events.
 */
export function checkStore({ root, trail, influx }: DataFolder, follower: string): void {
  const others = dataFolder(root, influx === undefined ? { url: '', database: '' } : undefined)
  const [own, other] = [reached(trail, follower), reached(others.trail, follower)]
  const hasAlone = own.events === 0 && other.events > 0
  if (other.position <= own.position && !hasAlone) return
  const [mine, theirs] = [basename(trail), basename(others.trail)]
  const setting = influx === undefined ? 'set INFLUX_URL as it was' : 'start without INFLUX_URL'
  throw new OtherStoreError(
    `${root} holds ${theirs} with ${other.events} events, and ${mine} ` +
      `${own.events === 0 ? 'has none' : 'has not come as far in the journal'}: ${setting}, ` +
      `bring all of it over with main.ts migrate, or take ${theirs} away to go on without it`,
  )
}

interface Reached {
  readonly events: number
  readonly position: JournalPosition
}

/** Both stores have tables of these names. */
const reachedSQL = `
  SELECT coalesce((SELECT max(seq) FROM event), 0) AS events,
    coalesce((SELECT position FROM cursor WHERE follower = ?), 0) AS position`

function reached(file: string, follower: string): Reached {
  if (!existsSync(file)) return { events: 0, position: 0 }
  const database = openAsItIs(file)
  try {
    const { made } = database
      .prepare("SELECT count(*) AS made FROM sqlite_schema WHERE name IN ('event', 'cursor')")
      .get()
    if (made < 2) return { events: 0, position: 0 }
    return database.prepare(reachedSQL).get(follower)
  } finally {
    database.close()
  }
}
