/**
 * What became of each message: what was refused and why (the quarantine, with the whole message),
 * and how each capture over HTTP ended. Keyed by the message's position in the journal, so that
 * following the journal again after a crash writes the same rows again and nothing twice.
 *
 * Ingest alone writes; the API reads. The cursor moves in the same commit: of everything before it,
 * what was refused and how each capture ended is here.
 */
import {
  HEARD_MIGRATION,
  type Heard,
  heardRecorder,
  type Liveliness,
  type LivelinessQuery,
  livelinessReader,
  missingReader,
} from './heard.ts'
import { NUMBERING_MIGRATION } from './numbering.ts'
import { type Database, openDatabase, transaction } from './sqlite/database.ts'
import type { JournalPosition } from './trail.ts'

/** One refused message, or one refused event of a message. */
export interface RefusedEvent {
  readonly position: JournalPosition
  /** The event's index in the message; -1 is the whole message. */
  readonly index: number
  readonly party: string
  /** Device slug, or key id of an HTTP capture. */
  readonly device: string
  readonly topic: string
  readonly receivedAtUs: number
  readonly recordTimeUs: number
  readonly code: string
  /** JSON Pointer into the event, or into the message where the index is -1. */
  readonly path: string
  readonly message: string
}

export interface Rejection extends RefusedEvent {
  /** The whole message as it came; kept once for all its rejections. */
  readonly payload: Uint8Array
}

export interface CaptureError {
  readonly index: number
  readonly code: string
  readonly path: string
  readonly message: string
}

/** How one HTTP capture ended. */
export interface CaptureJob {
  readonly captureID: string
  readonly position: JournalPosition
  readonly party: string
  readonly createdAtUs: number
  readonly finishedAtUs: number
  readonly success: boolean
  readonly errorBehaviour: 'rollback' | 'proceed'
  readonly stored: number
  readonly repeats: number
  /** The first ones; `errorCount` says how many there were. */
  readonly errors: readonly CaptureError[]
  readonly errorCount: number
}

export interface RejectionQuery {
  readonly party?: string | undefined
  readonly device?: string | undefined
  readonly code?: string | undefined
  /** The last of the page before. */
  readonly after?: { readonly position: JournalPosition; readonly index: number } | undefined
  readonly limit: number
}

export interface JobQuery {
  readonly party?: string | undefined
  /** The position of the last of the page before. */
  readonly after?: JournalPosition | undefined
  readonly limit: number
}

export interface Intake {
  /**
   * Durable on return, all of it or nothing; what is there already stays as it was. The cursor
   * moves on to `to`, and never back. The rejections of one message stand next to each other.
   */
  record(outcome: {
    rejections: readonly Rejection[]
    jobs: readonly CaptureJob[]
    /** Every message of it; those before the cursor are counted already. */
    heard?: readonly Heard[]
    to: JournalPosition
  }): void
  /** Everything before it is recorded; 0 at first. */
  cursor(): JournalPosition
  /** Newest message first, its events in order. */
  rejections(query: RejectionQuery): readonly RefusedEvent[]
  rejection(position: JournalPosition, index: number): Rejection | undefined
  job(position: JournalPosition): CaptureJob | undefined
  /** Newest first. */
  jobs(query: JobQuery): readonly CaptureJob[]
  /** How lively devices are, by party and device. */
  liveliness(query: LivelinessQuery): readonly Liveliness[]
  /** Running numbers of all devices that never came. */
  missing(): number
  counts(): { rejections: number; jobs: number }
  close(): void
}

/** A capture is named by its place in the journal: it is known from the moment it is durable. */
export function captureIDOf(position: JournalPosition): string {
  return `c${position.toString(36)}`
}

/** The place in the journal that a captureID names; undefined where it names none. */
export function positionOfCapture(captureID: string): JournalPosition | undefined {
  const digits = /^c([0-9a-z]{1,11})$/.exec(captureID)?.[1]
  const position = digits === undefined ? undefined : Number.parseInt(digits, 36)
  if (position === undefined || !Number.isSafeInteger(position)) return undefined
  return captureIDOf(position) === captureID ? position : undefined
}

const migrations = [
  `CREATE TABLE refused (
    position INTEGER PRIMARY KEY, party TEXT NOT NULL, device TEXT NOT NULL, topic TEXT NOT NULL,
    receivedAtUs INTEGER NOT NULL, recordTimeUs INTEGER NOT NULL, payload BLOB NOT NULL
  );
  CREATE TABLE rejections (
    position INTEGER NOT NULL, "index" INTEGER NOT NULL, party TEXT NOT NULL, code TEXT NOT NULL,
    path TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (position, "index")
  ) WITHOUT ROWID;
  CREATE INDEX rejections_party ON rejections (party, position);
  CREATE TABLE jobs (
    position INTEGER PRIMARY KEY, party TEXT NOT NULL, createdAtUs INTEGER NOT NULL,
    finishedAtUs INTEGER NOT NULL, success INTEGER NOT NULL, errorBehaviour TEXT NOT NULL,
    stored INTEGER NOT NULL, repeats INTEGER NOT NULL, errors TEXT NOT NULL,
    errorCount INTEGER NOT NULL
  );
  CREATE INDEX jobs_party ON jobs (party, position);
  CREATE TABLE intake (one INTEGER PRIMARY KEY CHECK (one = 1), cursor INTEGER NOT NULL);
  INSERT INTO intake (one, cursor) VALUES (1, 0);`,
  HEARD_MIGRATION,
  NUMBERING_MIGRATION,
]

