import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ScopeItem } from '#risk/recall-scope.ts'
import { backUp, restore } from '#store/backup.ts'
import { dataFolder } from '#store/folder.ts'
import { openIntake } from '#store/intake.ts'
import { Journal } from '#store/journal/journal.ts'
import type { CreateCommand } from '#store/recalls/commands.ts'
import { openRecallReader } from '#store/recalls/reader.ts'
import type { Holding } from '#store/recalls/recall.ts'
import { RecallWriter, type ScopeJob } from '#store/recalls/writer.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { lot, serial } from '../trace/world.ts'

let directory: string
let recalls: RecallWriter
const file = () => join(directory, 'recalls.db')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-recalls-'))
  recalls = new RecallWriter(file())
})
afterEach(() => {
  recalls.close()
  rmSync(directory, { recursive: true })
})

const L = lot('L1')

const command = (more: Partial<CreateCommand> = {}): CreateCommand => ({
  text: {
    ...{ title: 'Milk', reason: 'found', instructions: 'stop', depth: 'retail', level: 'A' },
    levelPercent: undefined,
  } as CreateCommand['text'],
  ...{ isDrill: false, recallClass: 'I', law: 'food-cn', domain: 'food', product: undefined },
  ...{
    alerts: [],
    returnsTo: [],
    decidedUs: 1,
    by: 'regulator:k1',
    suspects: [{ kind: 'key', key: L }],
  },
  assume: { sameLineAndDay: true, carryOverHours: 0 },
  ...more,
})

function create(more: Partial<CreateCommand> = {}): string {
  const made = recalls.create(command(more), 'seed', 10)
  if (!made.ok) throw new Error(made.code)
  return made.recall
}

const suspected = { key: L, by: undefined, certainty: 'observed', eventIDs: [] } as const

const item = (n: number, more: Partial<ScopeItem> = {}): ScopeItem => ({
  ...{ part: 'item', key: serial(n), kind: 'instance', tier: 'proven', pathIsWhole: true },
  path: [suspected, { key: serial(n), by: 'of-lot', certainty: 'observed', eventIDs: ['urn:e:1'] }],
  ...more,
})

const holding = (n: number, party: string): Holding => ({
  ...{ key: serial(n), party, place: undefined, state: 'held', certainty: 'observed' },
  ...{ uom: '', quantity: 1 },
})

function begin(): ScopeJob {
  const job = recalls.begin(20)
  if (!job) throw new Error('there is nothing to do')
  return job
}

function finish(items: readonly ScopeItem[], holdings: readonly Holding[] = []): void {
  const job = begin()
  recalls.addItems(job, items)
  recalls.addHoldings(job, items.length, holdings)
  recalls.finish(job, { suspects: 1, cuts: [] }, 30)
}

function reopen(): void {
  recalls.close()
  recalls = new RecallWriter(file())
}

describe('a scope', () => {
  it('keeps an item once, told as well as it was ever told', () => {
    const id = create()
    const possible = item(1, { tier: 'possible' })
    finish([possible, item(1), item(2), possible])
    const items = recalls.reader.items(id, 1, { limit: 9 })
    expect(items.map(({ key, tier }) => [key, tier])).toEqual([
      [serial(1), 'proven'],
      [serial(2), 'proven'],
    ])
    expect(recalls.reader.item(id, 1, [serial(2)])?.path).toEqual([suspected, item(2).path[1]])
  })

  it('that a crash cut short is begun anew, and has nothing twice', () => {
    const id = create()
    const job = begin()
    recalls.addItems(job, [item(1), item(2), item(3)])
    recalls.addHoldings(job, 2, [holding(1, 'shop'), holding(2, 'shop')])
    reopen()
    expect(recalls.reader.versions(id)[0]?.state).toBe('holders')
    recalls.recover()
    expect(recalls.reader.versions(id)[0]).toMatchObject({ state: 'waiting', found: 0 })
    finish([item(1), item(2)], [holding(1, 'shop'), holding(2, 'shop')])
    // What is left of the first attempt is not wanted any more, and is removed bit by bit.
    expect(recalls.addItems(job, [item(9)])).toBe(false)
    let swept = 0
    while (recalls.sweep(2)) swept += 1
    expect(swept).toBeGreaterThan(1)
    expect(recalls.reader.items(id, 1, { limit: 9 })).toHaveLength(2)
    expect(recalls.reader.consignees(id)).toMatchObject([
      { party: 'shop', lines: [{ expected: { held: 2 } }] },
    ])
    expect(recalls.reader.versions(id)).toMatchObject([{ state: 'known', found: 2, placed: 2 }])
    expect(recalls.reader.stepsOf(id, { limit: 9 }).map(({ step }) => step)).toEqual([
      ...['created', 'scope_asked', 'scope_known'],
    ])
  })

  it('of a recall that is cancelled meanwhile is given up', () => {
    const id = create()
    const job = begin()
    recalls.act({ recall: id, action: 'cancel', reason: 'x', by: 'regulator:k1' }, 25)
    expect(recalls.addItems(job, [item(1)])).toBe(false)
  })

  it('of a recall comes before that of a drill', () => {
    create({ isDrill: true })
    const id = create()
    expect(begin().recall).toBe(id)
  })
})

