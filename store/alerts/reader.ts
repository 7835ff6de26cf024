/** Reads alerts.db: what the API answers from, beside the one connection that writes. */
import type { Database, Statement } from '../sqlite/database.ts'
import { openDatabase } from '../sqlite/database.ts'
import type { Alert, AlertState, Step } from './alert.ts'
import { type Known, knownOf } from './known.ts'
import { alertOf, LISTED, type ListedRow, STEPS, type StepRow, stepOf } from './rows.ts'
import { type RulesVersion, rulesVersionOf } from './rule-versions.ts'
import { migrations } from './schema.ts'

/** Conditions are ANDed; the values of one are ORed. */
export interface AlertQuery {
  readonly states?: readonly AlertState[] | undefined
  readonly severities?: readonly string[] | undefined
  readonly rules?: readonly string[] | undefined
  readonly domains?: readonly string[] | undefined
  /** Keys of products. */
  readonly products?: readonly string[] | undefined
  /** Slugs. */
  readonly parties?: readonly string[] | undefined
  /** Only what this party is concerned by as well. */
  readonly confinedTo?: string | undefined
  /** Keys of items. */
  readonly items?: readonly string[] | undefined
  readonly caseId?: number | undefined
  /** Raised or changed then or later. */
  readonly sinceUs?: number | undefined
}

export interface AlertPage {
  readonly limit: number
  /** The seq of the last alert of the page before. */
  readonly after?: number | undefined
}

export type Worst = 'critical' | 'warning'

export interface AlertReader {
  /** Newest first. */
  alerts(query: AlertQuery, page: AlertPage): Alert[]
  alert(id: string): Alert | undefined
  /** The first steps of an alert, in their order. */
  stepsOf(id: string, limit: number): Step[]
  /** Steps of all alerts behind one. */
  stepsAfter(seq: number, limit: number): Step[]
  lastStep(): number
  /**
   * Alerts that concern one of some items and are not resolved, or block it: first what authorities
   * have blocked or published and what a failed test holds, then the gravest.
   */
  openAbout(keys: readonly string[], limit: number): Alert[]
  /**
   * The worst of what is unresolved about each of some items, where there is anything: `critical`
   * where an alert is or blocks it, else `warning`. Of those that concern a party, where one is
   * given.
   */
  worstAbout(keys: readonly string[], party: string | undefined): Map<string, Worst>
  /** Whether a party is among those that an alert concerns. */
  concerns(seq: number, party: string): boolean
  /** Slugs of all parties that an alert concerns, or was forwarded to. */
  partiesOf(seq: number): string[]
  rules(version?: number): RulesVersion | undefined
  readonly known: Known
  counts(): { readonly alerts: number; readonly open: number; readonly eventRef: number }
  /** Owners whose findings are to be told anew by a time. */
  asked(untilUs: number): number
  close(): void
}

const PER_READ = 500

/** What is blocked stays so until it is unblocked, whatever becomes of its alert. */
const HOLDS = `(alert.state IN ('open', 'acknowledged', 'in_progress')
  OR (isBlocked AND alert.state <> 'superseded'))`

/** Opens alerts.db for reading; the follower has to have made it. */
export function openAlertReader(file: string): AlertReader {
  return alertReader(openDatabase(file, { readOnly: true, migrations }))
}

