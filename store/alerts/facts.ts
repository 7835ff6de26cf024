/**
 * Facts that events tell beside the states of items: amounts, tests, transports. Rows belong to the
 * number of their event and go with it; what is read is as of the last commit.
 */
import type { LabReport, Sampled } from '#risk/lab-report.ts'
import type { LaneEnds, LaneTimes, Transport } from '#risk/lane.ts'
import type { AmountSum, Movement, MovementKind, Packing, Stocked } from '#risk/movement.ts'
import type { StockAsked } from '#risk/reference.ts'
import type { Database } from '../sqlite/database.ts'

/** With the number of the event that tells it. */
export type Of<Fact> = Fact & { readonly event: number }

export type Side = 'shipped' | 'received'

/** A test as the result of a supplier and of a process. */
export interface TestResult {
  readonly thing: string
  readonly test: string
  readonly supplier: string
  readonly process: string
  readonly passed: boolean
  readonly timeUs: number
  readonly recordUs: number
  readonly eventID: string
}

/** An event by which something of a product was taken from the stock of a site. */
export interface Pick {
  readonly site: string
  readonly product: string
  readonly timeUs: number
  readonly event: number
}

/** How long transports took, by their lanes. */
interface LaneReader {
  /** The last transports that came on a lane, in their order. */
  transports(lane: LaneEnds): Of<Transport>[]
  /** The same as times: a tenth of the cost. */
  laneTimes(lane: LaneEnds): LaneTimes
  /** On which a thing stands for transports. */
  lanesOf(item: string): LaneEnds[]
  /** On which an event tells of transports. */
  lanesIn(event: number): LaneEnds[]
  /** Lanes on which anything came, in their order, behind one of them. */
  lanes(after: LaneEnds | undefined, limit: number): LaneEnds[]
}

/** What came to sites and left them. */
export interface StockReader {
  /** Lots of a product that a site may have at a time and expire before another, the last first. */
  stockedBefore(asked: StockAsked, limit: number): Stocked[]
  /** What came to a site of a lot and left it before a time, by kind. */
  amountsOf(lot: string, site: string, atUs: number): AmountSum[]
  /** Of a product at a site from a time on, in the order of time. */
  picks(site: string, product: string, fromUs: number, limit: number): Pick[]
  /** When the last of all was; 0 where nothing was. */
  lastPickUs(): number
}

export interface FactReader extends LaneReader, StockReader {
  /** Of a lot or unit, in the order of time; `limit + 1` of them where there are more. */
  movements(thing: string, limit: number): Of<Movement>[]
  /** What a child went into, in the order of time. */
  packingsOf(child: string, limit: number): Of<Packing>[]
  /** What went into a container, its emptyings included, in the order of time. */
  packingsIn(parent: string, limit: number): Of<Packing>[]
  /** On this very thing. */
  reports(thing: string): Of<LabReport>[]
  /** Lots and items of a product that reports are on, behind one of them, at most `limit`. */
  reportedOf(product: string, after: string, limit: number): string[]
  /** Samples that were drawn from a lot. */
  samplesOf(lot: string): Of<Sampled>[]
  /** Lots that a sample was drawn from. */
  sampledFrom(sample: string): Of<Sampled>[]
  /** Reports issued in a span, its end not included. */
  reportsBetween(fromUs: number, toUs: number): Iterable<Of<LabReport>>
  /** Who made a lot: the party of the first event that says so. */
  makerOf(lot: string): Of<Movement> | undefined
  /** The newest, in the order of time. */
  resultsOf(by: 'supplier' | 'process', key: string, limit: number): TestResult[]
  countResults(process: string): number
  /** What a thing's tests are results of. */
  resultsFor(thing: string): TestResult[]
  /** Bodies of the newest runs of a process. */
  runs(process: string, limit: number): string[]
  shipment(id: string, limit: number): { readonly event: number; readonly side: Side }[]
  /** Whether anything at all is held, and exposed: seldom, and asked of every item. */
  hasAny(table: 'held' | 'exposed'): boolean
  /** What has failed that a thing came of. */
  heldFor(thing: string): string[]
  /** Items that were out of their limits by themselves or in a carrier, behind one of them. */
  exposedIn(carrier: string, after: string, limit: number): string[]
  /** When an item's temperatures were gone through last; 0 where they never were. */
  exposureTold(item: string): number
  /** How far something was followed; 0 where it never was. */
  mark(name: string): number
  /** Owners that the facts of an event are of. */
  ownersOf(event: number): string[]
}

interface MovementRow extends Omit<Of<Movement>, 'amount' | 'isSerials' | 'kind'> {
  readonly kind: MovementKind
  readonly amount: number | null
  readonly isSerials: number
}

