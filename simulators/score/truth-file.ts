/**
 * The truth of a run as a SQLite file beside it, so that a run of any length can be looked up in
 * without holding it. The file is made for one scoring and taken away after it: nothing in it has
 * to outlast a crash.
 */
import { rmSync } from 'node:fs'
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite'
import { linesOf } from '#simulators/recording.ts'
import type { AssociatedLine, BecomesLine, FieldLine, TruthLine } from '#simulators/truth.ts'

/** The file is not the truth of a run. */
export class TruthError extends Error {
  override readonly name = 'TruthError'
}

/** What a thing is to a becoming. */
export const roles = { input: 0, output: 1, lot: 2 } as const

const cacheMiB = 64
const schema = `
  PRAGMA journal_mode = MEMORY;
  PRAGMA synchronous = OFF;
  PRAGMA locking_mode = EXCLUSIVE;
  PRAGMA cache_size = ${-cacheMiB * 1024};
  CREATE TABLE becoming (n INTEGER PRIMARY KEY, time TEXT, event TEXT, body TEXT);
  CREATE TABLE part (key TEXT, role INTEGER, n INTEGER, PRIMARY KEY (key, role, n)) WITHOUT ROWID;
  CREATE TABLE stay (child TEXT, since TEXT, kind TEXT, parent TEXT, until TEXT, events TEXT,
    PRIMARY KEY (child, since, kind, parent)) WITHOUT ROWID;
  CREATE TABLE move (unit TEXT, shipped TEXT, received TEXT, events TEXT,
    PRIMARY KEY (unit, shipped)) WITHOUT ROWID;
  CREATE TABLE item (n INTEGER PRIMARY KEY, key TEXT UNIQUE, lot TEXT);
  CREATE TABLE mishap (event TEXT PRIMARY KEY, lost INTEGER, time TEXT) WITHOUT ROWID;
  CREATE TABLE missing (event TEXT, key TEXT, PRIMARY KEY (event, key)) WITHOUT ROWID;
  CREATE TABLE misread (key TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE touched (key TEXT, fault TEXT, PRIMARY KEY (key, fault)) WITHOUT ROWID;
`
/** Items tell their lots at their end, so what a becoming made of a lot is known after all. */
const afterwards = `
  CREATE INDEX item_lot ON item (lot);
  INSERT OR IGNORE INTO part
    SELECT item.lot, ${roles.lot}, part.n FROM part JOIN item ON item.key = part.key
    WHERE part.role = ${roles.output};
  CREATE INDEX lot_of ON part (n) WHERE role = ${roles.lot};
`

/** Lines that are few and stay in memory: the run, parties, faults, counts. */
export type OtherLine = Exclude<
  TruthLine,
  { kind: 'becomes' | 'contains' | 'associated' | 'moves' | 'item' | 'touched' }
>

/**
 * Reads a truth into `file`, which it replaces; `onOther` is told the rest. Throws TruthError, and
 * what the file system throws.
 */
export function indexTruth(
  truthFile: string,
  file: string,
  onOther: (line: OtherLine) => void,
): DatabaseSyncInstance {
  rmSync(file, { force: true })
  const database = new DatabaseSync(file)
  try {
    database.exec(schema)
    const add = writerInto(database, onOther)
    database.exec('BEGIN')
    let isFirst = true
    for (const text of linesOf(truthFile)) {
      const line = lineOf(text, truthFile)
      if (isFirst && line.kind !== 'run') throw new TruthError(`${truthFile} is no truth of a run`)
      isFirst = false
      add(line)
    }
    if (isFirst) throw new TruthError(`${truthFile} is empty`)
    database.exec('COMMIT')
    database.exec(afterwards)
    return database
  } catch (error) {
    database.close()
    rmSync(file, { force: true })
    throw error
  }
}

function lineOf(text: string, truthFile: string): TruthLine {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TruthError(`${truthFile} has a line that is cut or no JSON`, { cause })
  }
}

function writerInto(database: DatabaseSyncInstance, onOther: (line: OtherLine) => void) {
  const into = (table: string, columns: number) =>
    database.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${Array(columns).fill('?')})`)
  const becoming = into('becoming', 4)
  const part = into('part', 3)
  const stay = into('stay', 6)
  const move = into('move', 4)
  const item = database.prepare('INSERT OR IGNORE INTO item (key, lot) VALUES (?, ?)')
  const touched = into('touched', 2)
  const field = fieldWriter(database)
  let n = 0
  const addBecoming = ({ time, inputs, outputs, eventIDs: [event] }: BecomesLine) => {
    n += 1
    becoming.run(n, time, event ?? null, JSON.stringify({ inputs, outputs }))
    for (const { key } of inputs) part.run(key, roles.input, n)
    for (const { key } of outputs) part.run(key, roles.output, n)
  }
  const addMounting = ({ asset, sensor, since, until, eventIDs }: AssociatedLine) => {
    stay.run(sensor, since, 'associated', asset, until ?? null, JSON.stringify(eventIDs))
  }
  return (line: TruthLine): void => {
    switch (line.kind) {
      case 'becomes':
        addBecoming(line)
        return
      case 'contains': {
        const { child, since, kind, parent, until, eventIDs } = line
        stay.run(child, since, kind, parent, until ?? null, JSON.stringify(eventIDs))
        return
      }
      case 'associated':
        addMounting(line)
        return
      case 'moves':
        move.run(line.unit, line.shipped, line.received, JSON.stringify(line.eventIDs))
        return
      case 'item':
        item.run(line.key, line.lot)
        return
      case 'touched':
        for (const key of [...line.keys, ...(line.packages ?? [])]) touched.run(key, line.fault)
        return
      case 'field':
        field(line)
        onOther(line)
        return
      default:
        onOther(line)
    }
  }
}

/** What was done to the report of an event: lost, with things missing, or with another time. */
function fieldWriter(database: DatabaseSyncInstance): (line: FieldLine) => void {
  const mishap = database.prepare(
    `INSERT INTO mishap VALUES (?, ?, ?) ON CONFLICT (event) DO UPDATE
     SET lost = max(lost, excluded.lost), time = coalesce(excluded.time, time)`,
  )
  const missing = database.prepare('INSERT OR IGNORE INTO missing VALUES (?, ?)')
  const misread = database.prepare('INSERT OR IGNORE INTO misread VALUES (?)')
  return ({ what, eventID, keys = [], instead = [], time }) => {
    if (what === 'late' || what === 'duplicate') return
    const isReported = what === 'missed-read' || what === 'wrong-scan' || what === 'clock'
    mishap.run(eventID, isReported ? 0 : 1, what === 'clock' ? (time ?? null) : null)
    const absent = what === 'wrong-scan' ? instead : what === 'missed-read' ? keys : []
    for (const key of absent) missing.run(eventID, key)
    if (what === 'wrong-scan') for (const key of keys) misread.run(key)
  }
}
