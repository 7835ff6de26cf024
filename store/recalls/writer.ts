/**
 * The one writer of recalls.db. Each step that somebody takes, and each batch of a scope, is one
 * transaction: durable when it returns, or nothing has happened.
 */
import type { ScopeCut, ScopeItem } from '#risk/recall-scope.ts'
import { type Database, openDatabase, type Statement, transaction } from '../sqlite/database.ts'
import type {
  ActCommand,
  AmendCommand,
  AnswerCommand,
  CheckCommand,
  CreateCommand,
  Done,
  RescopeCommand,
} from './commands.ts'
import { refused } from './commands.ts'
import { Consignees } from './consignees.ts'
import { RecallHistory } from './history.ts'
import { type FollowedTo, type LateGoods, LateGoodsWriter } from './late-goods.ts'
import { Proceedings } from './proceedings.ts'
import { type RecallReader, recallReader } from './reader.ts'
import { type Holding, isOver, type ScopeVersion } from './recall.ts'
import { type RecallBody, type RecallRow, type VersionRow, versionOf } from './rows.ts'
import { migrations } from './schema.ts'
import { ScopeWriter } from './scope-writer.ts'

/** A scope that is to be found out. */
export interface ScopeJob {
  readonly recall: string
  readonly scope: number
  readonly version: ScopeVersion
}

const OUTDATED = 'more of what is recalled has been heard of'

export class RecallWriter {
  readonly reader: RecallReader
  readonly #database: Database
  readonly #history: RecallHistory
  readonly #consignees: Consignees
  readonly #proceedings: Proceedings
  readonly #scopes: ScopeWriter
  readonly #late: LateGoodsWriter
  readonly #addVersion: Statement
  readonly #addSuspect: Statement
  readonly #nextScope: Statement
  readonly #lastVersion: Statement
  readonly #nextJob: Statement
  readonly #begun: Statement
  readonly #leave: Statement
  readonly #restart: Statement
  readonly #progress: Statement
  readonly #finish: Statement
  readonly #ofScope: Statement

