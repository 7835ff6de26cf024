/**
 * The alerts themselves, and every step that was taken on them. All here is to be called in a
 * transaction, by the one connection that writes.
 */
import {
  difference,
  hasOnlyGoneOn,
  isClearlyWorse,
  REASONS,
  type Reason,
} from '#risk/difference.ts'
import type { Finding } from '#risk/finding.ts'
import { type RuleId, ruleOf } from '#risk/table.ts'
import type { Text } from '#risk/words.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import {
  type AlertAction,
  type AlertState,
  type CauseCode,
  type Concern,
  type Entry,
  ESCALATION,
  isStanding,
  isUnresolved,
  type Step,
  stateAfter,
  takesUp,
} from './alert.ts'
import { type AlertRow, PUBLIC } from './rows.ts'

/** What somebody does about an alert. */
export interface ActCommand {
  readonly alert: string
  readonly action: AlertAction
  readonly by: string
  readonly party?: string
  /** Whoever it concerns may answer; only an authority takes it up. */
  readonly isAuthority: boolean
  readonly reason: string
  readonly causeCode?: CauseCode
  /** To whom it is forwarded: a slug. */
  readonly to?: string
  /** With publish. */
  readonly exercise?: boolean
  readonly notice?: Text
}

export type Acted =
  | { readonly ok: true; readonly state: AlertState }
  | {
      readonly ok: false
      readonly code: 'unknown_alert' | 'wrong_state' | 'published_otherwise'
      readonly state?: AlertState
    }

const US_A_MINUTE = 60_000_000
/** Items of one alert that it can be found by. */
const MOST_ITEMS = 1000
const ESCALATED_AT_ONCE = 200

type StepMore = Omit<Step, 'seq' | 'alert' | 'atUs' | 'step' | 'state' | 'by'>

export class AlertBook {
  readonly #database: Database
  readonly #select: Statement
  readonly #insert: Statement
  readonly #update: Statement
  readonly #tell: Statement
  readonly #inherit: Statement
  readonly #step: Statement
  readonly #item: Statement
  readonly #party: Statement
  readonly #case: Statement
  readonly #countCase: Statement
  readonly #due: Statement
  readonly #escalate: Statement
  readonly #orphans: Statement