export function alertReader(database: Database): AlertReader {
  const one = database.prepare(`${LISTED} WHERE alert.identity = ?`)
  const steps = database.prepare(`${STEPS} WHERE alert.identity = ? ORDER BY step.seq LIMIT ?`)
  const after = database.prepare(`${STEPS} WHERE step.seq > ? ORDER BY step.seq LIMIT ?`)
  const last = database.prepare('SELECT coalesce(max(seq), 0) AS last FROM step')
  const concerned = database.prepare('SELECT 1 FROM alert_party WHERE party = ? AND alert = ?')
  const parties = database.prepare('SELECT party FROM alert_party WHERE alert = ? ORDER BY party')
  const about = database.prepare(
    `${LISTED} WHERE ${HOLDS} AND alert.seq IN (
       SELECT alert FROM alert_item WHERE key IN (SELECT value FROM json_each(?)))
     ORDER BY isBlocked DESC, isPublic = 1 DESC, rule = 'F1' DESC,
       CASE severity WHEN 'critical' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END, alert.seq
     LIMIT ?`,
  )
  const worst = database.prepare(
    `SELECT wanted.value AS key, max(severity = 'critical' OR isBlocked) AS isGrave
     FROM json_each(?1) AS wanted
     CROSS JOIN alert_item ON alert_item.key = wanted.value
     CROSS JOIN alert ON alert.seq = alert_item.alert
     WHERE ${HOLDS} AND (severity IN ('critical', 'warning') OR isBlocked)
       AND json_extract(body, '$.subject') = wanted.value
       AND (?2 IS NULL OR EXISTS (
         SELECT 1 FROM alert_party WHERE alert_party.party = ?2 AND alert_party.alert = alert.seq))
     GROUP BY wanted.value`,
  )
  const counts = database.prepare(
    `SELECT (SELECT count(*) FROM alert) AS alerts,
       (SELECT count(*) FROM alert WHERE state IN ('open', 'acknowledged', 'in_progress')) AS open,
       (SELECT eventRef FROM follower) AS eventRef`,
  )
  const asked = database.prepare('SELECT count(*) AS owners FROM dirty WHERE dueUs <= ?')
  const lists = new Map<string, Statement>()
  return {
    alerts(query, { limit, after: beforeSeq }) {
      const { sql, values } = conditionsOf(query, beforeSeq)
      const text = `${LISTED} WHERE ${sql} ORDER BY alert.seq DESC LIMIT ?`
      const statement = lists.get(text) ?? database.prepare(text)
      lists.set(text, statement)
      const rows: ListedRow[] = statement.all(...values, limit)
      return rows.map(alertOf)
    },
    alert(id) {
      const row: ListedRow | undefined = one.get(id)
      return row && alertOf(row)
    },
    stepsOf(id, limit) {
      const rows: StepRow[] = steps.all(id, limit)
      return rows.map(stepOf)
    },
    stepsAfter(seq, limit) {
      const rows: StepRow[] = after.all(seq, Math.min(limit, PER_READ))
      return rows.map(stepOf)
    },
    lastStep: () => last.get().last,
    openAbout(keys, limit) {
      const rows: ListedRow[] = about.all(JSON.stringify(keys), limit)
      return rows.map(alertOf)
    },
    worstAbout(keys, party) {
      const rows: { key: string; isGrave: number }[] = worst.all(
        JSON.stringify(keys),
        party ?? null,
      )
      return new Map(rows.map(({ key, isGrave }) => [key, isGrave ? 'critical' : 'warning']))
    },
    concerns: (seq, party) => concerned.get(party, seq) !== undefined,
    partiesOf(seq) {
      const rows: { party: string }[] = parties.all(seq)
      return rows.map(({ party }) => party)
    },
    rules: (version) => rulesVersionOf(database, version),
    known: knownOf(database),
    counts: () => counts.get(),
    asked: (untilUs) => asked.get(untilUs).owners,
    close: () => database.close(),
  }
}

type Value = string | number

const among = (column: string) => `${column} IN (SELECT value FROM json_each(?))`
const linked = (table: string, column: string) =>
  `alert.seq IN (SELECT alert FROM ${table} WHERE ${among(column)})`

function conditionsOf(query: AlertQuery, beforeSeq: number | undefined) {
  const { states, severities, rules, domains, products, parties, items, confinedTo } = query
  const confined = confinedTo === undefined ? undefined : [confinedTo]
  const asked: readonly (readonly [string, readonly string[] | Value | undefined])[] = [
    [among('alert.state'), states],
    [among('alert.severity'), severities],
    [among('alert.rule'), rules],
    [among('alert.domain'), domains],
    [among('alert.product'), products],
    [linked('alert_party', 'party'), parties],
    [linked('alert_party', 'party'), confined],
    [linked('alert_item', 'key'), items],
    ['alert.caseId = ?', query.caseId],
    ['alert.changedUs >= ?', query.sinceUs],
    ['alert.seq < ?', beforeSeq],
  ]
  const given = asked.flatMap(([sql, value]): [string, Value][] => {
    if (value === undefined) return []
    return [[sql, typeof value === 'object' ? JSON.stringify(value) : value]]
  })
  return {
    sql: ['1', ...given.map(([sql]) => sql)].join(' AND '),
    values: given.map(([, value]) => value),
  }
}