  /** Opens the file, making it where it is missing. */
  constructor(file: string) {
    const database = openDatabase(file, { migrations, cacheMiB: 64, checkpointMiB: 16 })
    this.#database = database
    this.reader = recallReader(database)
    this.#history = new RecallHistory(database)
    this.#consignees = new Consignees(database)
    this.#late = new LateGoodsWriter(database)
    this.#proceedings = new Proceedings(database, this.#history, this.#consignees, this.#late)
    this.#scopes = new ScopeWriter(database)
    this.#addVersion = database.prepare(
      `INSERT INTO scope_version (recall, version, scope, state, atUs, "by", reason, suspects,
         assume, found, placed) VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, 0, 0)`,
    )
    this.#addSuspect = database.prepare('INSERT OR IGNORE INTO scope_suspect VALUES (?, ?, ?, ?)')
    this.#nextScope = database.prepare('UPDATE scope_number SET last = last + 1 RETURNING last')
    this.#lastVersion = database.prepare(
      'SELECT * FROM scope_version WHERE recall = ? ORDER BY version DESC LIMIT 1',
    )
    this.#nextJob = database.prepare(
      `SELECT scope_version.*, recall.id FROM scope_version
         JOIN recall ON recall.seq = scope_version.recall
       WHERE scope_version.state = 'waiting' ORDER BY recall.isDrill, scope_version.atUs LIMIT 1`,
    )
    this.#begun = database.prepare(
      `UPDATE scope_version SET state = 'tracing', startedUs = ?2 WHERE scope = ?1`,
    )
    this.#leave = database.prepare(
      `INSERT INTO scope_left
       SELECT scope FROM scope_version WHERE state IN ('tracing', 'holders')`,
    )
    this.#restart = database.prepare(
      `UPDATE scope_version SET state = 'waiting', scope = ?2, found = 0, placed = 0
       WHERE scope = ?1`,
    )
    this.#progress = database.prepare(
      `UPDATE scope_version SET state = ?2, found = found + ?3, placed = placed + ?4
       WHERE scope = ?1 AND state IN ('tracing', 'holders')`,
    )
    this.#finish = database.prepare(
      `UPDATE scope_version SET state = ?2, knownUs = ?3, counts = ?4, failure = ?5
       WHERE scope = ?1`,
    )
    this.#ofScope = database.prepare(
      `SELECT recall.* FROM recall JOIN scope_version ON scope_version.recall = recall.seq
       WHERE scope_version.scope = ?`,
    )
  }

  /** `seed`: draws the sample of consignees to check, so nobody may choose it. */
  create(command: CreateCommand, seed: string, nowUs: number): Done {
    return transaction(this.#database, () => {
      const { by, text, alerts, returnsTo, decidedUs = nowUs, suspects, assume } = command
      const body: RecallBody = { ...text, alerts, returnsTo, orderedUs: command.orderedUs }
      const made = { ...command, seed, author: by, decidedUs, createdUs: nowUs }
      const row = this.#history.make(made, JSON.stringify(body))
      this.#history.tell(row, 'created', nowUs, by, { reason: text.reason })
      this.#addScope(row, { suspects, assume, by, reason: text.reason }, nowUs)
      return { ok: true, recall: row.id, state: row.state }
    })
  }

  /** Changes what a draft says. */
  amend({ recall, text, by, reason }: AmendCommand, nowUs: number): Done {
    return this.#on(recall, (row) => {
      if (row.state !== 'draft') return refused('wrong_state', { state: row.state })
      const before: RecallBody = JSON.parse(row.body)
      const { alerts, returnsTo, orderedUs } = before
      const body: RecallBody = { ...text, alerts, returnsTo, orderedUs }
      this.#history.change({ ...row, body: JSON.stringify(body) }, nowUs)
      this.#history.tell(row, 'amended', nowUs, by, { reason, detail: { before } })
      return { ok: true, recall, state: row.state }
    })
  }

  /** Asks for another version of a scope; what is in force stays so until it is approved. */
  rescope(command: RescopeCommand, nowUs: number): Done {
    return this.#on(command.recall, (row) => {
      if (isOver(row.state)) return refused('wrong_state', { state: row.state })
      const last: VersionRow | undefined = this.#lastVersion.get(row.seq)
      if (last && last.state !== 'known' && last.state !== 'failed')
        return refused('scope_under_way')
      this.#addScope(row, command, nowUs)
      return { ok: true, recall: row.id, state: row.state }
    })
  }

  #addScope(
    row: RecallRow,
    { suspects, assume, by, reason }: Pick<RescopeCommand, 'suspects' | 'assume' | 'by' | 'reason'>,
    nowUs: number,
  ): void {
    const last: VersionRow | undefined = this.#lastVersion.get(row.seq)
    const version = (last?.version ?? 0) + 1
    const { last: scope } = this.#nextScope.get()
    const what = [JSON.stringify(suspects), JSON.stringify(assume)]
    this.#addVersion.run(row.seq, version, scope, nowUs, by, reason, ...what)
    for (const suspect of suspects) {
      if (suspect.kind === 'key') continue
      this.#addSuspect.run(suspect.product, row.seq, version, JSON.stringify(suspect))
    }
    this.#history.tell(row, 'scope_asked', nowUs, by, { reason, version })
    this.#history.change(row, nowUs)
  }

  act(command: ActCommand, nowUs: number): Done {
    return this.#on(command.recall, (row) => {
      const done = this.#proceedings.act(row, command, nowUs)
      const isApproved = done.ok && command.action === 'approve'
      if (isApproved) this.#sayOutdated(this.#history.get(row.id) ?? row, nowUs)
      return done
    })
  }

  answer(command: AnswerCommand, nowUs: number): Done {
    return this.#on(command.recall, (row) => this.#proceedings.answer(row, command, nowUs))
  }

  check(command: CheckCommand, nowUs: number): Done {
    return this.#on(command.recall, (row) => this.#proceedings.check(row, command, nowUs))
  }

  /** A notice has reached so many devices; nothing where that was known. */
  delivered(notice: number, devices: number, nowUs: number): void {
    transaction(this.#database, () => this.#consignees.delivered(notice, devices, nowUs))
  }

  #on(id: string, work: (row: RecallRow) => Done): Done {
    return transaction(this.#database, () => {
      const row = this.#history.get(id)
      return row ? work(row) : refused('unknown_recall')
    })
  }

  /** What was begun before a crash is begun anew. To be called once, before the first job. */
  recover(): void {
    transaction(this.#database, () => {
      this.#leave.run()
      const rows: { scope: number }[] = this.#database.prepare('SELECT scope FROM scope_left').all()
      for (const { scope } of rows) this.#restart.run(scope, this.#nextScope.get().last)
      this.#late.forgetLeft()
    })
  }

  /** Removes some of what was left of scopes; false where there is nothing left. */
  sweep(limit: number): boolean {
    return transaction(this.#database, () => {
      const left: { scope: number } | undefined = this.#database
        .prepare('SELECT scope FROM scope_left LIMIT 1')
        .get()
      if (!left) return false
      if (!this.#scopes.sweep(left.scope, limit)) {
        this.#database.prepare('DELETE FROM scope_left WHERE scope = ?').run(left.scope)
      }
      return true
    })
  }

  /** Whether a scope waits to be found out. */
  isAsked(): boolean {
    return this.#nextJob.get() !== undefined
  }

  /**
   * The next scope to find out, recalls before drills; it is begun with that. `lastEvent`: what
   * comes behind it is not surely in the scope, and is followed.
   */
  begin(nowUs: number, lastEvent = 0): ScopeJob | undefined {
    return transaction(this.#database, () => {
      const row: (VersionRow & { id: string }) | undefined = this.#nextJob.get()
      if (!row) return undefined
      this.#begun.run(row.scope, nowUs)
      this.#late.begin(row.scope, lastEvent)
      const version = versionOf({ ...row, state: 'tracing', startedUs: nowUs })
      return { recall: row.id, scope: row.scope, version }
    })
  }

  /** Writes some items; false where the scope is not wanted any more. */
  addItems({ scope }: ScopeJob, items: readonly ScopeItem[]): boolean {
    return this.#batch(scope, 'tracing', items.length, 0, () => {
      this.#scopes.addItems(scope, items)
    })
  }

  /** Writes who has so many items; false where the scope is not wanted any more. */
  addHoldings({ scope }: ScopeJob, items: number, holdings: readonly Holding[]): boolean {
    return this.#batch(scope, 'holders', 0, items, () => {
      this.#scopes.addHoldings(scope, holdings)
    })
  }

  #batch(scope: number, state: string, found: number, placed: number, write: () => void): boolean {
    try {
      return transaction(this.#database, () => {
        const row: RecallRow | undefined = this.#ofScope.get(scope)
        if (!row || isOver(row.state)) return false
        if (this.#progress.run(scope, state, found, placed).changes === 0) return false
        write()
        return true
      })
    } catch (error) {
      this.#scopes.forget()
      throw error
    }
  }

  /** The scope is known, and who holds it. */
  finish(
    { scope, version }: ScopeJob,
    { suspects, cuts }: { suspects: number; cuts: readonly ScopeCut[] },
    nowUs: number,
  ): void {
    transaction(this.#database, () => {
      const told = cuts.map(({ part: _, ...cut }) => cut)
      const counts = { suspects, ...this.#scopes.counts(scope), cuts: told }
      this.#finish.run(scope, 'known', nowUs, JSON.stringify(counts), null)
      const detail = { tiers: counts.tiers, assumptions: counts.assumptions }
      this.#tellOf(scope, 'scope_known', nowUs, { version: version.version, detail })
    })
  }

  /** The scope cannot be found out, and why. */
  fail({ scope, version }: ScopeJob, code: string, message: string, nowUs: number): void {
    transaction(this.#database, () => {
      this.#finish.run(scope, 'failed', nowUs, null, JSON.stringify({ code, message }))
      const more = { version: version.version, reason: message, detail: { code } }
      this.#tellOf(scope, 'scope_failed', nowUs, more)
    })
  }

  /** What scopes have, and what they suspect: of those that are followed. */
  get following(): Pick<
    LateGoodsWriter,
    'known' | 'suspects' | 'suspected' | 'assuming' | 'followedTo'
  > {
    return this.#late
  }

  /** Goods of scopes that were not known when those were traced: they are blocked with them. */
  addLate(goods: readonly LateGoods[], nowUs: number): void {
    transaction(this.#database, () => {
      for (const [scope, { first, count }] of this.#late.add(goods, nowUs)) {
        const row: RecallRow | undefined = this.#ofScope.get(scope)
        if (!row || row.scope !== scope) continue
        if (row.isDrill === 0) this.#late.note(scope, first, count)
        this.#sayOutdated(row, nowUs)
      }
    })
  }

  /** Events up to one were looked at for what is late; `isEnd`: nothing is behind it. */
  followed(from: FollowedTo, eventRef: number, isEnd: boolean): void {
    transaction(this.#database, () => this.#late.followed(from, eventRef, isEnd))
  }

  /**
   * Says once that more belongs to the scope in force than it has, and asks for a version that has
   * it: a person has to approve that, and the block does not wait for it.
   */
  #sayOutdated(row: RecallRow, nowUs: number): void {
    const last: VersionRow | undefined = this.#lastVersion.get(row.seq)
    const isNewer = last?.version !== row.version
    if (row.scope === null || !last || isNewer || this.#late.count(row.scope) === 0) return
    if (isOver(row.state)) return
    this.#history.tell(row, 'scope_outdated', nowUs, 'trace', { version: row.version })
    const { suspects, assume } = versionOf(last)
    this.#addScope(row, { suspects, assume, by: 'trace', reason: OUTDATED }, nowUs)
  }

  #tellOf(
    scope: number,
    step: 'scope_known' | 'scope_failed',
    nowUs: number,
    more: Parameters<RecallHistory['tell']>[4],
  ): void {
    const row: RecallRow | undefined = this.#ofScope.get(scope)
    if (!row) return
    this.#history.tell(row, step, nowUs, 'trace', more)
    this.#history.change(row, nowUs)
  }

  close(): void {
    this.#database.close()
  }
}
