/**
 * The truth of a run, looked up: what really happened, and which of it was reported. All that grows
 * with the run lies in a file (truth-file.ts); memory holds faults and parties.
 */
import { rmSync } from 'node:fs'
import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite'
import type { Amount, FaultLine, RunLine } from '#simulators/truth.ts'
import type { Link } from './oracle.ts'
import { indexTruth, type OtherLine, roles } from './truth-file.ts'

/** What became what at one time. */
export interface Becoming {
  readonly time: string
  readonly inputs: readonly Amount[]
  readonly outputs: readonly Amount[]
  /** Lots of its outputs. */
  readonly lots: readonly string[]
  readonly eventID: string | undefined
}

/** Being in, or mounted on, something; without `until` it lasts. */
export interface Stay {
  readonly kind: 'contains' | 'associated'
  readonly parent: string
  readonly child: string
  readonly since: string
  readonly until: string | undefined
  /** Of its beginning, and of its end. */
  readonly eventIDs: readonly string[]
}

export interface Move {
  readonly unit: string
  readonly shipped: string
  readonly received: string
  readonly eventIDs: readonly string[]
}

/** What was done to the report of one event. */
export interface Mishap {
  readonly isLost: boolean
  /** When it says that it happened, where that is wrong. */
  readonly time: string | undefined
}

/** Pallets have many items: what became of one is asked for by each of them. */
const becomingsKept = 2000
const staysKept = 20_000

export class TruthBook {
  run: RunLine = { kind: 'run', world: '', seed: '', items: 0 }
  readonly faults = new Map<string, FaultLine>()
  /** Slugs of parties by their keys. */
  readonly parties = new Map<string, string>()
  /** When sensors fell silent at the end of the run, in milliseconds since 1970. */
  readonly silentMs = new Map<string, number>()
  /** How often each thing was done to a report. */
  readonly fieldCounts = new Map<string, number>()
  /** Whether the truth tells of all that was published. */
  isComplete = false
  /** Items that were read under a second code. */
  aliases = 0
  readonly #file: string
  readonly #database: DatabaseSyncInstance
  readonly #hasMishaps: boolean
  readonly #known = new Map<number, Becoming>()
  readonly #stays = new Map<string, readonly Stay[]>()
  readonly #statements: Statements

  private constructor(truthFile: string) {
    this.#file = `${truthFile}-index.db`
    this.#database = indexTruth(truthFile, this.#file, (line) => this.#enter(line))
    this.#statements = statementsOf(this.#database)
    this.#hasMishaps = this.#statements.anyMishap.get() !== undefined
  }

  /** Makes a file beside the truth. Throws TruthError, and what the file system throws. */
  static read(truthFile: string): TruthBook {
    return new TruthBook(truthFile)
  }

