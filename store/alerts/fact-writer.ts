/** Writes the facts of a batch. All here is to be called in a transaction. */
import type { Reason } from '#risk/difference.ts'
import type { LabReport, Sampled } from '#risk/lab-report.ts'
import { MOST_TRANSPORTS, type Transport } from '#risk/lane.ts'
import type { Movement, Packing, Stocked } from '#risk/movement.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import type { Of, Pick, Side, StockReader, TestResult } from './facts.ts'
import { GoneLots, type LotAt } from './gone-lots.ts'

/** Somebody's findings are to be told anew. */
export interface Dirty {
  readonly owner: string
  readonly reason: Reason
  /** Not before then. */
  readonly dueUs: number
}

/** One run of a process, as JSON. */
export interface RunRow {
  readonly process: string
  readonly timeUs: number
  readonly event: number
  readonly body: string
}

export interface ShipmentRow {
  readonly id: string
  readonly event: number
  readonly side: Side
}

/** All that a batch changes of facts. */
export interface FactChanges {
  /** Numbers of events that were wrong: what they told goes before the rest comes. */
  readonly wrong: ReadonlySet<number>
  readonly movements: readonly Of<Movement>[]
  readonly packings: readonly Of<Packing>[]
  /** Of serials whose lot was not known before: added to what their event has told. */
  readonly lateMovements: readonly Of<Movement>[]
  readonly latePackings: readonly Of<Packing>[]
  readonly stocked: readonly Stocked[]
  readonly picks: readonly Pick[]
  readonly reports: readonly Of<LabReport>[]
  readonly sampled: readonly Of<Sampled>[]
  readonly runs: readonly RunRow[]
  readonly shipments: readonly ShipmentRow[]
  readonly transports: Iterable<Of<Transport>>
  /** Things whose transports until now go before those come. */
  readonly retold: ReadonlySet<string>
  /** Of each thing here all results, in place of those before. */
  readonly results: ReadonlyMap<string, readonly Of<TestResult>[]>
  /** Of each origin here all things that a failed test of it holds, in place of those before. */
  readonly held: ReadonlyMap<string, readonly string[]>
  readonly exposed: readonly { readonly carrier: string; readonly item: string }[]
  /** When temperatures were gone through, by item. */
  readonly exposures: ReadonlyMap<string, number>
  readonly marks: ReadonlyMap<string, number>
  /** Owners that have been told anew, as they were asked for. */
  readonly told: readonly Dirty[]
  /** By owner. */
  readonly dirty: ReadonlyMap<string, Dirty>
}

/** Tables whose rows are of one event. */
const OF_EVENTS = [
  'movement',
  'packing',
  'report',
  'sampled',
  'run',
  'shipment',
  'pick',
  'transport',
] as const
const ALL = [
  ...OF_EVENTS,
  'stocked',
  'result',
  'held',
  'exposed',
  'exposure',
  'dirty',
  'mark',
] as const

export class FactWriter {
  readonly #database: Database
  readonly #removals: readonly Statement[]
  readonly #movement: Statement
  readonly #packing: Statement
  readonly #lateMovement: Statement
  readonly #latePacking: Statement
  readonly #stocked: Statement
  readonly #gone: GoneLots
  readonly #pick: Statement
  readonly #report: Statement
  readonly #sampled: Statement
  readonly #run: Statement
  readonly #shipment: Statement
  readonly #noTransport: Statement
  readonly #transport: Statement
  readonly #oldTransports: Statement
  readonly #noResult: Statement
  readonly #result: Statement
  readonly #noHeld: Statement
  readonly #held: Statement
  readonly #exposed: Statement
  readonly #exposure: Statement
  readonly #mark: Statement
  readonly #clean: Statement
  readonly #dirty: Statement
  readonly #due: Statement

