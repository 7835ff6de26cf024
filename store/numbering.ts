/**
 * The running numbers of devices and of what they speak for, in intake.db: how far each has come,
 * and what never came, of a device and by the hour. It all moves in the commit of the cursor, so a
 * message that is settled again after a crash neither opens a gap nor fills one again.
 */
import { US_AN_HOUR } from '#risk/words.ts'
import {
  type Followed,
  followNumber,
  type Gap,
  lastGap,
  type Numbered,
  type Numbering,
} from './numbers.ts'
import type { Database } from './sqlite/database.ts'

/** The running numbers that one message bears, in its order. */
export interface NumberedMessage {
  readonly party: string
  readonly device: string
  readonly receivedAtUs: number
  readonly numbers?: readonly Numbered[]
}

/** The last numbers of a device that are missing, in the numbers of the sender. */
export interface SourceGap extends Gap {
  readonly source: string
}

export const NUMBERING_MIGRATION = `
  ALTER TABLE heard ADD COLUMN numbered INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE heard ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE heard_hours ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;
  CREATE TABLE numbering (
    party TEXT NOT NULL, device TEXT NOT NULL, source TEXT NOT NULL, state TEXT NOT NULL,
    lastUs INTEGER NOT NULL, gapUs INTEGER, gapFrom INTEGER, gapTo INTEGER,
    PRIMARY KEY (party, device, source)
  ) WITHOUT ROWID;
  CREATE INDEX numbering_gaps ON numbering (party, device, gapUs);`

/** Of one device, as many as the registry lists for it; the numbers of others are not followed. */
const MAX_SOURCES = 10_000
/** A source that was not heard for so long makes room for others. */
const FORGOTTEN_US = 30 * 24 * US_AN_HOUR

interface Source {
  readonly party: string
  readonly device: string
  readonly source: string
  numbering: Numbering | undefined
  lastUs: number
}

/** Follows the numbers of messages that heard.ts has counted; to be called in a transaction. */
export function numberRecorder(database: Database): (messages: readonly NumberedMessage[]) => void {
  const { find, keep, count, forget } = sourceKeeper(database)
  const ofDevice = database.prepare(
    `UPDATE heard SET numbered = numbered + ?, missing = missing + ?
     WHERE party = ? AND device = ?`,
  )
  const ofHour = database.prepare(
    'UPDATE heard_hours SET missing = missing + ? WHERE party = ? AND device = ? AND hour = ?',
  )
  return (messages) => {
    const sources = new Map<string, Source | undefined>()
    const counts = new Map<string, number>()
    const sums = new Map<string, Sum>()
    const sourceOf = (party: string, device: string, source: string, nowUs: number) => {
      const known = find(party, device, source)
      if (known !== undefined) return known
      const name = `${party}/${device}`
      let there = counts.get(name) ?? count(party, device)
      if (there >= MAX_SOURCES) there -= forget(party, device, nowUs - FORGOTTEN_US)
      counts.set(name, Math.min(there + 1, MAX_SOURCES))
      if (there >= MAX_SOURCES) return undefined
      return { party, device, source, numbering: undefined, lastUs: nowUs }
    }
    for (const { party, device, receivedAtUs, numbers = [] } of messages) {
      for (const number of numbers) {
        const name = JSON.stringify([party, device, number.source])
        if (!sources.has(name)) {
          sources.set(name, sourceOf(party, device, number.source, receivedAtUs))
        }
        const source = sources.get(name)
        const followed = source && followNumber(source.numbering, number, receivedAtUs)
        if (source === undefined || followed === undefined) continue
        source.numbering = followed.numbering
        source.lastUs = Math.max(source.lastUs, receivedAtUs)
        sumOf(sums, source).add(followed, receivedAtUs)
      }
    }
    for (const source of sources.values()) if (source !== undefined) keep(source)
    for (const { party, device, numbered, missing, missingByHour } of sums.values()) {
      ofDevice.run(numbered, missing, party, device)
      // Of an hour that is forgotten there is nothing to bring up to date.
      for (const [hour, more] of missingByHour) ofHour.run(more, party, device, hour)
    }
  }
}

function sumOf(sums: Map<string, Sum>, { party, device }: Source): Sum {
  const name = `${party}/${device}`
  const sum = sums.get(name) ?? new Sum(party, device)
  sums.set(name, sum)
  return sum
}

/** What the numbers of some messages of a device add to what is known of it. */
class Sum {
  readonly party: string
  readonly device: string
  numbered = 0
  missing = 0
  readonly missingByHour = new Map<number, number>()

  constructor(party: string, device: string) {
    this.party = party
    this.device = device
  }

  add({ came, missed, foundUs }: Followed, receivedAtUs: number): void {
    this.numbered += came
    if (missed > 0) this.#miss(missed, receivedAtUs)
    if (foundUs !== undefined) this.#miss(-1, foundUs)
  }

  #miss(more: number, timeUs: number): void {
    this.missing += more
    const hour = Math.floor(timeUs / US_AN_HOUR)
    this.missingByHour.set(hour, (this.missingByHour.get(hour) ?? 0) + more)
  }
}

function sourceKeeper(database: Database) {
  const one = database.prepare(
    'SELECT state, lastUs FROM numbering WHERE party = ? AND device = ? AND source = ?',
  )
  const many = database.prepare(
    'SELECT COUNT(*) AS count FROM numbering WHERE party = ? AND device = ?',
  )
  const old = database.prepare(
    'DELETE FROM numbering WHERE party = ? AND device = ? AND lastUs < ?',
  )
  const write = database.prepare('INSERT OR REPLACE INTO numbering VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  return {
    find(party: string, device: string, source: string): Source | undefined {
      const row = one.get(party, device, source)
      if (row === undefined) return undefined
      return { party, device, source, numbering: JSON.parse(row.state), lastUs: row.lastUs }
    },
    count: (party: string, device: string): number => many.get(party, device).count,
    /** Those that were not heard since then; gives how many they were. */
    forget: (party: string, device: string, sinceUs: number): number =>
      Number(old.run(party, device, sinceUs).changes),
    keep({ party, device, source, numbering, lastUs }: Source): void {
      if (numbering === undefined) return
      const gap = lastGap(numbering)
      const { noticedUs = null, from = null, to = null } = gap ?? {}
      const state = JSON.stringify(numbering)
      write.run(party, device, source, state, lastUs, noticedUs, from, to)
    },
  }
}

/** The last gap among all sources of a device that has not been filled. */
export function gapReader(
  database: Database,
): (party: string, device: string) => SourceGap | undefined {
  const last = database.prepare(
    `SELECT source, gapFrom AS "from", gapTo AS "to", gapUs AS noticedUs FROM numbering
     WHERE party = ? AND device = ? AND gapUs IS NOT NULL ORDER BY gapUs DESC LIMIT 1`,
  )
  return (party, device) => last.get(party, device)
}