/**
 * Opens `intake.db`, making it where it is missing. A read-only connection needs it to be there.
 */
export function openIntake(file: string, options: { readOnly?: boolean } = {}): Intake {
  const { readOnly = false } = options
  const database = openDatabase(file, { readOnly, migrations })
  return { ...recording(database), ...reading(database), close: () => database.close() }
}

function recording(database: Database): Pick<Intake, 'record'> {
  const message = database.prepare(
    `INSERT OR IGNORE INTO refused
     (position, party, device, topic, receivedAtUs, recordTimeUs, payload)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const rejection = database.prepare(
    `INSERT OR IGNORE INTO rejections (position, "index", party, code, path, message)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const job = database.prepare(
    `INSERT OR IGNORE INTO jobs (position, party, createdAtUs, finishedAtUs, success,
       errorBehaviour, stored, repeats, errors, errorCount)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const hear = heardRecorder(database)
  const cursor = database.prepare('SELECT cursor FROM intake')
  const move = database.prepare('UPDATE intake SET cursor = MAX(cursor, ?)')
  return {
    record({ rejections, jobs, heard = [], to }) {
      transaction(database, () => {
        const counted: number = cursor.get().cursor
        hear(heard.filter(({ position }) => position >= counted))
        let written = -1
        for (const { position, ...what } of rejections) {
          if (position !== written) {
            const { party, device, topic, receivedAtUs, recordTimeUs, payload } = what
            message.run(position, party, device, topic, receivedAtUs, recordTimeUs, payload)
            written = position
          }
          rejection.run(position, what.index, what.party, what.code, what.path, what.message)
        }
        for (const done of jobs) job.run(...jobValues(done))
        move.run(to)
      })
    },
  }
}

function jobValues(job: CaptureJob): (string | number)[] {
  const { position, party, createdAtUs, finishedAtUs, errorBehaviour } = job
  const { stored, repeats, errors, errorCount } = job
  const success = job.success ? 1 : 0
  return [
    ...[position, party, createdAtUs, finishedAtUs, success, errorBehaviour],
    ...[stored, repeats, JSON.stringify(errors), errorCount],
  ]
}

const rejectionColumns = `rejections.position, "index", refused.party, device, topic,
  receivedAtUs, recordTimeUs, code, path, message`

function reading(database: Database): Omit<Intake, 'record' | 'close'> {
  const rejection = database.prepare(
    `SELECT ${rejectionColumns}, payload FROM rejections JOIN refused USING (position)
     WHERE position = ? AND "index" = ?`,
  )
  const job = database.prepare('SELECT * FROM jobs WHERE position = ?')
  const counts = database.prepare(
    'SELECT (SELECT COUNT(*) FROM rejections) AS rejections, (SELECT COUNT(*) FROM jobs) AS jobs',
  )
  const cursor = database.prepare('SELECT cursor FROM intake')
  return {
    cursor: () => cursor.get().cursor,
    rejections({ party, device, code, after, limit }) {
      const where = conditions({
        'rejections.party = ?': party,
        'device = ?': device,
        'code = ?': code,
        'position <= ?': after?.position,
        '(position < ? OR "index" > ?)': after && [after.position, after.index],
      })
      return database
        .prepare(
          `SELECT ${rejectionColumns} FROM rejections JOIN refused USING (position)
           WHERE ${where.sql} ORDER BY position DESC, "index" LIMIT ?`,
        )
        .all(...where.values, limit)
    },
    rejection: (position, index) => rejection.get(position, index),
    job(position) {
      const row = job.get(position)
      return row === undefined ? undefined : jobOf(row)
    },
    jobs({ party, after, limit }) {
      const where = conditions({ 'party = ?': party, 'position < ?': after })
      return database
        .prepare(`SELECT * FROM jobs WHERE ${where.sql} ORDER BY position DESC LIMIT ?`)
        .all(...where.values, limit)
        .map(jobOf)
    },
    liveliness: livelinessReader(database),
    missing: missingReader(database),
    counts: () => counts.get(),
  }
}

type Value = string | number

/** The conditions that were asked for, ANDed. */
function conditions(asked: Readonly<Record<string, Value | Value[] | undefined>>): {
  sql: string
  values: Value[]
} {
  const given = Object.entries(asked).filter(([, value]) => value !== undefined)
  return {
    sql: ['1', ...given.map(([sql]) => sql)].join(' AND '),
    values: given.flatMap(([, value]) => value ?? []),
  }
}

type JobRow = Omit<CaptureJob, 'captureID' | 'success' | 'errors'> & {
  success: number
  errors: string
}

function jobOf(row: JobRow): CaptureJob {
  return {
    ...row,
    captureID: captureIDOf(row.position),
    success: row.success === 1,
    errors: JSON.parse(row.errors),
  }
}