describe('blocks', () => {
  const approve = (id: string, version = 1) =>
    recalls.act({ recall: id, action: 'approve', version, reason: 'x', by: 'regulator:k2' }, 40)

  it('are seen by another connection as soon as they are approved', () => {
    const reader = openRecallReader(file())
    const id = create()
    finish([item(1)], [holding(1, 'shop')])
    expect(reader.blocks([serial(1)])).toEqual([])
    expect(approve(id)).toMatchObject({ ok: true, state: 'approved' })
    expect(reader.blocks([serial(2), serial(1)])).toMatchObject([
      { recall: id, key: serial(1), tier: 'proven', sinceUs: 40, recallClass: 'I' },
    ])
    reader.close()
  })

  it('last since they were ordered, and what a later version adds since that was approved', () => {
    const id = create({ orderedUs: 3 })
    finish([item(1)], [holding(1, 'shop')])
    expect(recalls.reader.blocks([serial(1)])).toEqual([])
    recalls.amend({ recall: id, text: command().text, reason: 'x', by: 'regulator:k1' }, 20)
    approve(id)
    const { suspects, assume } = command()
    recalls.rescope({ recall: id, suspects, assume, reason: 'more', by: 'regulator:k1' }, 50)
    finish([item(1), item(2)], [holding(1, 'shop'), holding(2, 'depot')])
    recalls.act({ recall: id, action: 'approve', version: 2, reason: 'x', by: 'regulator:k3' }, 60)
    const since = recalls.reader.blocks([serial(1), serial(2)]).map(({ sinceUs }) => sinceUs)
    expect(since).toEqual([3, 60])
    expect(recalls.reader.recall(id)).toMatchObject({ orderedUs: 3 })
  })

  it('last since the first version that an item was in', () => {
    const id = create()
    finish([item(1)], [holding(1, 'shop')])
    approve(id)
    const { suspects, assume } = command()
    recalls.rescope({ recall: id, suspects, assume, reason: 'more', by: 'regulator:k1' }, 50)
    finish([item(1), item(2)], [holding(1, 'shop'), holding(2, 'depot')])
    recalls.act({ recall: id, action: 'approve', version: 2, reason: 'x', by: 'regulator:k3' }, 60)
    const since = Object.fromEntries(
      recalls.reader.blocks([serial(1), serial(2)]).map(({ key, sinceUs }) => [key, sinceUs]),
    )
    expect(since).toEqual({ [serial(1)]: 40, [serial(2)]: 60 })
  })
})

describe('the ledger', () => {
  it('numbers steps without a hole, and goes on behind any of them', () => {
    create()
    finish([item(1)])
    create({ isDrill: true })
    const all = recalls.reader.stepsAfter(0, 100)
    expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(recalls.reader.stepsAfter(3, 100)).toEqual(all.slice(3))
    expect(all.map(({ isDrill }) => isDrill)).toEqual([false, false, false, true, true])
    expect(recalls.reader.lastStep()).toBe(5)
  })
})

describe('a backup', () => {
  it('holds recalls with their scopes and notices, and a folder made of it goes on from there', async () => {
    const folder = dataFolder(join(directory, 'data'))
    const journal = await Journal.open(folder.journal, { nowUs: () => 1 })
    openRegistry(folder.registry, { nowUs: () => 1 }).close()
    openIntake(folder.intake).close()
    await openSqliteTrail(folder.trail, 'write').close()
    recalls.close()
    recalls = new RecallWriter(folder.recalls)
    const id = create()
    finish([item(1)], [holding(1, 'shop')])
    const by = 'regulator:k2'
    recalls.act({ recall: id, action: 'approve', version: 1, reason: 'x', by }, 40)
    recalls.act({ recall: id, action: 'notify', reason: 'x', by }, 41)
    await backUp(folder, join(directory, 'copy'), 'now', () => undefined)
    await journal.close()
    const again = dataFolder(join(directory, 'again'))
    await restore(join(directory, 'copy'), again, () => undefined)
    const copy = openRecallReader(again.recalls)
    expect(copy.blocks([serial(1)])).toMatchObject([{ recall: id }])
    expect(copy.dueNotices(['shop'], 9)).toMatchObject([{ recall: id, kind: 'notify' }])
    copy.close()
  })
})