  constructor(database: Database) {
    this.#database = database
    this.#select = database.prepare('SELECT * FROM alert WHERE identity = ?')
    this.#insert = database.prepare(
      `INSERT INTO alert (identity, rule, severity, state, isBlocked, causeCode, count, escalation,
         escalateUs, raisedUs, changedUs, caseId, domain, product, parties, evidence, body)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
       RETURNING *`,
    )
    this.#update = database.prepare(
      `UPDATE alert SET state = ?2, isBlocked = ?3, isPublic = ?4, causeCode = ?5, escalateUs = ?6,
         escalation = ?7, changedUs = ?8 WHERE seq = ?1`,
    )
    this.#inherit = database.prepare(
      `UPDATE alert SET isPublic = max(isPublic, ?2), isBlocked = max(isBlocked, ?3)
       WHERE identity = ?1`,
    )
    this.#tell = database.prepare(
      'UPDATE alert SET severity = ?2, count = ?3, evidence = ?4, body = ?5 WHERE seq = ?1',
    )
    this.#step = database.prepare(
      'INSERT INTO step (alert, atUs, step, state, "by", more) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#item = database.prepare('INSERT OR IGNORE INTO alert_item VALUES (?, ?)')
    this.#party = database.prepare('INSERT OR IGNORE INTO alert_party VALUES (?, ?)')
    this.#case = database.prepare(
      `INSERT INTO alert_case (cause, alerts, open) VALUES (?, 1, 0)
       ON CONFLICT (cause) DO UPDATE SET alerts = alerts + 1 RETURNING id`,
    )
    this.#countCase = database.prepare('UPDATE alert_case SET open = open + ?2 WHERE id = ?1')
    this.#due = database.prepare(
      'SELECT * FROM alert WHERE escalateUs <= ? ORDER BY escalateUs LIMIT ?',
    )
    this.#escalate = database.prepare(
      'UPDATE alert SET escalation = ?2, escalateUs = ?3, changedUs = ?4 WHERE seq = ?1',
    )
    this.#orphans = database.prepare(
      `SELECT * FROM alert WHERE state NOT IN ('superseded', 'withdrawn')
         AND identity NOT IN (SELECT identity FROM finding) LIMIT ?`,
    )
  }

  /** Whether there is an alert of this identity that stands. */
  stands(identity: string): boolean {
    const row: AlertRow | undefined = this.#select.get(identity)
    return row !== undefined && isStanding(row.state)
  }

  /** Raises what holds, or tells it anew where it is known. */
  hold(entry: Entry, concern: Concern, reason: Reason, nowUs: number): void {
    const { finding, replaces } = entry
    const row: AlertRow | undefined = this.#select.get(finding.identity)
    const old: AlertRow | undefined =
      replaces === undefined ? undefined : this.#select.get(replaces)
    if (!row) {
      this.#raise(entry, concern, reason, nowUs, old && isStanding(old.state) ? old : undefined)
    } else {
      this.#retell(row, entry, concern, reason, nowUs)
    }
    if (old && isStanding(old.state)) {
      // The public goes on being told of an incident that is told better now, and it stays blocked.
      this.#inherit.run(finding.identity, old.isPublic, old.isBlocked)
      this.#end(old, 'superseded', reason, nowUs, finding.identity)
    }
  }

  /** Withdraws what does not hold; nothing where it was never raised. */
  drop(identity: string, reason: Reason, nowUs: number): void {
    const row: AlertRow | undefined = this.#select.get(identity)
    if (row && isStanding(row.state)) this.#end(row, 'withdrawn', reason, nowUs)
  }

  /** Withdraws some of what no finding bears out, for a reason by rule; gives how many. */
  sweep(because: (rule: string) => Reason, nowUs: number, limit: number): number {
    const rows: AlertRow[] = this.#orphans.all(limit)
    for (const row of rows) {
      const { ruleVersion }: Finding = JSON.parse(row.body)
      const isOther = ruleVersion !== ruleOf(row.rule as RuleId).version
      this.#end(row, 'withdrawn', isOther ? 'rules' : because(row.rule), nowUs)
    }
    return rows.length
  }

  act(command: ActCommand, nowUs: number): Acted {
    const { alert, action, by, causeCode, to, isAuthority, exercise } = command
    const row: AlertRow | undefined = this.#select.get(alert)
    if (!row) return { ok: false, code: 'unknown_alert' }
    // Whom it concerns has acknowledged it: an authority has not yet.
    const isAgain = isAuthority && action === 'acknowledge' && row.escalateUs !== null
    const isAnswered = isAgain && row.state === 'acknowledged'
    const state = isAnswered ? row.state : stateAfter(action, row.state)
    if (state === undefined) return { ok: false, code: 'wrong_state', state: row.state }
    const told = exercise === true ? PUBLIC.exercise : PUBLIC.actual
    // Neither may a real warning become a drill, nor a drill a real one: it is taken back first.
    if (action === 'publish' && row.isPublic !== PUBLIC.not && row.isPublic !== told) {
      return { ok: false, code: 'published_otherwise', state: row.state }
    }
    const next = { ...row, state, ...(action === 'reopen' && waitingAt(row.severity, 0, nowUs)) }
    if (action === 'resolve') next.causeCode = causeCode ?? null
    if (action === 'reopen') next.causeCode = null
    if (action === 'block') next.isBlocked = 1
    if (action === 'unblock') next.isBlocked = 0
    if (action === 'publish') next.isPublic = told
    // What was none is no longer told as one.
    const isNone = action === 'resolve' && causeCode !== 'genuine'
    if (action === 'unpublish' || isNone) next.isPublic = PUBLIC.not
    if (takesUp(action, isAuthority)) next.escalateUs = null
    if (action === 'forward' && to !== undefined) this.#party.run(to, row.seq)
    // Whom it goes to now has its time as well.
    if (action === 'forward' && row.escalateUs !== null) {
      Object.assign(next, waitingAt(row.severity, row.escalation, nowUs))
    }
    this.#move(row, next, nowUs)
    this.#write(next, action, nowUs, by, saidIn(command))
    return { ok: true, state }
  }

  /** Takes alerts that nobody has taken up to the next level; gives how many. */
  escalate(nowUs: number): number {
    const rows: AlertRow[] = this.#due.all(nowUs, ESCALATED_AT_ONCE)
    for (const row of rows) {
      const level = levelsOf(row.severity)[row.escalation]
      const { escalation, escalateUs } = waitingAt(row.severity, row.escalation + 1, nowUs)
      this.#escalate.run(row.seq, escalation, escalateUs, nowUs)
      if (level) this.#write(row, 'escalated', nowUs, 'clock', { to: level.to })
    }
    return rows.length
  }

  #raise(
    { finding, count }: Entry,
    { parties, domain, product, evidence }: Concern,
    reason: Reason,
    nowUs: number,
    old: AlertRow | undefined,
  ): void {
    const state = old?.state ?? 'open'
    const { escalation, escalateUs } = inherited(old, finding.severity, nowUs)
    const row: AlertRow = this.#insert.get(
      ...[finding.identity, finding.rule, finding.severity, state, old?.isBlocked ?? 0],
      ...[old?.causeCode ?? null, count, escalation, escalateUs, nowUs],
      this.#case.get(finding.cause).id,
      ...[domain ?? null, product ?? null, JSON.stringify(parties)],
      ...[JSON.stringify(evidence), JSON.stringify(finding)],
    )
    if (isUnresolved(state)) this.#countCase.run(row.caseId, 1)
    this.#index(row.seq, finding, parties)
    const other = old && { other: old.identity }
    this.#write(row, 'raised', nowUs, 'rules', { reason: REASONS[reason].en, ...other })
  }

  #index(seq: number, { subject, affected }: Finding, parties: readonly string[]): void {
    this.#item.run(subject, seq)
    for (const { key } of affected.slice(0, MOST_ITEMS)) this.#item.run(key, seq)
    for (const party of parties) this.#party.run(party, seq)
  }

  #retell(row: AlertRow, entry: Entry, concern: Concern, asked: Reason, nowUs: number): void {
    const { finding, count } = entry
    const before: Finding = JSON.parse(row.body)
    const reason = isByOtherRules(before, finding) ? 'rules' : asked
    const evidence = JSON.stringify(concern.evidence)
    const wasGone = !isStanding(row.state)
    const [change] = difference([before], [finding], reason)
    if (change !== undefined || count !== row.count || wasGone) {
      this.#tell.run(row.seq, finding.severity, count, evidence, JSON.stringify(finding))
      this.#index(row.seq, finding, concern.parties)
    }
    // Whoever resolved it did not know of this: it is taken up anew.
    const isAnew = row.state === 'resolved' && isClearlyWorse(before, finding)
    if (wasGone || isAnew) {
      const timer = waitingAt(finding.severity, 0, nowUs)
      const next: AlertRow = { ...row, state: 'open', ...timer, ...(isAnew && { causeCode: null }) }
      this.#move(row, next, nowUs)
      this.#write(next, 'raised', nowUs, 'rules', { reason: REASONS[reason].en, before })
    } else if (change && change.change !== 'raised' && !isOnlyMore(before, finding)) {
      this.#move(row, { ...row, ...inherited(row, finding.severity, nowUs) }, nowUs)
      const kind = change.change
      this.#write(row, kind, nowUs, 'rules', { reason: REASONS[reason].en, before })
    }
  }

  #end(
    row: AlertRow,
    state: 'superseded' | 'withdrawn',
    reason: Reason,
    nowUs: number,
    other?: string,
  ): void {
    const isPublic = PUBLIC.not
    const next: AlertRow = { ...row, state, isPublic, escalateUs: null }
    this.#move(row, next, nowUs)
    const more = other === undefined ? {} : { other }
    this.#write(next, state, nowUs, 'rules', { reason: REASONS[reason].en, ...more })
  }

  #move(row: AlertRow, next: AlertRow, nowUs: number): void {
    const { seq, state, isBlocked, isPublic, causeCode, escalateUs, escalation } = next
    const timer = [escalateUs, escalation] as const
    this.#update.run(seq, state, isBlocked, isPublic, causeCode ?? null, ...timer, nowUs)
    const change = Number(isUnresolved(state)) - Number(isUnresolved(row.state))
    if (change !== 0) this.#countCase.run(row.caseId, change)
  }

  #write(row: AlertRow, step: Step['step'], atUs: number, by: string, more: StepMore): void {
    this.#step.run(row.seq, atUs, step, row.state, by, JSON.stringify(more))
  }

  /** The number of the last step; 0 before the first. */
  lastStep(): number {
    return this.#database.prepare('SELECT coalesce(max(seq), 0) AS last FROM step').get().last
  }
}

