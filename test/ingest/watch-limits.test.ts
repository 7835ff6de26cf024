/** What is too much to be gone through is said, at the limit not and beyond it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Draft } from '#ingest/watch/draft.ts'
import { aboutLot, lotsIn, tooManyIn } from '#ingest/watch/tell-lots.ts'
import { RuleSet } from '#risk/rule-set.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { referenceOf } from '../risk/setting.ts'

const LOT = 'https://id.gs1.org/01/09521321000018/10/L1'
const MOST = 20_000

let directory: string
let alerts: AlertWriter

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-limits-'))
  alerts = new AlertWriter(join(directory, 'alerts.db'))
})
afterEach(() => {
  alerts.close()
  rmSync(directory, { recursive: true })
})

/** Made, and so often shipped a little: more than was made. */
function move(from: number, to: number): void {
  const draft = new Draft(alerts.ledger, alerts.facts)
  for (let event = from; event < to; event += 1) {
    draft.facts.movements.push({
      ...{ thing: LOT, event, kind: event === 1 ? 'produced' : 'shipped', isSerials: false },
      ...{ party: 'maker', site: '', amount: event === 1 ? 10 : 1, unit: '' },
      ...{ timeUs: event * 10_000_000, recordUs: event * 10_000_000 },
    })
  }
  const progress = alerts.ledger.progress()
  const { told, concerns, facts } = draft
  alerts.commit({ progress, items: [], sensors: [], told, concerns, facts }, progress, 1)
}

const watch = { rules: new RuleSet(), reference: referenceOf() }
/** Events are not asked for their ids here. */
const trail = { summaries: async () => [] }
const found = () => aboutLot({ known: alerts.facts, trail, watch }, LOT)

describe('a lot that moved more often than is gone through', () => {
  it('is told in full at the limit; beyond it that is said, by both rules', async () => {
    move(1, MOST + 1)
    expect(await found()).toMatchObject([{ rule: 'E3', variant: 'oversold', severity: 'critical' }])
    move(MOST + 1, MOST + 2)
    const many = { variant: 'tooMany', severity: 'info', certainty: 'possible', subject: LOT }
    expect(await found()).toMatchObject([
      { rule: 'E2', ...many, measures: [{ limit: MOST }] },
      { rule: 'E3', ...many },
    ])
    const [one] = await found()
    expect(one?.text.en).toBe(
      `More than ${MOST} movements or containers: its balance was not told.`,
    )
  })
})

describe('a unit with more units in it than are gone through', () => {
  const unit = (n: number) => `https://id.gs1.org/00/${String(n).padStart(18, '0')}`
  const LARGE = unit(999_999)

  /** So many units, each with a lot of its own, put into one. */
  function fill(count: number): void {
    const draft = new Draft(alerts.ledger, alerts.facts)
    const more = { amount: 1, unit: '', site: '', timeUs: 1 }
    for (let n = 0; n < count; n += 1) {
      draft.facts.packings.push({ child: unit(n), parent: LARGE, event: n, ...more })
      draft.facts.packings.push({ child: `${LOT}${n}`, parent: unit(n), event: n, ...more })
    }
    const progress = alerts.ledger.progress()
    alerts.commit({ ...draft, items: [], sensors: [], progress }, progress, 1)
  }

  it('is gone through at the limit; beyond it that is said', () => {
    fill(1_999)
    expect(lotsIn(alerts.facts, LARGE)).toMatchObject({ isWhole: true })
    expect(lotsIn(alerts.facts, LARGE).lots.size).toBe(1_999)
    fill(2_000)
    expect(lotsIn(alerts.facts, LARGE).isWhole).toBe(false)
    const [said] = tooManyIn({ known: alerts.facts, trail, watch }, LARGE)
    expect(said).toMatchObject({ rule: 'E3', variant: 'tooMany', subject: LARGE })
  })

  it('is gone through however deep units are in units, and once where they are in each other', () => {
    const draft = new Draft(alerts.ledger, alerts.facts)
    const more = { amount: 1, unit: '', site: '', timeUs: 1 }
    const put = (child: string, parent: string, event: number) =>
      draft.facts.packings.push({ child, parent, event, ...more })
    for (let n = 0; n < 9; n += 1) put(unit(n), unit(n + 1), n)
    put(LOT, unit(0), 9)
    put(unit(9), unit(0), 10)
    const progress = alerts.ledger.progress()
    alerts.commit({ ...draft, items: [], sensors: [], progress }, progress, 1)
    expect(lotsIn(alerts.facts, unit(9))).toEqual({ lots: new Set([LOT]), isWhole: true })
  })
})
