/**
 * How lively each device is: when it was last heard, how many messages came, how many of them were
 * refused and how many never came by their numbers, by the hour for a week. Kept in intake.db, in
 * the commit that moves its cursor: a message that is settled again after a crash is not counted
 * again.
 */
import { US_AN_HOUR } from '#risk/words.ts'
import { gapReader, type NumberedMessage, numberRecorder, type SourceGap } from './numbering.ts'
import type { Database } from './sqlite/database.ts'
import type { JournalPosition } from './trail.ts'

/** One message of a device, or of an HTTP capture by the id of its key, as it was settled. */
export interface Heard extends NumberedMessage {
  readonly position: JournalPosition
  readonly isRefused: boolean
}

export interface Liveliness {
  readonly party: string
  readonly device: string
  readonly firstUs: number
  readonly lastUs: number
  readonly messages: number
  readonly refused: number
  /** Running numbers that came, each once; 0 where it numbers nothing. */
  readonly numbered: number
  /** Those between them that never came. */
  readonly missing: number
  readonly lastGap: SourceGap | undefined
  /** Of those hours in which it was heard, the oldest first. */
  readonly hours: readonly Hour[]
}

interface Hour {
  readonly fromUs: number
  readonly messages: number
  readonly refused: number
  /** Noticed in this hour, and not filled since. */
  readonly missing: number
}

export interface LivelinessQuery {
  readonly party?: string | undefined
  /** The last of the page before. */
  readonly after?: { readonly party: string; readonly device: string } | undefined
  readonly limit: number
}

export const HEARD_MIGRATION = `
  CREATE TABLE heard (
    party TEXT NOT NULL, device TEXT NOT NULL, firstUs INTEGER NOT NULL, lastUs INTEGER NOT NULL,
    messages INTEGER NOT NULL, refused INTEGER NOT NULL, PRIMARY KEY (party, device)
  ) WITHOUT ROWID;
  CREATE TABLE heard_hours (
    party TEXT NOT NULL, device TEXT NOT NULL, hour INTEGER NOT NULL, messages INTEGER NOT NULL,
    refused INTEGER NOT NULL, PRIMARY KEY (party, device, hour)
  ) WITHOUT ROWID;`

const KEPT_HOURS = 7 * 24

interface Sum {
  firstUs: number
  lastUs: number
  messages: number
  refused: number
}

/** Adds messages up; to be called within a transaction. */
export function heardRecorder(database: Database): (heard: readonly Heard[]) => void {
  const all = database.prepare(
    `INSERT INTO heard (party, device, firstUs, lastUs, messages, refused)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
       firstUs = MIN(firstUs, excluded.firstUs), lastUs = MAX(lastUs, excluded.lastUs),
       messages = messages + excluded.messages, refused = refused + excluded.refused`,
  )
  const hour = database.prepare(
    `INSERT INTO heard_hours (party, device, hour, messages, refused) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET
       messages = messages + excluded.messages, refused = refused + excluded.refused`,
  )
  const forget = database.prepare(
    'DELETE FROM heard_hours WHERE party = ? AND device = ? AND hour < ?',
  )
  const follow = numberRecorder(database)
  return (heard) => {
    for (const [name, sum] of summed(heard, ({ party, device }) => `${party}\n${device}`)) {
      const [party = '', device = ''] = name.split('\n')
      all.run(party, device, sum.firstUs, sum.lastUs, sum.messages, sum.refused)
      forget.run(party, device, Math.floor(sum.lastUs / US_AN_HOUR) - KEPT_HOURS)
    }
    const byHour = ({ party, device, receivedAtUs }: Heard) =>
      `${party}\n${device}\n${Math.floor(receivedAtUs / US_AN_HOUR)}`
    for (const [name, { messages, refused }] of summed(heard, byHour)) {
      const [party = '', device = '', its = '0'] = name.split('\n')
      hour.run(party, device, Number(its), messages, refused)
    }
    follow(heard)
  }
}

function summed(heard: readonly Heard[], nameOf: (one: Heard) => string): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const one of heard) {
    const { receivedAtUs, isRefused } = one
    const name = nameOf(one)
    const known = sums.get(name)
    const sum = known ?? { firstUs: receivedAtUs, lastUs: receivedAtUs, messages: 0, refused: 0 }
    if (!known) sums.set(name, sum)
    sum.firstUs = Math.min(sum.firstUs, receivedAtUs)
    sum.lastUs = Math.max(sum.lastUs, receivedAtUs)
    sum.messages += 1
    if (isRefused) sum.refused += 1
  }
  return sums
}

/** By party and device. */
export function livelinessReader(
  database: Database,
): (query: LivelinessQuery) => readonly Liveliness[] {
  const of = (where: string) =>
    database.prepare(`SELECT * FROM heard WHERE ${where} ORDER BY party, device LIMIT ?`)
  const page = of('(party, device) > (?, ?)')
  const ofParty = of('(party, device) > (?, ?) AND party = ?')
  const hours = database.prepare(
    `SELECT hour, messages, refused, missing FROM heard_hours
     WHERE party = ? AND device = ? ORDER BY hour`,
  )
  const gap = gapReader(database)
  return ({ party, after = { party: '', device: '' }, limit }) => {
    const rows =
      party === undefined
        ? page.all(after.party, after.device, limit)
        : ofParty.all(after.party, after.device, party, limit)
    return rows.map((row: Omit<Liveliness, 'hours' | 'lastGap'>) => ({
      ...row,
      lastGap: row.numbered === 0 ? undefined : gap(row.party, row.device),
      hours: hours.all(row.party, row.device).map(hourOf),
    }))
  }
}

function hourOf({ hour, ...counts }: Omit<Hour, 'fromUs'> & { hour: number }): Hour {
  return { fromUs: hour * US_AN_HOUR, ...counts }
}

/** Numbers of all devices that never came. */
export function missingReader(database: Database): () => number {
  const all = database.prepare('SELECT COALESCE(SUM(missing), 0) AS missing FROM heard')
  return () => all.get().missing
}
