/**
 * What people in the field say of goods: findings, seals, samples, problems; and how often a code
 * was looked up. In a file of its own, `field.db`.
 *
 * A report has an id that its maker gave it. It is durable when `put` returns, and sending it again
 * changes nothing: a phone that lost the answer in a basement may send it until it gets one. Counts
 * of look-ups are written now and then: a crash may cost the last seconds of them.
 */
import { z } from 'zod'
import { type Database, openDatabase, transaction } from './sqlite/database.ts'

export const REPORT_KINDS = ['finding', 'seal', 'release', 'sample', 'problem'] as const
export type ReportKind = (typeof REPORT_KINDS)[number]

export const reportSchema = z
  .strictObject({
    id: z.uuid().describe('Made by whoever reports, so that it can be sent again'),
    kind: z
      .enum(REPORT_KINDS)
      .describe('seal: the goods are not to move; release ends that; problem: of a consumer'),
    code: z.string().trim().min(1).max(2048).describe('As it was scanned or typed'),
    note: z.string().trim().max(2000).default(''),
    sampleNumber: z.string().trim().min(1).max(100).optional(),
    madeAt: z.iso.datetime({ offset: true }).describe('By the clock of whoever reports'),
    latitude: z.number().min(-90).max(90).optional(),
    longitude: z.number().min(-180).max(180).optional(),
  })
  .refine(({ kind, note }) => note !== '' || !['finding', 'problem'].includes(kind), {
    path: ['note'],
    message: 'says what was found',
  })
  .refine(({ kind, sampleNumber }) => (kind === 'sample') === (sampleNumber !== undefined), {
    path: ['sampleNumber'],
    message: 'comes with a sample, and with nothing else',
  })
  .meta({ id: 'ReportRequest' })
export type Report = z.output<typeof reportSchema>

/** A report as it is kept. */
export interface KeptReport {
  /** Its place in the order of arrival. */
  readonly seq: number
  readonly report: Report
  /** Key of what the code was understood as. */
  readonly key: string
  readonly by: string
  readonly receivedUs: number
}

export interface Scans {
  readonly count: number
  readonly firstUs: number
  readonly lastUs: number
}

export interface FieldBook {
  /** Durable on return. `known`: it was there; `conflict`: something else has this id. */
  put(report: Report, key: string, by: string, nowUs: number): 'made' | 'known' | 'conflict'
  get(id: string): KeptReport | undefined
  /** Of some keys, the newest first. */
  about(keys: readonly string[], most: number): readonly KeptReport[]
  /** The newest first, from before a place. */
  list(page: {
    readonly kinds: readonly ReportKind[]
    readonly before: number | undefined
    readonly limit: number
  }): readonly KeptReport[]
  countScan(key: string, nowUs: number): void
  /** With what is not yet written. */
  scansOf(key: string): Scans | undefined
  close(): void
}

const migrations = [
  `CREATE TABLE reports (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, key TEXT NOT NULL,
    body TEXT NOT NULL, reportedBy TEXT NOT NULL, receivedUs INTEGER NOT NULL
  );
  CREATE INDEX reports_key ON reports (key, seq);
  CREATE TABLE scans (
    key TEXT PRIMARY KEY, count INTEGER NOT NULL, firstUs INTEGER NOT NULL, lastUs INTEGER NOT NULL
  ) WITHOUT ROWID;`,
]

interface Row {
  readonly seq: number
  readonly body: string
  readonly key: string
  readonly reportedBy: string
  readonly receivedUs: number
}

const WRITE_EVERY_MS = 2000
/** Look-ups of so many different codes are written at once: memory is bounded. */
const MOST_WAITING = 5000
const COLUMNS = 'seq, body, key, reportedBy, receivedUs'

/** Opens `field.db`, making it where it is missing. */
export function openField(file: string): FieldBook {
  const database = openDatabase(file, { migrations })
  const counter = new ScanCounter(database)
  const select = database.prepare(`SELECT ${COLUMNS} FROM reports WHERE id = ?`)
  const insert = database.prepare(
    `INSERT INTO reports (id, kind, key, body, reportedBy, receivedUs) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  )
  const about = database.prepare(
    `SELECT ${COLUMNS} FROM reports WHERE key IN (SELECT value FROM json_each(?))
     ORDER BY seq DESC LIMIT ?`,
  )
  const list = database.prepare(
    `SELECT ${COLUMNS} FROM reports
     WHERE seq < ?1 AND kind IN (SELECT value FROM json_each(?2)) ORDER BY seq DESC LIMIT ?3`,
  )
  const get = (id: string) => {
    const row: Row | undefined = select.get(id)
    return row && keptOf(row)
  }
  return {
    get,
    put(report, key, by, nowUs) {
      const body = JSON.stringify(report)
      if (insert.run(report.id, report.kind, key, body, by, nowUs).changes > 0) return 'made'
      const known = get(report.id)
      return known?.by === by && JSON.stringify(known.report) === body ? 'known' : 'conflict'
    },
    about: (keys, most) => about.all(JSON.stringify(keys), most).map(keptOf),
    list: ({ kinds, before = Number.MAX_SAFE_INTEGER, limit }) =>
      list.all(before, JSON.stringify(kinds), limit).map(keptOf),
    countScan: (key, nowUs) => counter.count(key, nowUs),
    scansOf: (key) => counter.of(key),
    close() {
      counter.close()
      database.close()
    },
  }
}

function keptOf({ seq, body, key, reportedBy: by, receivedUs }: Row): KeptReport {
  return { seq, report: reportSchema.parse(JSON.parse(body)), key, by, receivedUs }
}

/** Whether goods are sealed: the last word of some reports, the newest first. */
export function sealOf(reports: readonly KeptReport[]): KeptReport | undefined {
  const last = reports.find(({ report: { kind } }) => kind === 'seal' || kind === 'release')
  return last?.report.kind === 'seal' ? last : undefined
}

class ScanCounter {
  readonly #database: Database
  readonly #waiting = new Map<string, Scans>()
  readonly #select
  readonly #upsert
  readonly #timer: NodeJS.Timeout

  constructor(database: Database) {
    this.#database = database
    this.#select = database.prepare('SELECT count, firstUs, lastUs FROM scans WHERE key = ?')
    this.#upsert = database.prepare(
      `INSERT INTO scans VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (key) DO UPDATE SET count = count + ?2, lastUs = max(lastUs, ?4)`,
    )
    this.#timer = setInterval(() => this.#write(), WRITE_EVERY_MS)
    this.#timer.unref()
  }

  count(key: string, nowUs: number): void {
    const { count, firstUs } = this.#waiting.get(key) ?? { count: 0, firstUs: nowUs }
    this.#waiting.set(key, { count: count + 1, firstUs, lastUs: nowUs })
    if (this.#waiting.size >= MOST_WAITING) this.#write()
  }

  of(key: string): Scans | undefined {
    const written: Scans | undefined = this.#select.get(key)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined || written === undefined) return written ?? waiting
    const { firstUs } = written
    return { count: written.count + waiting.count, firstUs, lastUs: waiting.lastUs }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#write()
  }

  #write(): void {
    if (this.#waiting.size === 0) return
    transaction(this.#database, () => {
      for (const [key, { count, firstUs, lastUs }] of this.#waiting) {
        this.#upsert.run(key, count, firstUs, lastUs)
      }
    })
    this.#waiting.clear()
  }
}
