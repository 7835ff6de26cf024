/** Reads recalls.db: what the API answers from, beside the one connection that writes. */
import { type Database, openDatabase, type Statement } from '../sqlite/database.ts'
import { blockReader } from './blocks.ts'
import { type FormerBlock, formerReader } from './former.ts'
import { outdatedReader } from './outdated.ts'
import type {
  Block,
  Consignee,
  Holding,
  HoldingPlace,
  Notice,
  Outdated,
  PagedEntry,
  Recall,
  RecallState,
  RecallStep,
  ScopeEntryWithPath,
  ScopeQuery,
  ScopeVersion,
} from './recall.ts'
import {
  type ConsigneeRow,
  consigneeOf,
  type HolderRow,
  type NoticeRow,
  noticeOf,
  type RecallRow,
  recallOf,
  STEPS,
  type StepRow,
  stepOf,
  type VersionRow,
  versionOf,
} from './rows.ts'
import { migrations } from './schema.ts'
import { scopePages } from './scope-pages.ts'

/** Conditions are ANDed; the values of one are ORed. */
export interface RecallQuery {
  readonly states?: readonly RecallState[] | undefined
  readonly classes?: readonly string[] | undefined
  readonly domains?: readonly string[] | undefined
  /** Keys of products. */
  readonly products?: readonly string[] | undefined
  readonly isDrill?: boolean | undefined
  /** An alert that it began from. */
  readonly alert?: string | undefined
  /** Only what this party is a consignee of. */
  readonly consignee?: string | undefined
}

export interface RecallReader {
  /** Newest first; `after` is the seq of the last one of the page before. */
  recalls(query: RecallQuery, page: { limit: number; after?: number | undefined }): Recall[]
  recall(id: string): Recall | undefined
  /** The first first. */
  versions(id: string): ScopeVersion[]
  /** Items of a version, the proven first. */
  items(id: string, version: number, query: ScopeQuery): PagedEntry[]
  /** The same with the way to each. */
  itemsWithPaths(
    id: string,
    version: number,
    query: ScopeQuery,
  ): (PagedEntry & ScopeEntryWithPath)[]
  /** One item of a version with the way to it. */
  item(id: string, version: number, keys: readonly string[]): ScopeEntryWithPath | undefined
  /** What a party has of a version, by key. */
  holdings(
    id: string,
    version: number,
    party: string,
    page: { limit: number; after?: HoldingPlace | undefined },
  ): Holding[]
  /** Where an item, or the parts of a lot, are. */
  holdingsOf(id: string, version: number, key: string): Holding[]
  /** What the scope in force lacks; undefined where it lacks nothing. */
  outdated(id: string): Outdated | undefined
  /** By party. Before they are told: those who would be. */
  consignees(id: string): Consignee[]
  isConsignee(id: string, party: string): boolean
  stepsOf(id: string, page: { limit: number; after?: number | undefined }): RecallStep[]
  /** Steps of all recalls behind one. */
  stepsAfter(seq: number, limit: number): RecallStep[]
  lastStep(): number
  /** All approved recalls, drills too, whose scope in force holds one of some keys. */
  blocks(keys: readonly string[]): Block[]
  /** What earlier versions in force of open and closed recalls had of some keys. */
  former(keys: readonly string[]): FormerBlock[]
  /** Notices that are to be sent to some parties, the first first. */
  dueNotices(parties: readonly string[], limit: number): Notice[]
  /**
   * Whether a scope has yet to be found out, what was left of one to be removed, or what comes of
   * recalled goods to be followed.
   */
  hasWork(): boolean
  counts(): { readonly open: number; readonly dueNotices: number }
  close(): void
}

/** Opens recalls.db for reading; the writer has to have made it. */
export function openRecallReader(file: string): RecallReader {
  return recallReader(openDatabase(file, { readOnly: true, migrations }))
}

export function recallReader(database: Database): RecallReader {
  const one = database.prepare('SELECT * FROM recall WHERE id = ?')
  const find = (id: string): RecallRow | undefined => one.get(id)
  const recall = (id: string) => {
    const row = find(id)
    return row && recallOf(row)
  }
  return {
    recall,
    recalls: listing(database),
    ...scopesOf(database),
    ...consigneesOf(database, find),
    ...historyOf(database),
    blocks: blockReader(database),
    former: formerReader(database),
    outdated: outdatedReader(database),
    close: () => database.close(),
  }
}

function listing(database: Database): RecallReader['recalls'] {
  const lists = new Map<string, Statement>()
  const among = (column: string) => `${column} IN (SELECT value FROM json_each(?))`
  return (query, { limit, after }) => {
    const { states, classes, domains, products, isDrill, alert, consignee } = query
    const conditions: readonly (readonly [
      string,
      readonly string[] | string | number | undefined,
    ])[] = [
      [among('state'), states],
      [among('class'), classes],
      [among('domain'), domains],
      [among('product'), products],
      ['isDrill = ?', isDrill === undefined ? undefined : Number(isDrill)],
      [`? IN (SELECT value FROM json_each(body, '$.alerts'))`, alert],
      ['seq IN (SELECT recall FROM consignee WHERE party = ?)', consignee],
      ['seq < ?', after],
    ]
    const given = conditions.flatMap(([sql, value]): [string, string | number][] => {
      if (value === undefined) return []
      return [[sql, typeof value === 'object' ? JSON.stringify(value) : value]]
    })
    const where = ['1', ...given.map(([sql]) => sql)].join(' AND ')
    const text = `SELECT * FROM recall WHERE ${where} ORDER BY seq DESC LIMIT ?`
    const statement = lists.get(text) ?? database.prepare(text)
    lists.set(text, statement)
    const rows: RecallRow[] = statement.all(...given.map(([, value]) => value), limit)
    return rows.map(recallOf)
  }
}

