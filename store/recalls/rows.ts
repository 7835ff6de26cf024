/** Rows of recalls.db, and what they tell. */
import { sumUnit } from '#risk/goods-unit.ts'
import type {
  Answered,
  Assume,
  Block,
  Check,
  Consignee,
  ConsigneeLine,
  Notice,
  Recall,
  RecallStep,
  RecallText,
  ScopeCounts,
  ScopeVersion,
} from './recall.ts'

export interface RecallRow {
  seq: number
  id: string
  state: Recall['state']
  isDrill: number
  class: Recall['recallClass']
  law: string | null
  domain: Recall['domain']
  product: string | null
  author: string
  seed: string
  decidedUs: number
  createdUs: number
  changedUs: number
  version: number
  scope: number | null
  body: string
}

/** What of a recall stands in its body. */
export interface RecallBody extends RecallText {
  readonly alerts: readonly string[]
  readonly returnsTo: readonly string[]
  readonly orderedUs?: number | undefined
}

export function recallOf(row: RecallRow): Recall {
  const body: RecallBody = JSON.parse(row.body)
  const { seq, id, state, author, seed, decidedUs, createdUs, changedUs, version, domain } = row
  return {
    ...body,
    ...{ seq, id, state, author, seed, decidedUs, createdUs, changedUs, version, domain },
    isDrill: row.isDrill === 1,
    recallClass: row.class,
    law: row.law ?? undefined,
    product: row.product ?? undefined,
    levelPercent: body.levelPercent,
  }
}

export interface VersionRow {
  recall: number
  version: number
  scope: number
  state: ScopeVersion['state']
  atUs: number
  by: string
  reason: string
  suspects: string
  assume: string
  startedUs: number | null
  knownUs: number | null
  found: number
  placed: number
  approvedUs: number | null
  approvedBy: string | null
  counts: string | null
  failure: string | null
}

export function versionOf(row: VersionRow): ScopeVersion {
  const assume: Assume = JSON.parse(row.assume)
  const counts: ScopeCounts | undefined = row.counts === null ? undefined : JSON.parse(row.counts)
  const { version, state, atUs, by, reason, found, placed } = row
  return {
    ...{ version, state, atUs, by, reason, found, placed, assume, counts },
    suspects: JSON.parse(row.suspects),
    startedUs: row.startedUs ?? undefined,
    knownUs: row.knownUs ?? undefined,
    approvedUs: row.approvedUs ?? undefined,
    approvedBy: row.approvedBy ?? undefined,
    failure: row.failure === null ? undefined : JSON.parse(row.failure),
  }
}

export interface StepRow {
  seq: number
  id: string
  isDrill: number
  atUs: number
  step: RecallStep['step']
  state: RecallStep['state']
  by: string
  more: string
}

export const STEPS = `
  SELECT step.seq, recall.id, recall.isDrill, step.atUs, step.step, step.state, step."by", step.more
  FROM step JOIN recall ON recall.seq = step.recall`

export function stepOf({ id, isDrill, more, ...row }: StepRow): RecallStep {
  return { ...row, recall: id, isDrill: isDrill === 1, ...JSON.parse(more) }
}

export interface ConsigneeRow {
  party: string
  noticeUs: number | null
  deliveredUs: number | null
  acknowledgedUs: number | null
  acknowledgedBy: string | null
  answeredUs: number | null
  answers: string
  subNotified: number
  checkResult: Check['result'] | null
  checkUs: number | null
  checkBy: string | null
  checkReason: string | null
}

export interface HolderRow {
  party: string
  uom: string
  state: keyof ConsigneeLine['expected']
  quantity: number
}

export type AnswersByUnit = Readonly<Record<string, ConsigneeLine['answered']>>

const NOTHING: ConsigneeLine['expected'] = {
  held: 0,
  in_transit: 0,
  sold: 0,
  used: 0,
  destroyed: 0,
}

/** `holders`: what events tell of this party. Amounts of units that go together are one line. */
export function consigneeOf(row: ConsigneeRow, holders: readonly HolderRow[]): Consignee {
  const answers = inSums(JSON.parse(row.answers))
  const told = new Map<string, Record<HolderRow['state'], number>>()
  for (const { uom, state, quantity } of holders) {
    const { unit, factor } = sumUnit(uom)
    const expected = told.get(unit) ?? { ...NOTHING }
    told.set(unit, { ...expected, [state]: expected[state] + quantity * factor })
  }
  const units = new Set([...told.keys(), ...Object.keys(answers)])
  const lines = [...units].sort().map((uom) => {
    return { uom, expected: told.get(uom) ?? NOTHING, answered: answers[uom] }
  })
  // It has answered once it has said of all that it got what became of it.
  const isWhole = lines.every((line) => line.answered !== undefined || sumOf(line.expected) === 0)
  return {
    party: row.party,
    lines,
    noticeUs: row.noticeUs ?? undefined,
    deliveredUs: row.deliveredUs ?? undefined,
    acknowledgedUs: row.acknowledgedUs ?? undefined,
    acknowledgedBy: row.acknowledgedBy ?? undefined,
    answeredUs: isWhole ? (row.answeredUs ?? undefined) : undefined,
    subNotified: row.subNotified === 1,
    check: checkOf(row),
  }
}

/** How much a consignee got, whatever became of it. */
export function sumOf(expected: ConsigneeLine['expected']): number {
  return Object.values(expected).reduce((sum, each) => sum + each, 0)
}

/** Answers in the units that amounts are added up in. */
export function inSums(answers: AnswersByUnit): Readonly<Record<string, Answered>> {
  const sums: Record<string, Answered> = {}
  for (const [uom, answered] of Object.entries(answers)) {
    if (!answered) continue
    const { unit, factor } = sumUnit(uom)
    const { onHand, returned, destroyed, used } = sums[unit] ?? NONE
    sums[unit] = {
      onHand: onHand + answered.onHand * factor,
      returned: returned + answered.returned * factor,
      destroyed: destroyed + answered.destroyed * factor,
      used: used + answered.used * factor,
    }
  }
  return sums
}

const NONE: Answered = { onHand: 0, returned: 0, destroyed: 0, used: 0 }

function checkOf({ checkResult, checkUs, checkBy, checkReason }: ConsigneeRow): Check | undefined {
  if (checkResult === null) return undefined
  return { result: checkResult, atUs: checkUs ?? 0, by: checkBy ?? '', reason: checkReason ?? '' }
}

export interface NoticeRow extends Omit<Notice, 'recall'> {
  id: string
}

export function noticeOf({ id, ...row }: NoticeRow): Notice {
  return { ...row, recall: id }
}

export interface BlockRow {
  id: string
  class: Block['recallClass']
  state: Block['state']
  isDrill: number
  body: string
  key: string
  tier: number
  /** When the first version with the item in it was approved, and the first of all. */
  sinceUs: number | null
  firstUs: number | null
  /** When the recall was closed, where it is. */
  closedUs: number | null
  /** As JSON, of what was heard of late. */
  path: string | null
}