  constructor(database: Database, stock: StockReader) {
    this.#database = database
    this.#gone = new GoneLots(database, stock)
    const into = (table: string, places: number) =>
      database.prepare(
        `INSERT OR REPLACE INTO ${table} VALUES (${Array(places).fill('?').join(', ')})`,
      )
    this.#removals = OF_EVENTS.map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE event = ?`),
    )
    this.#movement = into('movement', 10)
    this.#packing = into('packing', 7)
    const adding = (table: string, places: number) =>
      database.prepare(
        `INSERT INTO ${table} VALUES (${Array(places).fill('?').join(', ')})
         ON CONFLICT DO UPDATE SET amount = amount + excluded.amount`,
      )
    this.#lateMovement = adding('movement', 10)
    this.#latePacking = adding('packing', 7)
    this.#stocked = database.prepare(
      `INSERT OR REPLACE INTO stocked (site, product, expiresUs, lot, expiry)
       VALUES (?, ?, ?, ?, ?)`,
    )
    this.#pick = into('pick', 4)
    this.#report = into('report', 9)
    this.#sampled = into('sampled', 7)
    this.#run = into('run', 4)
    this.#shipment = into('shipment', 3)
    this.#noTransport = database.prepare('DELETE FROM transport WHERE item = ?')
    // Another thing may stand for it already.
    this.#transport = database.prepare(
      'INSERT OR IGNORE INTO transport VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.#oldTransports = database.prepare(
      `DELETE FROM transport WHERE origin = ?1 AND goal = ?2
         AND (arrivedUs, departedUs, departure, event) <= (
           SELECT arrivedUs, departedUs, departure, event FROM transport
           WHERE origin = ?1 AND goal = ?2
           ORDER BY arrivedUs DESC, departedUs DESC, departure DESC, event DESC
           LIMIT 1 OFFSET ${MOST_TRANSPORTS})`,
    )
    this.#noResult = database.prepare('DELETE FROM result WHERE thing = ?')
    this.#result = into('result', 9)
    this.#noHeld = database.prepare('DELETE FROM held WHERE origin = ?')
    this.#held = into('held', 2)
    this.#exposed = into('exposed', 2)
    this.#exposure = into('exposure', 2)
    this.#mark = into('mark', 2)
    // What was asked for again since is asked for still.
    this.#clean = database.prepare('DELETE FROM dirty WHERE owner = ?1 AND dueUs <= ?2')
    this.#dirty = database.prepare(
      `INSERT INTO dirty VALUES (?1, ?2, ?3) ON CONFLICT (owner) DO UPDATE
       SET dueUs = min(dueUs, ?3), reason = CASE reason WHEN 'newer' THEN ?2 ELSE reason END`,
    )
    this.#due = database.prepare(
      'SELECT * FROM dirty WHERE dueUs <= ? ORDER BY dueUs, owner LIMIT ?',
    )
  }

  /** Owners that are to be told anew by then, the longest waiting first. */
  due(nowUs: number, limit: number): Dirty[] {
    return this.#due.all(nowUs, limit)
  }

  write(changes: FactChanges): void {
    const moved = [...changes.wrong].flatMap((event) => this.#gone.toldBy(event))
    for (const event of changes.wrong) for (const each of this.#removals) each.run(event)
    this.#writeAmounts(changes)
    this.#gone.update([...moved, ...movedBy(changes)])
    this.#writeTransports(changes)
    for (const each of changes.reports) {
      const { thing, event, test, passed, result, reportedUs, recordedUs, eventID, site } = each
      const of = [thing, event, test, passed ? 1 : 0, result]
      this.#report.run(...of, reportedUs, recordedUs, eventID, site)
    }
    for (const { lot, event, sample, party, isWitnessed, timeUs, site } of changes.sampled) {
      this.#sampled.run(lot, event, sample, party, isWitnessed ? 1 : 0, timeUs, site)
    }
    for (const [thing, results] of changes.results) {
      this.#noResult.run(thing)
      for (const each of results) {
        const { event, test, supplier, process, passed, timeUs, recordUs, eventID } = each
        const of = [thing, event, test, supplier, process, passed ? 1 : 0]
        this.#result.run(...of, timeUs, recordUs, eventID)
      }
    }
    for (const [origin, things] of changes.held) {
      this.#noHeld.run(origin)
      for (const thing of things) this.#held.run(thing, origin)
    }
    for (const { carrier, item } of changes.exposed) this.#exposed.run(carrier, item)
    for (const [item, toldUs] of changes.exposures) this.#exposure.run(item, toldUs)
    for (const [name, value] of changes.marks) this.#mark.run(name, value)
    for (const { owner, dueUs } of changes.told) this.#clean.run(owner, dueUs)
    for (const { owner, reason, dueUs } of changes.dirty.values()) {
      this.#dirty.run(owner, reason, dueUs)
    }
  }

  #writeAmounts({ stocked, picks, runs, shipments, ...amounts }: FactChanges): void {
    for (const each of amounts.movements) this.#movement.run(...movementRow(each))
    for (const each of amounts.packings) this.#packing.run(...packingRow(each))
    for (const each of amounts.lateMovements) this.#lateMovement.run(...movementRow(each))
    for (const each of amounts.latePackings) this.#latePacking.run(...packingRow(each))
    for (const { site, product, expiresUs, lot, expiry } of stocked) {
      this.#stocked.run(site, product, expiresUs, lot, expiry)
    }
    for (const { site, product, timeUs, event } of picks) {
      this.#pick.run(site, product, timeUs, event)
    }
    for (const { process, timeUs, event, body } of runs) {
      this.#run.run(process, timeUs, event, body)
    }
    for (const { id, event, side } of shipments) this.#shipment.run(id, event, side)
  }

  #writeTransports({ transports, retold }: FactChanges): void {
    for (const item of retold) this.#noTransport.run(item)
    const lanes = new Map<string, readonly [origin: string, goal: string]>()
    for (const each of transports) {
      const { origin, goal, arrivedUs, departure, departedUs, event, item } = each
      this.#transport.run(origin, goal, arrivedUs, departedUs, departure, event, item)
      lanes.set(`${origin} ${goal}`, [origin, goal])
    }
    for (const lane of lanes.values()) this.#oldTransports.run(...lane)
  }

  /** Forgets all that follows from events. */
  forget(): void {
    this.#database.exec(ALL.map((table) => `DELETE FROM ${table}`).join('; '))
  }
}

/** Lots of which something comes or goes, and where. */
function* movedBy(changes: FactChanges): Iterable<LotAt> {
  yield* changes.stocked
  for (const all of [changes.movements, changes.lateMovements]) {
    for (const { thing: lot, site } of all) yield { lot, site }
  }
  for (const all of [changes.packings, changes.latePackings]) {
    for (const { child: lot, site } of all) yield { lot, site }
  }
}

function movementRow(each: Of<Movement>) {
  const { thing, event, kind, isSerials, party, site, amount, unit, timeUs, recordUs } = each
  const of = [thing, event, kind, isSerials ? 1 : 0, party, site]
  return [...of, amount ?? null, unit, timeUs, recordUs]
}

function packingRow({ child, event, parent, site, amount, unit, timeUs }: Of<Packing>) {
  return [child, event, parent, site, amount ?? null, unit, timeUs]
}