  close(): void {
    this.#database.close()
    rmSync(this.#file, { force: true })
  }

  /** What something was made from; of a lot what its items were. */
  madeFrom(key: string): Becoming[] {
    return this.#becomings(this.#statements.from.all(key))
  }

  madeInto(key: string): Becoming[] {
    return this.#becomings(this.#statements.into.all(key))
  }

  staysOf(child: string): readonly Stay[] {
    const known = this.#stays.get(child)
    if (known !== undefined) return known
    const stays = this.#readStays(child)
    // Of a chain that is walked through twice, and of carriers that many things share.
    if (this.#stays.size >= staysKept) this.#stays.clear()
    this.#stays.set(child, stays)
    return stays
  }

  #readStays(child: string): Stay[] {
    return this.#statements.stays.all(child).map((row) => ({
      child,
      kind: row['kind'] === 'contains' ? 'contains' : 'associated',
      parent: String(row['parent']),
      since: String(row['since']),
      until: textOf(row['until']),
      eventIDs: JSON.parse(String(row['events'])),
    }))
  }

  movesOf(unit: string): Move[] {
    return this.#statements.moves.all(unit).map((row) => ({
      unit,
      shipped: String(row['shipped']),
      received: String(row['received']),
      eventIDs: JSON.parse(String(row['events'])),
    }))
  }

  lotOf(item: string): string | undefined {
    return textOf(this.#statements.lot.get(item)?.['lot'])
  }

  isItem(key: string): boolean {
    return this.#statements.lot.get(key) !== undefined
  }

  membersOf(lot: string): string[] {
    return this.#statements.members.all(lot).map((row) => String(row['key']))
  }

  get items(): number {
    return Number(this.#statements.count.get()?.['items'] ?? 0)
  }

  /** The n-th item of the run, from 0 on. */
  itemAt(n: number): string | undefined {
    return textOf(this.#statements.itemAt.get(n + 1)?.['key'])
  }

  /** Lots of items. */
  lots(): string[] {
    return this.#statements.lots.all().map((row) => String(row['lot']))
  }

  /** What went into something, but for items. */
  used(): string[] {
    return this.#statements.used.all().map((row) => String(row['key']))
  }

  mishapOf(eventID: string): Mishap | undefined {
    if (!this.#hasMishaps) return undefined
    const row = this.#statements.mishap.get(eventID)
    return row === undefined ? undefined : { isLost: row['lost'] === 1, time: textOf(row['time']) }
  }

  get hasMishaps(): boolean {
    return this.#hasMishaps
  }

  /** Whether the report of an event leaves a thing out. */
  isMissing(eventID: string, key: string): boolean {
    return this.#statements.missing.get(eventID, key) !== undefined
  }

  /** Whether a code was read in place of another. */
  isMisread(key: string): boolean {
    return this.#statements.misread.get(key) !== undefined
  }

  /** Faults that touch a thing. */
  faultsAt(key: string): FaultLine[] {
    return this.#statements.touched.all(key).flatMap(({ fault }) => {
      return this.faults.get(String(fault)) ?? []
    })
  }

  /** Whether what a link says is so, at some time. */
  isReal({ kind, from, to }: Pick<Link, 'kind' | 'from' | 'to'>): boolean {
    const { isBecoming, isStay, moves, lot } = this.#statements
    switch (kind) {
      case 'becomes':
        return isBecoming.get(from, to) !== undefined
      case 'moves':
        return from === to && moves.get(from) !== undefined
      case 'of-lot':
        return lot.get(from)?.['lot'] === to
      default:
        return isStay.get(to, kind, from) !== undefined
    }
  }

  #becomings(rows: readonly Row[]): Becoming[] {
    return rows.flatMap(({ n }) => this.#becoming(Number(n)) ?? [])
  }

  #becoming(n: number): Becoming | undefined {
    const known = this.#known.get(n)
    if (known !== undefined) return known
    const row = this.#statements.becoming.get(n)
    if (row === undefined) return undefined
    const body: Pick<Becoming, 'inputs' | 'outputs'> = JSON.parse(String(row['body']))
    const lots = this.#statements.lotsOf.all(n).map(({ key }) => String(key))
    const made = { ...body, lots, time: String(row['time']), eventID: textOf(row['event']) }
    if (this.#known.size >= becomingsKept) this.#known.clear()
    this.#known.set(n, made)
    return made
  }

  #enter(line: OtherLine): void {
    if (line.kind === 'run') this.run = line
    else if (line.kind === 'end') this.isComplete = line.isComplete
    else if (line.kind === 'party') this.parties.set(line.pgln, line.slug)
    else if (line.kind === 'fault') this.faults.set(line.id, line)
    else if (line.kind === 'alias') this.aliases += 1
    else if (line.kind === 'silent') this.silentMs.set(line.sensor, Date.parse(line.since))
    else this.fieldCounts.set(line.what, (this.fieldCounts.get(line.what) ?? 0) + 1)
  }
}

type Row = Readonly<Record<string, unknown>>
type Statements = ReturnType<typeof statementsOf>

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function statementsOf(database: DatabaseSyncInstance) {
  const all = (sql: string) => {
    const statement: StatementSyncInstance = database.prepare(sql)
    return {
      all: (...values: (string | number)[]): Row[] => statement.all(...values),
      get: (...values: (string | number)[]): Row | undefined => statement.get(...values),
    }
  }
  const { input, output, lot } = roles
  return {
    becoming: all('SELECT time, event, body FROM becoming WHERE n = ?'),
    lotsOf: all(`SELECT key FROM part WHERE n = ? AND role = ${lot}`),
    from: all(`SELECT n FROM part WHERE key = ? AND role IN (${output}, ${lot}) ORDER BY n`),
    into: all(`SELECT n FROM part WHERE key = ? AND role = ${input} ORDER BY n`),
    isBecoming: all(`SELECT 1 FROM part one JOIN part other ON other.n = one.n
      AND other.role IN (${output}, ${lot})
      WHERE one.key = ? AND one.role = ${input} AND other.key = ? LIMIT 1`),
    stays: all('SELECT * FROM stay WHERE child = ? ORDER BY since'),
    isStay: all('SELECT 1 FROM stay WHERE child = ? AND kind = ? AND parent = ? LIMIT 1'),
    moves: all('SELECT * FROM move WHERE unit = ? ORDER BY shipped'),
    lot: all('SELECT lot FROM item WHERE key = ?'),
    members: all('SELECT key FROM item WHERE lot = ? ORDER BY n'),
    count: all('SELECT count(*) AS items FROM item'),
    itemAt: all('SELECT key FROM item WHERE n = ?'),
    lots: all('SELECT DISTINCT lot FROM item'),
    used: all(`SELECT DISTINCT key FROM part WHERE role = ${input}
      AND NOT EXISTS (SELECT 1 FROM item WHERE item.key = part.key)`),
    anyMishap: all('SELECT 1 FROM mishap LIMIT 1'),
    mishap: all('SELECT lost, time FROM mishap WHERE event = ?'),
    missing: all('SELECT 1 FROM missing WHERE event = ? AND key = ?'),
    misread: all('SELECT 1 FROM misread WHERE key = ?'),
    touched: all('SELECT fault FROM touched WHERE key = ?'),
  }
}