/** Whether it is measured by other limits, or another logic, than it was. */
function isByOtherRules(before: Finding, now: Finding): boolean {
  return before.revision !== now.revision || before.ruleVersion !== now.ruleVersion
}

type Timer = Pick<AlertRow, 'escalation' | 'escalateUs'>

function levelsOf(severity: string) {
  return ESCALATION[severity as Finding['severity']]
}

/**
 * Of an alert that waits from now on to go to a level, 0 being the first: it waits as long as that
 * is behind the one before, however late that was told.
 */
function waitingAt(severity: string, level: number, nowUs: number): Timer {
  const { [level - 1]: before, [level]: its } = levelsOf(severity)
  const minutes = (its?.minutes ?? 0) - (before?.minutes ?? 0)
  return { escalation: level, escalateUs: its ? nowUs + minutes * US_A_MINUTE : null }
}

/**
 * Of what is told otherwise: it waits as it did, so that nothing waits for ever that is told anew
 * time and again. As grave as it was not, it begins anew, unless somebody has taken it up.
 */
function inherited(old: AlertRow | undefined, severity: string, nowUs: number): Timer {
  if (!old) return waitingAt(severity, 0, nowUs)
  if (old.severity === severity) return { escalation: old.escalation, escalateUs: old.escalateUs }
  const isWaiting = old.state === 'open' || old.escalateUs !== null
  return isWaiting
    ? waitingAt(severity, 0, nowUs)
    : { escalation: old.escalation, escalateUs: null }
}

/** What somebody says about a step; what is not said is left out. */
function saidIn({ reason, party, causeCode, to, exercise, notice }: ActCommand): StepMore {
  return {
    reason,
    ...(party !== undefined && { party }),
    ...(causeCode !== undefined && { causeCode }),
    ...(to !== undefined && { to }),
    ...(exercise !== undefined && { exercise }),
    ...(notice !== undefined && { notice }),
  }
}

/** Whether only more events and items bear out what was told: that is counted, and no news. */
function isOnlyMore(before: Finding, now: Finding): boolean {
  if (hasOnlyGoneOn(before, now)) return true
  const told = (each: Finding) =>
    JSON.stringify({ ...each, eventIDs: [], affected: [], readings: [], knowableUs: 0 })
  return told(before) === told(now)
}
