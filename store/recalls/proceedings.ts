/**
 * How a recall goes on: who may approve, what each step takes, and whom it is told. What is not
 * ready is refused with what is missing. All here is to be called in a transaction.
 */
import type { Database, Statement } from '../sqlite/database.ts'
import {
  type ActCommand,
  type AnswerCommand,
  type CheckCommand,
  type Done,
  refused,
} from './commands.ts'
import type { Consignees } from './consignees.ts'
import type { RecallHistory } from './history.ts'
import type { LateGoodsWriter } from './late-goods.ts'
import { stateAfter } from './recall.ts'
import { type RecallRow, type VersionRow, versionOf } from './rows.ts'

export class Proceedings {
  readonly #history: RecallHistory
  readonly #consignees: Consignees
  readonly #late: LateGoodsWriter
  readonly #version: Statement
  readonly #approved: Statement
  readonly #changed: Statement

  constructor(
    database: Database,
    history: RecallHistory,
    consignees: Consignees,
    late: LateGoodsWriter,
  ) {
    this.#history = history
    this.#consignees = consignees
    this.#late = late
    this.#version = database.prepare('SELECT * FROM scope_version WHERE recall = ? AND version = ?')
    this.#approved = database.prepare(
      `UPDATE scope_version SET approvedUs = ?3, approvedBy = ?4
       WHERE recall = ?1 AND version = ?2`,
    )
    this.#changed = database.prepare(
      `INSERT INTO scope_change (first, count, scope)
       SELECT coalesce((SELECT first + count FROM scope_change ORDER BY first DESC LIMIT 1), 1),
         (SELECT count(*) FROM scope_item WHERE scope = ?1), ?1`,
    )
  }

  /** Notes that each item of a scope is blocked now, or is not any more. */
  #noteScope({ scope, isDrill }: RecallRow): void {
    if (scope === null || isDrill === 1) return
    this.#changed.run(scope)
    this.#late.note(scope)
  }

  act(row: RecallRow, command: ActCommand, nowUs: number): Done {
    const { action, by, reason, party } = command
    const state = stateAfter(action, row.state)
    if (state === undefined) return refused('wrong_state', { state: row.state })
    const next = { ...row, state }
    if (action === 'approve') return this.#approve(next, row, command, nowUs)
    const refusal = this.#notReady(row, command)
    if (refusal) return refusal
    if (action === 'classify') next.class = command.recallClass ?? row.class
    this.#history.change(next, nowUs)
    const detail = detailOf(row, command)
    const step = this.#history.tell(next, action, nowUs, by, {
      reason,
      ...(party !== undefined && { party }),
      ...(detail && { detail }),
    })
    if (action === 'notify') {
      this.#consignees.notify(next, this.#consignees.holders(next), step, action, nowUs)
    }
    if (action === 'close' || action === 'cancel') this.#noteScope(row)
    if (TOLD.has(action)) this.#consignees.tellAll(next, step, action, nowUs)
    return { ok: true, recall: row.id, state }
  }

  /** What stands against a step; undefined where nothing does. */
  #notReady(row: RecallRow, { action, by }: ActCommand): Done | undefined {
    switch (action) {
      case 'notify':
        return this.#consignees.holders(row).length === 0 ? refused('no_consignees') : undefined
      case 'seal': {
        const missing = this.#consignees.silent(row)
        return missing.length > 0 ? refused('answers_missing', { missing }) : undefined
      }
      case 'recover': {
        const missing = this.#consignees.unanswered(row)
        return missing.length > 0 ? refused('answers_missing', { missing }) : undefined
      }
      case 'close': {
        const missing = this.#consignees.missing(row)
        if (missing.length > 0) return refused('checks_missing', { missing })
        return by === row.author ? refused('four_eyes') : undefined
      }
      case 'cancel':
        // To lift a block takes two, as to put one up does.
        return row.state !== 'draft' && by === row.author ? refused('four_eyes') : undefined
      default:
        return undefined
    }
  }

  /**
   * Puts a version of the scope in force: by another person than its author. From then on what is
   * in it is blocked; those who had been told of the version before are told of this one.
   */
  #approve(
    next: RecallRow,
    row: RecallRow,
    { version, by, reason }: ActCommand,
    nowUs: number,
  ): Done {
    const found: VersionRow | undefined = this.#version.get(row.seq, version ?? -1)
    if (!found) return refused('unknown_version')
    if (found.version <= row.version) return refused('version_passed')
    const refusal = unfit(found, by)
    if (refusal) return refusal
    this.#approved.run(row.seq, found.version, nowUs, by)
    const changed = { ...next, version: found.version, scope: found.scope }
    this.#history.change(changed, nowUs)
    this.#noteScope(row)
    this.#noteScope(changed)
    const step = this.#history.tell(changed, 'approve', nowUs, by, {
      reason,
      version: found.version,
    })
    if (row.state === 'notified' || row.state === 'sealed' || row.state === 'recovered') {
      const before = this.#consignees.holders(row)
      const parties = [...new Set([...before, ...this.#consignees.holders(changed)])]
      this.#consignees.notify(changed, parties, step, 'approve', nowUs)
    }
    return { ok: true, recall: row.id, state: changed.state }
  }

  /** A consignee says that it knows, and what became of the goods. */
  answer(row: RecallRow, command: AnswerCommand, nowUs: number): Done {
    const known = this.#consignees.one(row, command.consignee)
    if (!known) return refused('unknown_consignee')
    if (!ANSWERED_IN.has(row.state)) return refused('not_notified', { state: row.state })
    const wrong = this.#consignees.wrongWith(row, command, known)
    if (wrong) return refused(wrong)
    this.#consignees.answer(row, command, known, nowUs)
    const { answers, subNotified, by, reason, consignee } = command
    const step = answers === undefined ? 'acknowledged' : 'answered'
    this.#history.tell(row, step, nowUs, by, {
      party: consignee,
      ...(reason !== undefined && { reason }),
      ...((answers ?? subNotified) !== undefined && { detail: { answers, subNotified } }),
    })
    this.#history.change(row, nowUs)
    return { ok: true, recall: row.id, state: row.state }
  }

  /** A check of how well it works at one consignee. */
  check(row: RecallRow, command: CheckCommand, nowUs: number): Done {
    if (!this.#consignees.one(row, command.consignee)) return refused('unknown_consignee')
    if (!ANSWERED_IN.has(row.state)) return refused('not_notified', { state: row.state })
    this.#consignees.check(row, command, nowUs)
    const { consignee, result, by, reason } = command
    this.#history.tell(row, 'checked', nowUs, by, { party: consignee, reason, detail: { result } })
    this.#history.change(row, nowUs)
    return { ok: true, recall: row.id, state: row.state }
  }
}

/** Steps of which those are told who hold the goods. */
const TOLD = new Set(['cancel', 'close', 'classify'])
const ANSWERED_IN = new Set(['notified', 'sealed', 'recovered'])

/** Why a version cannot come into force. */
function unfit(found: VersionRow, by: string): Done | undefined {
  const { state, counts } = versionOf(found)
  if (state === 'failed') return refused('scope_failed')
  if (!counts) return refused('scope_not_known')
  if (found.by === by) return refused('four_eyes')
  const { proven, inferred, possible } = counts.tiers
  if (proven + inferred + possible === 0) return refused('scope_empty')
  const isCut = counts.cuts.some(({ reason }) => reason === 'suspects')
  return isCut ? refused('scope_incomplete') : undefined
}

function detailOf(row: RecallRow, { action, recallClass, report }: ActCommand) {
  if (action === 'classify') return { before: row.class, now: recallClass ?? row.class }
  return action === 'report' ? { report } : undefined
}
