/** Where the watch stops at a bound it says so, or goes on behind it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { scopeSource } from '#ingest/recalls/scope-source.ts'
import { Draft } from '#ingest/watch/draft.ts'
import { LiveItems } from '#ingest/watch/items.ts'
import { neighboursOf } from '#ingest/watch/neighbours.ts'
import { aboutMoving } from '#ingest/watch/tell-moving.ts'
import type { WatchedRecall } from '#risk/recalled.ts'
import { RuleSet } from '#risk/rule-set.ts'
import { referenceOf } from '#store/reference.ts'
import type { Watched } from './watched.ts'
import {
  AT_SITE,
  CONTEXT,
  epc,
  lot,
  made,
  packed,
  some,
  sscc,
  startWatched,
  things,
} from './watched.ts'
import { document } from './world.ts'

let watched: Watched
beforeEach(async () => {
  watched = await startWatched('food')
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const names = (count: number) => Array.from({ length: count }, (_, at) => `N${at}`)

describe('what is recalled and moves in a container (G1)', () => {
  const from = Date.UTC(2026, 2, 3) * 1000
  const RECALL: WatchedRecall = {
    ...{ recall: 'recall:R', law: 'food-cn', recallClass: 'I', decidedUs: from, done: [] },
    ...{ consignees: [], scope: undefined, changedUs: 0 },
  }
  const recalls = (keys: readonly string[]) => ({
    hasAny: () => true,
    matches: (asked: readonly string[]) =>
      asked.flatMap((key) =>
        keys.includes(key)
          ? [
              {
                recall: 'recall:R',
                certainty: 'observed' as const,
                fromUs: from,
                path: [key],
                returnsTo: [],
              },
            ]
          : [],
      ),
    changesAfter: () => [],
    lastChange: () => 0,
    recalls: () => [RECALL],
  })

  async function moving(keys: readonly string[], most: Parameters<typeof aboutMoving>[2]) {
    const { trail, alerts, registry } = watched.world
    const watch = { rules: new RuleSet(), reference: referenceOf(registry)() }
    const items = new LiveItems(alerts.ledger)
    const parts = { trail, known: alerts.facts, watch, recalls: recalls(keys), items }
    return await aboutMoving(parts, sscc(1), most)
  }

  beforeEach(async () => {
    const childEPCs = names(5).map(epc)
    await capture(packed(2, 'ADD', sscc(1), { childEPCs }), things(4, 'shipping', [sscc(1)]))
    await capture(things(5, 'shipping', [sscc(1)]), things(6, 'shipping', [sscc(1)]))
    await watched.raised('G1', 0)
  })

  it('is named up to a limit, and the others are counted', async () => {
    const all = names(5).map(epc)
    const found = await moving(all, { contents: 5, named: 5, moves: 3 })
    expect(found.map(({ variant }) => variant)).toEqual(['moving', 'moving', 'moving'])
    const [many] = await moving(all, { contents: 5, named: 3, moves: 3 })
    expect(many?.affected).toHaveLength(3)
    expect(many?.text.en).toBe(
      'Shipping, though recall R was in force; 3 things in it are named, 2 more are not.',
    )
    expect(many?.text.zh).toContain('其中 3 件已列出，另有 2 件未逐件列出')
  })

  it('is found however deep it is in', async () => {
    const inner = ['deep', 'C1', 'C2', 'C3', 'C4', 'C5', 'N0'].map(epc)
    for (const [at, parent] of inner.slice(1).entries()) {
      await capture(packed(1, 'ADD', parent, { childEPCs: inner.slice(at, at + 1) }))
    }
    await watched.raised('G1', 0)
    const [found] = await moving([epc('deep')], { contents: 100, named: 5, moves: 3 })
    expect(found?.affected).toMatchObject([{ key: epc('deep'), path: { length: 7 } }])
  })

  it('of which not all was looked at is said to be so, also where nothing was found', async () => {
    const most = { contents: 4, named: 5, moves: 3 }
    const found = await moving([epc('N4')], most)
    expect(found).toHaveLength(3)
    expect(found[0]).toMatchObject({
      ...{ variant: 'contents', severity: 'info', certainty: 'possible', subject: sscc(1) },
    })
    expect(found[0]?.text.en).toMatch(/^More than 4 things are in it/)
  })

  it('is looked at in the last shipments, and it is said that there were more', async () => {
    const found = await moving([epc('N4')], { contents: 5, named: 5, moves: 2 })
    expect(found.map(({ variant }) => variant)).toEqual(['moving', 'moving', 'moves'])
    expect(found[1]?.fromUs).toBe(Date.UTC(2026, 2, 6, 9) * 1000)
  })
})

describe('lots of one line and day', () => {
  beforeEach(async () => {
    for (const each of names(6)) {
      await capture(some(1, 'commissioning', each, 1, AT_SITE))
    }
  })
  const besides = async (most: number) => {
    const found: string[] = []
    const all = neighboursOf(watched.world.trail, lot('N0'), most)
    for await (const each of all) found.push(each.reason === 'more' ? 'more' : each.key)
    return found
  }

  it('are gone through to the last event; of fewer it is said that there are more', async () => {
    expect((await besides(6)).sort()).toEqual(names(6).slice(1).map(lot))
    expect((await besides(4)).at(-1)).toBe('more')
  })

  it('cut the scope of a recall where there are more than it takes in', async () => {
    const { trail } = watched.world
    const assume = { sameLineAndDay: true, carryOverHours: 0 }
    const productsOf = (product: string) => [product]
    const parts = { trail, assume, siteOf: (key: string) => key, productsOf }
    const reasons = async (most: number) => {
      const found: string[] = []
      for await (const { reason } of scopeSource(parts, most).neighbours(lot('N0'))) {
        found.push(reason)
      }
      return found
    }
    expect(await reasons(5)).toEqual(Array(5).fill('same-line-and-day'))
    expect(await reasons(3)).toEqual([...Array(3).fill('same-line-and-day'), 'more'])
  })
})

describe('items that a sensor found out of their limits', () => {
  it('are all told again once what carried them arrives, however many they are', async () => {
    const { alerts, watched: look } = watched.world
    const items = Array.from({ length: 5_001 }, (_, at) => epc(`E${String(at).padStart(5, '0')}`))
    const draft = new Draft(alerts.ledger, alerts.facts)
    for (const item of items) draft.facts.exposed.push({ carrier: sscc(1), item })
    draft.facts.ask(`arrival ${sscc(1)}`, 'newer')
    const progress = alerts.ledger.progress()
    alerts.commit({ ...draft, items: [], sensors: [], progress }, progress, 1)
    await look()
    const told = (item: string | undefined) => alerts.facts.exposureTold(item ?? '')
    expect(told(items[0])).toBeGreaterThan(0)
    expect(told(items.at(-1))).toBeGreaterThan(0)
  })
})

describe('a thing with more events than are gone through', () => {
  it('has its alert all the same, as possible, which says that it was not confirmed', async () => {
    const { world, maker } = watched
    await capture(made(1, ['A'], 'L1'), things(2, 'shipping', [epc('A')]))
    const at = (n: number) => new Date(Date.UTC(2026, 2, 1, 12) + n * 1000).toISOString()
    const seen = Array.from({ length: 1_001 }, (_, n) => {
      return things(1, 'inspecting', [epc('A')], { eventTime: at(n) })
    })
    const answer = await world.call('/epcis/capture', {
      ...{ method: 'POST', key: maker, body: document(seen) },
    })
    expect(answer.status, answer.text).toBe(202)
    await world.finished(answer.headers.get('Location'), maker)
    const [alert] = await watched.raised('C14')
    expect(alert).toMatchObject({ subject: epc('A'), certainty: 'possible' })
    const { why } = (await watched.detail(alert?.['id'])) as { why: { measures: object[] } }
    expect(why.measures).toContainEqual(expect.objectContaining({ name: 'notConfirmed' }))
  })
})

describe('a lot with more events than are read in one go', () => {
  it('is told again once its expiry is heard, after all that it says of it', async () => {
    const { world, maker } = watched
    const at = (n: number) => new Date(Date.UTC(2026, 2, 10, 12) + n * 1000).toISOString()
    const sold = Array.from({ length: 1_200 }, (_, n) =>
      some(1, 'retail_selling', 'L1', 1, { ...AT_SITE, eventTime: at(n) }),
    )
    const answer = await world.call('/epcis/capture', {
      ...{ method: 'POST', key: maker, body: document(sold) },
    })
    expect(answer.status, answer.text).toBe(202)
    await world.finished(answer.headers.get('Location'), maker)
    expect(await watched.raised('B1')).toEqual([])
    const expiring = { '@context': CONTEXT, ilmd: { 'cbvmda:itemExpirationDate': '2026-03-05' } }
    await capture(some(1, 'commissioning', 'L1', 1_200, { ...AT_SITE, ...expiring }))
    const [alert] = await watched.raised('B1')
    expect(alert).toMatchObject({ subject: lot('L1'), certainty: 'observed' })
  })
})