interface PackingRow extends Omit<Of<Packing>, 'amount'> {
  readonly amount: number | null
}

type SumRow = Omit<AmountSum, 'isSerials'> & { readonly isSerials: number }
type ReportRow = Omit<Of<LabReport>, 'passed'> & { readonly passed: number }
type SampledRow = Omit<Of<Sampled>, 'isWitnessed'> & { readonly isWitnessed: number }
type ResultRow = Omit<TestResult, 'passed'> & { readonly passed: number }

export function factReader(database: Database): FactReader {
  const all = (sql: string) => database.prepare(sql)
  const movements = all('SELECT * FROM movement WHERE thing = ? ORDER BY timeUs, event LIMIT ?')
  const made = all(
    `SELECT * FROM movement WHERE thing = ? AND kind = 'produced' ORDER BY timeUs, event LIMIT 1`,
  )
  const packingsOf = all('SELECT * FROM packing WHERE child = ? ORDER BY timeUs, event LIMIT ?')
  const packingsIn = all('SELECT * FROM packing WHERE parent = ? ORDER BY timeUs, event LIMIT ?')
  const reports = all('SELECT * FROM report WHERE thing = ? ORDER BY reportedUs, event, test')
  // '0' comes right after '/'.
  const reported = all(
    `SELECT DISTINCT thing FROM report
     WHERE thing > max(?1 || '/', ?2) AND thing < ?1 || '0' ORDER BY thing LIMIT ?3`,
  )
  const between = all(
    'SELECT * FROM report WHERE reportedUs >= ? AND reportedUs < ? ORDER BY reportedUs, event',
  )
  const samples = all('SELECT * FROM sampled WHERE lot = ? ORDER BY timeUs, event')
  const origins = all('SELECT * FROM sampled WHERE sample = ? ORDER BY timeUs, event')
  const results = {
    supplier: all('SELECT * FROM result WHERE supplier = ? ORDER BY timeUs DESC LIMIT ?'),
    process: all('SELECT * FROM result WHERE process = ? ORDER BY timeUs DESC LIMIT ?'),
  }
  const resultCount = all('SELECT count(*) AS count FROM result WHERE process = ?')
  const resultsFor = all('SELECT * FROM result WHERE thing = ?')
  const runs = all('SELECT body FROM run WHERE process = ? ORDER BY timeUs DESC, event LIMIT ?')
  const shipments = all('SELECT event, side FROM shipment WHERE id = ? ORDER BY event LIMIT ?')
  const any = {
    held: all('SELECT 1 FROM held LIMIT 1'),
    exposed: all('SELECT 1 FROM exposed LIMIT 1'),
  }
  const held = all('SELECT origin FROM held WHERE thing = ?')
  const exposed = all(
    'SELECT item FROM exposed WHERE carrier = ? AND item > ? ORDER BY item LIMIT ?',
  )
  const exposure = all('SELECT toldUs FROM exposure WHERE item = ?')
  const mark = all('SELECT value FROM mark WHERE name = ?')
  const owners = all(
    `SELECT DISTINCT 'lot ' || thing AS owner FROM movement WHERE event = ?1
     UNION SELECT 'lot ' || child FROM packing WHERE event = ?1 AND child <> ''
     UNION SELECT 'tests ' || thing FROM report WHERE event = ?1
     UNION SELECT 'tests ' || lot FROM sampled WHERE event = ?1
     UNION SELECT process FROM run WHERE event = ?1
     UNION SELECT 'shipment ' || id FROM shipment WHERE event = ?1`,
  )
  const movementRows = (rows: MovementRow[]) => rows.map(movementOf)
  return {
    movements: (thing, limit) => movementRows(movements.all(thing, limit + 1)),
    packingsOf: (child, limit) => packingsOf.all(child, limit + 1).map(packingOf),
    packingsIn: (parent, limit) => packingsIn.all(parent, limit + 1).map(packingOf),
    reportedOf: (product, after, limit) =>
      reported.all(product, after, limit).map(({ thing }) => thing),
    reports: (thing) => reports.all(thing).map(reportOf),
    samplesOf: (lot) => samples.all(lot).map(sampledOf),
    sampledFrom: (sample) => origins.all(sample).map(sampledOf),
    *reportsBetween(fromUs, toUs) {
      for (const row of between.iterate(fromUs, toUs)) yield reportOf(row)
    },
    makerOf: (lot) => movementRows(made.all(lot))[0],
    resultsOf: (by, key, limit) => results[by].all(key, limit).map(resultOf).reverse(),
    countResults: (process) => resultCount.get(process).count,
    resultsFor: (thing) => resultsFor.all(thing).map(resultOf),
    runs: (process, limit) => runs.all(process, limit).map(({ body }: { body: string }) => body),
    shipment: (id, limit) => shipments.all(id, limit),
    ...stockReader(database),
    ...laneReader(database),
    hasAny: (table) => any[table].get() !== undefined,
    heldFor: (thing) => held.all(thing).map(({ origin }: { origin: string }) => origin),
    exposedIn: (carrier, after, limit) =>
      exposed.all(carrier, after, limit).map(({ item }: { item: string }) => item),
    exposureTold: (item) => exposure.get(item)?.toldUs ?? 0,
    mark: (name) => mark.get(name)?.value ?? 0,
    ownersOf: (event) => owners.all(event).map(({ owner }: { owner: string }) => owner),
  }
}