function scopesOf(database: Database) {
  const versions = database.prepare(
    `SELECT scope_version.* FROM scope_version JOIN recall ON recall.seq = scope_version.recall
     WHERE recall.id = ? ORDER BY version`,
  )
  const scope = database.prepare(
    `SELECT scope_version.scope FROM scope_version JOIN recall ON recall.seq = scope_version.recall
     WHERE recall.id = ? AND scope_version.version = ?`,
  )
  const pages = scopePages(database)
  const scopeOf = (id: string, version: number): number => scope.get(id, version)?.scope ?? -1
  return {
    versions(id: string) {
      const rows: VersionRow[] = versions.all(id)
      return rows.map(versionOf)
    },
    items: (id: string, version: number, query: ScopeQuery) =>
      pages.items(scopeOf(id, version), query),
    itemsWithPaths: (id: string, version: number, query: ScopeQuery) =>
      pages.itemsWithPaths(scopeOf(id, version), query),
    item: (id: string, version: number, keys: readonly string[]) =>
      pages.item(scopeOf(id, version), keys),
    holdings: (
      id: string,
      version: number,
      party: string,
      page: { limit: number; after?: HoldingPlace | undefined },
    ) => pages.holdings(scopeOf(id, version), party, page),
    holdingsOf: (id: string, version: number, key: string) =>
      pages.holdingsOf(scopeOf(id, version), key),
  }
}

function consigneesOf(database: Database, find: (id: string) => RecallRow | undefined) {
  const told = database.prepare(
    `SELECT consignee.*, (SELECT max(deliveredUs) FROM notice
        WHERE notice.recall = consignee.recall AND notice.party = consignee.party) AS deliveredUs
     FROM consignee WHERE recall = ? ORDER BY party`,
  )
  const holders = database.prepare(
    'SELECT party, uom, state, quantity FROM scope_holder WHERE scope = ? ORDER BY party',
  )
  const latest = database.prepare(
    `SELECT scope FROM scope_version WHERE recall = ? AND state = 'known'
     ORDER BY version DESC LIMIT 1`,
  )
  const is = database.prepare(
    `SELECT 1 FROM consignee JOIN recall ON recall.seq = consignee.recall
     WHERE recall.id = ? AND consignee.party = ?`,
  )
  return {
    consignees(id: string): Consignee[] {
      const row = find(id)
      if (!row) return []
      const scope: number = row.scope ?? latest.get(row.seq)?.scope ?? -1
      const byParty = new Map<string, HolderRow[]>()
      const found: HolderRow[] = holders.all(scope)
      for (const each of found) {
        byParty.set(each.party, [...(byParty.get(each.party) ?? []), each])
      }
      const rows: ConsigneeRow[] = told.all(row.seq)
      const known = new Set(rows.map(({ party }) => party))
      const untold = [...byParty.keys()].filter((party) => !known.has(party)).map(toldNothing)
      return [...rows, ...untold]
        .map((each) => consigneeOf(each, byParty.get(each.party) ?? []))
        .sort((one, other) => (one.party < other.party ? -1 : 1))
    },
    isConsignee: (id: string, party: string) => is.get(id, party) !== undefined,
  }
}

function toldNothing(party: string): ConsigneeRow {
  return {
    party,
    noticeUs: null,
    deliveredUs: null,
    acknowledgedUs: null,
    acknowledgedBy: null,
    answeredUs: null,
    answers: '{}',
    subNotified: 0,
    checkResult: null,
    checkUs: null,
    checkBy: null,
    checkReason: null,
  }
}

const PER_READ = 500

function historyOf(database: Database) {
  const of = database.prepare(
    `${STEPS} WHERE recall.id = ? AND step.seq > ? ORDER BY step.seq LIMIT ?`,
  )
  const after = database.prepare(`${STEPS} WHERE step.seq > ? ORDER BY step.seq LIMIT ?`)
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS last FROM step')
  const due = database.prepare(
    `SELECT notice.seq, recall.id, notice.party, notice.step, notice.kind, notice.queuedUs
     FROM notice JOIN recall ON recall.seq = notice.recall
     WHERE notice.isDue = 1 AND notice.party IN (SELECT value FROM json_each(?))
     ORDER BY notice.seq LIMIT ?`,
  )
  const work = database.prepare(
    `SELECT 1 FROM scope_version WHERE state IN ('waiting', 'tracing', 'holders')
     UNION ALL SELECT 1 FROM scope_left
     UNION ALL SELECT 1 FROM recall WHERE scope IS NOT NULL AND state <> 'cancelled' LIMIT 1`,
  )
  const counts = database.prepare(
    `SELECT (SELECT count(*) FROM recall WHERE isDrill = 0
         AND state IN ('approved', 'notified', 'sealed', 'recovered')) AS open,
       (SELECT count(*) FROM notice WHERE isDue = 1) AS dueNotices`,
  )
  return {
    stepsOf(id: string, page: { limit: number; after?: number | undefined }): RecallStep[] {
      const rows: StepRow[] = of.all(id, page.after ?? 0, page.limit)
      return rows.map(stepOf)
    },
    stepsAfter(seq: number, limit: number): RecallStep[] {
      const rows: StepRow[] = after.all(seq, Math.min(limit, PER_READ))
      return rows.map(stepOf)
    },
    lastStep: (): number => last.get().last,
    dueNotices(parties: readonly string[], limit: number): Notice[] {
      const rows: NoticeRow[] = due.all(JSON.stringify(parties), limit)
      return rows.map(noticeOf)
    },
    hasWork: () => work.get() !== undefined,
    counts: () => counts.get(),
  }
}
