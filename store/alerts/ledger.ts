/**
 * What the follower knows, as of its cursor: items, sensors, and findings that hold. It follows
 * from events alone, and is written in the transaction that moves the cursor.
 */
import type { Reason } from '#risk/difference.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import type { Entry, ItemMemory } from './alert.ts'

/** One sensor as the follower remembers it. */
export interface SensorMemory {
  /** Its key and the party whose it is. */
  readonly key: string
  readonly lastUs: number
  readonly dueUs: number | undefined
  /** JSON of the states of its rules. */
  readonly state: string
}

export interface Progress {
  /** All events up to it have been looked at. */
  readonly eventRef: number
  /** History is gone through again up to this one; 0 while it is not. */
  readonly replayTo: number
  /** The rules whose changes that is for. */
  readonly rules: readonly string[]
}

interface EntryRow {
  owner: string
  isSure: number
  count: number
  replaces: string | null
  reason: Reason
  body: string
}

interface ItemRow extends Omit<ItemMemory, 'dueUs'> {
  readonly dueUs: number | null
}

/** What a report may change of items that nobody names with it. */
const FOUND_BY_CAUSE: ReadonlySet<string> = new Set(['F2'])

const ENTRY = 'owner, isSure, count, replaces, reason, body'

/** What a draft is made over. */
export type LedgerReader = Pick<Ledger, 'item' | 'sensor' | 'entry' | 'entries' | 'ownersByCause'>

export class Ledger {
  readonly #progress: Statement
  readonly #item: Statement
  readonly #items: Statement
  readonly #sensor: Statement
  readonly #entry: Statement
  readonly #entries: Statement
  readonly #byCause: Statement
  readonly #dueEntries: Statement
  readonly #dueItems: Statement
  readonly #dueSensors: Statement
  readonly #putItem: Statement
  readonly #putSensor: Statement
  readonly #putEntry: Statement
  readonly #removeEntry: Statement
  readonly #move: Statement
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
    this.#progress = database.prepare('SELECT eventRef, replayTo, rules FROM follower')
    this.#item = database.prepare('SELECT * FROM item WHERE key = ?')
    this.#items = database.prepare(
      'SELECT item.* FROM json_each(?) AS wanted CROSS JOIN item ON item.key = wanted.value',
    )
    this.#sensor = database.prepare('SELECT * FROM sensor WHERE key = ?')
    this.#entry = database.prepare(`SELECT ${ENTRY} FROM finding WHERE identity = ?`)
    this.#entries = database.prepare(`SELECT ${ENTRY} FROM finding WHERE owner = ?`)
    this.#byCause = database.prepare(
      `SELECT DISTINCT owner FROM finding WHERE cause >= ?1 AND cause < ?2 AND owner > ?3
       ORDER BY owner LIMIT ?4`,
    )
    this.#dueEntries = database.prepare(
      `SELECT ${ENTRY} FROM finding WHERE dueUs <= ? ORDER BY dueUs LIMIT ?`,
    )
    this.#dueItems = database.prepare('SELECT * FROM item WHERE dueUs <= ? ORDER BY dueUs LIMIT ?')
    this.#dueSensors = database.prepare(
      'SELECT * FROM sensor WHERE dueUs <= ? ORDER BY dueUs LIMIT ?',
    )
    this.#putItem = database.prepare('INSERT OR REPLACE INTO item VALUES (?, ?, ?, ?, ?, ?)')
    this.#putSensor = database.prepare('INSERT OR REPLACE INTO sensor VALUES (?, ?, ?, ?)')
    this.#putEntry = database.prepare(
      'INSERT OR REPLACE INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    this.#removeEntry = database.prepare('DELETE FROM finding WHERE identity = ?')
    this.#move = database.prepare('UPDATE follower SET eventRef = ?, replayTo = ?, rules = ?')
  }

  progress(): Progress {
    const row = this.#progress.get()
    return { ...row, rules: JSON.parse(row.rules) }
  }

  item(key: string): ItemMemory | undefined {
    const row: ItemRow | undefined = this.#item.get(key)
    return row && memoryOf(row)
  }

  /** Those of some that are remembered, in no order. */
  items(keys: readonly string[]): ItemMemory[] {
    if (keys.length === 0) return []
    const rows: ItemRow[] = this.#items.all(JSON.stringify(keys))
    return rows.map(memoryOf)
  }

  sensor(key: string): SensorMemory | undefined {
    const row = this.#sensor.get(key)
    return row && { ...row, dueUs: row.dueUs ?? undefined }
  }

  entry(identity: string): Entry | undefined {
    const row: EntryRow | undefined = this.#entry.get(identity)
    return row && entryOf(row)
  }

  /** What holds of an item, event or sensor. */
  entries(owner: string): Entry[] {
    const rows: EntryRow[] = this.#entries.all(owner)
    return rows.map(entryOf)
  }

  /** Owners of findings of some rules (FOUND_BY_CAUSE) whose cause begins so, behind one. */
  ownersByCause(beginning: string, after: string, limit: number): string[] {
    const end = `${beginning}\u{10ffff}`
    const rows: { owner: string }[] = this.#byCause.all(beginning, end, after, limit)
    return rows.map(({ owner }) => owner)
  }

  /** Findings that are to become alerts by a time, the first due first. */
  dueEntries(nowUs: number, limit: number): Entry[] {
    const rows: EntryRow[] = this.#dueEntries.all(nowUs, limit)
    return rows.map(entryOf)
  }

  dueItems(nowUs: number, limit: number): ItemMemory[] {
    const rows: ItemRow[] = this.#dueItems.all(nowUs, limit)
    return rows.map(memoryOf)
  }

  dueSensors(nowUs: number, limit: number): SensorMemory[] {
    return this.#dueSensors.all(nowUs, limit)
  }

  // All below are to be called in a transaction.

  putItem({ key, kind, lastUs, through, dueUs, state }: ItemMemory): void {
    this.#putItem.run(key, kind, lastUs, through, dueUs ?? null, state)
  }

  putSensor({ key, lastUs, dueUs, state }: SensorMemory): void {
    this.#putSensor.run(key, lastUs, dueUs ?? null, state)
  }

  /** `isTold`: it is an alert already. */
  putEntry({ finding, owner, isSure, count, replaces, reason }: Entry, isTold: boolean): void {
    const { identity, knowableUs } = finding
    const dueUs = isTold ? null : knowableUs
    const body = JSON.stringify(finding)
    const flags = [isSure ? 1 : 0, count, replaces ?? null]
    const cause = FOUND_BY_CAUSE.has(finding.rule) ? finding.cause : null
    this.#putEntry.run(identity, owner, ...flags, reason, dueUs, body, cause)
  }

  removeEntry(identity: string): void {
    this.#removeEntry.run(identity)
  }

  move({ eventRef, replayTo, rules }: Progress): void {
    this.#move.run(eventRef, replayTo, JSON.stringify(rules))
  }

  /** Forgets all that follows from events. */
  forget(): void {
    this.#database.exec('DELETE FROM item; DELETE FROM sensor; DELETE FROM finding')
  }
}

function memoryOf(row: ItemRow): ItemMemory {
  return { ...row, dueUs: row.dueUs ?? undefined }
}

function entryOf({ owner, isSure, count, replaces, reason, body }: EntryRow): Entry {
  const finding = JSON.parse(body)
  return { finding, owner, isSure: isSure === 1, count, reason, replaces: replaces ?? undefined }
}
