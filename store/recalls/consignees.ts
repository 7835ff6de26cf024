/** Who is told, what they answer, and who is checked. All here is to be called in a transaction. */

import { goodsUnit, sumUnit } from '#risk/goods-unit.ts'
import { clockFromUs, clockOf } from '#risk/recall-clock.ts'
import { sampleOfConsignees } from '#risk/recall-follow.ts'
import type { Database, Statement } from '../sqlite/database.ts'
import type { AnswerCommand, CheckCommand, Missing, RecallRefusal } from './commands.ts'
import type { RecallChange, Consignee as Told } from './recall.ts'
import {
  type AnswersByUnit,
  type ConsigneeRow,
  consigneeOf,
  type HolderRow,
  inSums,
  type RecallBody,
  type RecallRow,
  sumOf,
} from './rows.ts'

/** Of amounts that are told in several units. */
const ROUNDING = 1e-9

export class Consignees {
  readonly #holders: Statement
  readonly #held: Statement
  readonly #of: Statement
  readonly #one: Statement
  readonly #add: Statement
  readonly #notice: Statement
  readonly #acknowledge: Statement
  readonly #answer: Statement
  readonly #check: Statement
  readonly #delivered: Statement
  readonly #planned: Statement

  constructor(database: Database) {
    this.#holders = database.prepare('SELECT DISTINCT party FROM scope_holder WHERE scope = ?')
    this.#held = database.prepare(
      'SELECT party, uom, state, quantity FROM scope_holder WHERE scope = ? AND party = ?',
    )
    this.#of = database.prepare('SELECT * FROM consignee WHERE recall = ? ORDER BY party')
    this.#one = database.prepare('SELECT * FROM consignee WHERE recall = ? AND party = ?')
    this.#add = database.prepare(
      `INSERT INTO consignee (recall, party, noticeUs, answers, subNotified)
       VALUES (?, ?, ?, '{}', 0)
       ON CONFLICT DO UPDATE SET noticeUs = coalesce(noticeUs, excluded.noticeUs)`,
    )
    this.#notice = database.prepare(
      'INSERT INTO notice (recall, party, step, kind, queuedUs, isDue) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#acknowledge = database.prepare(
      `UPDATE consignee SET acknowledgedUs = coalesce(acknowledgedUs, ?3),
         acknowledgedBy = coalesce(acknowledgedBy, ?4), subNotified = max(subNotified, ?5)
       WHERE recall = ?1 AND party = ?2`,
    )
    this.#answer = database.prepare(
      'UPDATE consignee SET answeredUs = ?3, answers = ?4 WHERE recall = ?1 AND party = ?2',
    )
    this.#check = database.prepare(
      `UPDATE consignee SET checkResult = ?3, checkUs = ?4, checkBy = ?5, checkReason = ?6
       WHERE recall = ?1 AND party = ?2`,
    )
    this.#delivered = database.prepare(
      'UPDATE notice SET isDue = 0, deliveredUs = ?2, devices = ?3 WHERE seq = ?1 AND isDue = 1',
    )
    this.#planned = database.prepare(
      `SELECT 1 FROM step WHERE recall = ? AND step = 'report'
         AND json_extract(more, '$.detail.report') = 'plan' LIMIT 1`,
    )
  }

  /** Those who hold any of the scope in force. */
  holders({ scope }: RecallRow): string[] {
    const rows: { party: string }[] = scope === null ? [] : this.#holders.all(scope)
    return rows.map(({ party }) => party)
  }

  one({ seq }: RecallRow, party: string): ConsigneeRow | undefined {
    return this.#one.get(seq, party)
  }

  /** Notes that these are told, and queues the message to each: that of a drill is never due. */
  notify(
    { seq, isDrill }: RecallRow,
    parties: readonly string[],
    step: number,
    kind: RecallChange,
    nowUs: number,
  ): void {
    for (const party of parties) {
      this.#add.run(seq, party, nowUs)
      this.#notice.run(seq, party, step, kind, nowUs, isDrill === 1 ? 0 : 1)
    }
  }

  /** Tells all who were told before. */
  tellAll(row: RecallRow, step: number, kind: RecallChange, nowUs: number): void {
    const told = this.#rows(row).map(({ party }) => party)
    this.notify(row, told, step, kind, nowUs)
  }

  answer({ seq }: RecallRow, command: AnswerCommand, known: ConsigneeRow, nowUs: number): void {
    const { consignee, by, answers, subNotified } = command
    this.#acknowledge.run(seq, consignee, nowUs, by, subNotified ? 1 : 0)
    if (answers === undefined) return
    const before: AnswersByUnit = JSON.parse(known.answers)
    const now = { ...inSums(before), ...inSums(answers) }
    this.#answer.run(seq, consignee, nowUs, JSON.stringify(now))
  }

  /** What is wrong with an answer; undefined where nothing is. */
  wrongWith(
    row: RecallRow,
    command: AnswerCommand,
    known: ConsigneeRow,
  ): RecallRefusal | undefined {
    const { answers = {}, reason } = command
    const { lines } = this.#told(row, known)
    const isKnown = (uom: string) =>
      goodsUnit(uom) !== undefined || lines.some((line) => line.uom === uom)
    if (!Object.keys(answers).every(isKnown)) return 'unknown_unit'
    if (reason !== undefined) return undefined
    const isTooMuch = Object.entries(inSums(answers)).some(([uom, answered]) => {
      const line = lines.find((each) => each.uom === sumUnit(uom).unit)
      const { onHand, returned, destroyed, used } = answered
      const told = onHand + returned + destroyed + used
      // Where events tell of the goods and not of how much, nothing can be compared.
      const expected = line && sumOf(line.expected)
      return expected !== 0 && told > (expected ?? 0) * (1 + ROUNDING)
    })
    return isTooMuch ? 'more_than_expected' : undefined
  }

  #told({ scope }: RecallRow, known: ConsigneeRow): Told {
    const held: HolderRow[] = scope === null ? [] : this.#held.all(scope, known.party)
    return consigneeOf(known, held)
  }

  check({ seq }: RecallRow, { consignee, result, by, reason }: CheckCommand, nowUs: number): void {
    this.#check.run(seq, consignee, result, nowUs, by, reason)
  }

  delivered(notice: number, devices: number, nowUs: number): boolean {
    return this.#delivered.run(notice, nowUs, devices).changes > 0
  }

  /** Those who have not said that they know of it. */
  silent(row: RecallRow): Missing[] {
    const silent = this.#rows(row).filter(({ acknowledgedUs }) => acknowledgedUs === null)
    return silent.map(({ party }) => ({ what: 'acknowledgement', party }))
  }

  /** Those who have not said what became of it. */
  unanswered(row: RecallRow): Missing[] {
    const silent = this.#rows(row).filter((each) => this.#told(row, each).answeredUs === undefined)
    return silent.map(({ party }) => ({ what: 'answer', party }))
  }

  /** What closing takes and is not done: answers, checks, and the plan that the law asks for. */
  missing(row: RecallRow): Missing[] {
    const all = this.#rows(row)
    const { level, levelPercent }: RecallBody = JSON.parse(row.body)
    const parties = all.map(({ party }) => party)
    const sample = new Set(sampleOfConsignees(parties, level, row.seed, levelPercent))
    const checks = all
      .filter(({ party, checkResult }) => sample.has(party) && checkResult !== 'effective')
      .map(({ party }): Missing => ({ what: 'effectiveness_check', party }))
    return [...this.unanswered(row), ...checks, ...this.#planMissing(row)]
  }

  #planMissing({ seq, law, decidedUs, class: its, body }: RecallRow): Missing[] {
    const { orderedUs }: RecallBody = JSON.parse(body)
    const fromUs = clockFromUs({ decidedUs, orderedUs })
    const limits = law === null ? [] : (clockOf(law, fromUs)?.limits[its] ?? [])
    const isAsked = limits.some(({ step }) => step === 'plan')
    return isAsked && this.#planned.get(seq) === undefined ? [{ what: 'plan' }] : []
  }

  #rows({ seq }: RecallRow): ConsigneeRow[] {
    return this.#of.all(seq)
  }
}