function stockReader(database: Database): StockReader {
  const stocked = database.prepare(
    `SELECT site, product, expiresUs, lot, expiry FROM stocked
     WHERE site = ?1 AND product = ?2 AND expiresUs < ?3 AND (goneUs IS NULL OR goneUs >= ?4)
     ORDER BY expiresUs DESC, lot LIMIT ?5`,
  )
  const amounts = database.prepare(
    `SELECT kind, isSerials, unit, coalesce(sum(amount), 0) AS amount FROM movement
       WHERE thing = ?1 AND site = ?2 AND timeUs < ?3 GROUP BY kind, isSerials, unit
     UNION ALL
     SELECT 'packed', 0, unit, coalesce(sum(amount), 0) FROM packing
       WHERE child = ?1 AND site = ?2 AND timeUs < ?3 GROUP BY unit`,
  )
  const picks = database.prepare(
    `SELECT * FROM pick WHERE site = ? AND product = ? AND timeUs >= ?
     ORDER BY timeUs, event LIMIT ?`,
  )
  const lastPick = database.prepare('SELECT coalesce(max(timeUs), 0) AS timeUs FROM pick')
  return {
    stockedBefore: ({ site, product, beforeUs, atUs }, limit) =>
      stocked.all(site, product, beforeUs, atUs, limit),
    amountsOf: (lot, site, atUs) => amounts.all(lot, site, atUs).map(sumOf),
    picks: (site, product, fromUs, limit) => picks.all(site, product, fromUs, limit),
    lastPickUs: () => lastPick.get().timeUs,
  }
}

function laneReader(database: Database): LaneReader {
  const transports = database.prepare(
    `SELECT * FROM transport WHERE origin = ? AND goal = ?
     ORDER BY arrivedUs, departedUs, departure, event`,
  )
  const times = database.prepare(
    `SELECT json_group_array(arrivedUs) AS arrived, json_group_array(departedUs) AS departed
     FROM (SELECT arrivedUs, departedUs FROM transport WHERE origin = ? AND goal = ?
       ORDER BY arrivedUs, departedUs, departure, event)`,
  )
  const ofItem = database.prepare('SELECT DISTINCT origin, goal FROM transport WHERE item = ?')
  const inEvent = database.prepare('SELECT DISTINCT origin, goal FROM transport WHERE event = ?')
  const lanes = database.prepare(
    `SELECT DISTINCT origin, goal FROM transport WHERE (origin, goal) > (?, ?)
     ORDER BY origin, goal LIMIT ?`,
  )
  return {
    transports: ({ origin, goal }) => transports.all(origin, goal),
    laneTimes({ origin, goal }) {
      const { arrived, departed }: Record<string, string> = times.get(origin, goal)
      return { arrivedUs: JSON.parse(arrived ?? '[]'), departedUs: JSON.parse(departed ?? '[]') }
    },
    lanesOf: (item) => ofItem.all(item),
    lanesIn: (event) => inEvent.all(event),
    lanes: (after, limit) => lanes.all(after?.origin ?? '', after?.goal ?? '', limit),
  }
}

function movementOf({ amount, isSerials, ...row }: MovementRow): Of<Movement> {
  return { amount: amount ?? undefined, isSerials: isSerials === 1, ...row }
}

function sumOf({ isSerials, ...row }: SumRow): AmountSum {
  return { isSerials: isSerials === 1, ...row }
}

function packingOf({ amount, ...row }: PackingRow): Of<Packing> {
  return { amount: amount ?? undefined, ...row }
}

function reportOf({ passed, ...row }: ReportRow): Of<LabReport> {
  return { passed: passed === 1, ...row }
}

function sampledOf({ isWitnessed, ...row }: SampledRow): Of<Sampled> {
  return { isWitnessed: isWitnessed === 1, ...row }
}

function resultOf({ passed, ...row }: ResultRow): TestResult {
  return { passed: passed === 1, ...row }
}
