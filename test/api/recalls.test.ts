import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { amount, lot, pallet, product, serial, short } from '../trace/world.ts'
import {
  became,
  captureMilk,
  type Dairy,
  Desk,
  made,
  newRecall,
  packed,
  seen,
  startDairy,
  verdictIn,
} from './recall-world.ts'

let dairy: Dairy
let desk: Desk

beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})

afterEach(() => dairy.world.close())

interface Entry {
  readonly key: string
  readonly tier: string
  readonly path: { readonly key: string }[]
}

async function itemsOf(id: string, query = ''): Promise<string[]> {
  const { json } = await desk.get(`/v1/recalls/${id}/items${query}`)
  const items = json['items'] as Entry[]
  return items.map(({ key, tier, path }) => {
    return `${short(key)} ${tier}: ${path.map((each) => short(each.key)).join(' > ')}`
  })
}

const capture = (...events: object[]) => dairy.world.capture(dairy.maker, ...events)

interface Counts {
  readonly tiers: Record<string, number>
  readonly assumptions: { assumption: string; items: number; without: number }[]
}

async function countsOf(id: string): Promise<Counts> {
  const { json } = await desk.get(`/v1/recalls/${id}`)
  return (json['versions'] as { counts: Counts }[]).at(-1)?.counts as Counts
}

describe('the scope', () => {
  it('of a lot is what came of it, each item with its way and its events', async () => {
    await captureMilk(dairy)
    const id = await desk.make([{ lot: lot('L1') }])
    expect(await itemsOf(id)).toEqual([
      'L1 proven: L1',
      ...['c1', 'c2', 'c3', 'c4'].map((name) => `${name} proven: L1 > ${name}`),
    ])
    const one = await desk.get(`/v1/recalls/${id}/items/${serial('c1', 2)}`, dairy.inspector)
    expect(one.json).toMatchObject({
      tier: 'proven',
      path: [{ eventIDs: [] }, { by: 'becomes', eventIDs: { length: 1 } }],
      holdings: [{ party: 'shop', state: 'held', certainty: 'observed', quantity: 1 }],
    })
  })

  it('follows mixing and repacking: two lots in one tank, its batch in new packs', async () => {
    await capture(
      made(0, [amount(lot('A'), 100, 'LTR'), amount(lot('B'), 100, 'LTR')]),
      became(1, [amount(lot('A'), 50, 'LTR'), amount(lot('B'), 50, 'LTR')], [amount(lot('T', 2))]),
      became(2, [amount(lot('T', 2))], [serial('x', 3), serial('y', 3)]),
      became(3, [amount(lot('B'), 50, 'LTR')], [serial('z', 3)]),
      packed(4, 1, pallet(1), [serial('x', 3), serial('z', 3)]),
      packed(5, 1, pallet(1), [serial('x', 3)], 'DELETE'),
      packed(6, 1, pallet(2), [serial('x', 3)]),
    )
    const id = await desk.make([{ lot: lot('A') }], { assume: { sameLineAndDay: false } })
    expect(await itemsOf(id)).toEqual([
      'A proven: A',
      'T proven: A > T',
      'x proven: A > T > x',
      'y proven: A > T > y',
    ])
  })

  it('of a pallet whose unpacking nobody saw keeps what was on it, and says what it rests on', async () => {
    await capture(
      made(0, [serial('a'), serial('b')]),
      packed(1, 1, pallet(1), [serial('a'), serial('b')]),
      seen(2, 'shipping', 1, [pallet(1)]),
      seen(9, 'receiving', 2, [serial('a')]),
      packed(10, 2, pallet(2), [serial('a')]),
      became(12, [pallet(1)], [serial('pie', 2)]),
    )
    const id = await desk.make([{ item: pallet(1) }], { domain: 'food' })
    const items = await itemsOf(id)
    expect(items).toContain('b proven: P1 > b')
    expect(items).toContain('a inferred: P1 > a')
    expect(items).toContain('pie proven: P1 > pie')
  })

  it('tells what each assumption adds, with and without it', async () => {
    await capture(
      made(0, [serial('s1'), serial('s2')], 'L1'),
      became(5, [amount(lot('L1'), 1)], [serial('pie', 2)]),
    )
    const id = await desk.make([{ item: serial('s1') }])
    expect(await itemsOf(id)).toEqual(['s1 proven: s1', 'pie possible: s1 > L1 > pie'])
    expect(await countsOf(id)).toMatchObject({
      tiers: { proven: 1, inferred: 0, possible: 1 },
      assumptions: [{ assumption: 'lot-membership', items: 1, without: 1 }],
    })
    expect(await itemsOf(id, '?tier=possible')).toEqual(['pie possible: s1 > L1 > pie'])
  })

  it('assumes lots of the same line and day, and what was left in a tank, where it is told to', async () => {
    await capture(
      made(1, [amount(lot('L1'), 5, 'LTR')]),
      made(3, [amount(lot('L2'), 5, 'LTR')]),
      made(40, [amount(lot('L3'), 5, 'LTR')]),
      became(50, [amount(lot('L1'), 5, 'LTR')], [amount(lot('Q', 2))]),
      became(52, [amount(lot('L3'), 5, 'LTR')], [amount(lot('R', 2))]),
      became(60, [amount(lot('L3'), 5, 'LTR')], [amount(lot('S', 2))]),
    )
    const plain = await desk.make([{ lot: lot('L1') }], { assume: { sameLineAndDay: false } })
    expect(await itemsOf(plain)).toEqual(['L1 proven: L1', 'Q proven: L1 > Q'])
    const wide = await desk.make([{ lot: lot('L1') }], { assume: { carryOverHours: 4 } })
    expect(await itemsOf(wide, '?tier=possible')).toEqual([
      'L2 possible: L1 > L2',
      'R possible: L1 > R',
    ])
    expect((await countsOf(wide)).assumptions).toEqual([
      expect.objectContaining({ assumption: 'same-line-and-day', items: 1, without: 3 }),
      expect.objectContaining({ assumption: 'carry-over', items: 1, without: 3 }),
    ])
  })

  it('has as possible what was made there that day and may be of the lot, as nobody says of which', async () => {
    await capture(
      made(1, [amount(lot('L1'), 5)]),
      made(3, [serial('mute')]),
      made(4, [serial('told')], 'L9'),
      made(40, [serial('later')]),
    )
    const id = await desk.make([{ lot: lot('L1') }])
    const possible = await itemsOf(id, '?tier=possible')
    expect(possible).toContain('mute possible: L1 > mute')
    expect(possible.join()).not.toContain('later')
    expect((await countsOf(id)).assumptions).toContainEqual(
      expect.objectContaining({ assumption: 'missing-data', items: 1 }),
    )
  })

  it('begins from a range of lots, a time of making, or an alert', async () => {
    await capture(
      made(1, [amount(lot('00112')), amount(lot('00200')), amount(lot('00300'))]),
      made(40, [amount(lot('00150'))]),
      made(2, [serial('s9')]),
    )
    const assume = { sameLineAndDay: false }
    const range = [{ product: product(1), fromLot: '00112', toLot: '00200' }]
    const keys = async (from: object[]) =>
      (await itemsOf(await desk.make(from, { assume }))).map((line) => line.split(' ')[0])
    expect(await keys(range)).toEqual(['00112', '00150', '00200'])
    const day = { madeFrom: '2026-03-01T00:00:00Z', madeTo: '2026-03-02T00:00:00Z' }
    expect(await keys([{ product: product(1), ...day }])).toEqual([
      ...['00112', '00200', '00300', 's9'],
    ])
    const elsewhere = { site: 'https://id.gs1.org/414/9521321000094' }
    expect(await keys([{ product: product(1), ...day, ...elsewhere }])).toEqual([])
    await capture(made(3, [serial('twice')]), made(9, [serial('twice')]))
    await dairy.world.watched()
    const [alert] = dairy.world.alerts.reader.alerts({ rules: ['C2'] }, { limit: 1 })
    expect(await keys([{ alert: alert?.id }])).toEqual(['twice'])
  })
})

describe('a block', () => {
  it('holds at once when it is approved, for everybody, under every spelling and alias', async () => {
    await captureMilk(dairy)
    const alias = 'urn:example:carton:1'
    dairy.world.registry.aliases.declare(
      { alias, of: serial('c1', 2) },
      { party: undefined, keyId: 'k', nowUs: 1 },
    )
    const id = await desk.make([{ lot: lot('L1') }])
    expect(await desk.verdict(serial('c1', 2))).toBe('sell')
    await desk.step(id, { action: 'approve', version: 1 })
    const gtin = /01\/(\d+)/.exec(serial('c1', 2))?.[1]
    const spellings = [serial('c1', 2), `(01)${gtin}(21)c1`, `01${gtin}21c1`, alias]
    for (const key of [undefined, dairy.shop, dairy.inspector]) {
      for (const text of spellings) expect(await desk.verdict(text, key)).toBe('do_not_sell')
    }
    expect(verdictIn((await desk.get(`/01/${gtin}/21/c1`, '')).json)).toBe('do_not_sell')
    const told = await desk.get(`/v1/items/${encodeURIComponent(alias)}`, '')
    expect(told.json).toMatchObject({
      recalls: [{ recall: id, class: 'I', tier: 'proven', instructions: 'do not drink it' }],
      facts: [{ fact: 'recalled', value: id }],
    })
    const chain = await desk.get(`/v1/trace/${encodeURIComponent(lot('L1'))}?direction=forward`)
    expect(chain.json).toMatchObject({ verdict: 'do_not_sell', recalls: [{ recall: id }] })
    const nodes = chain.json['nodes'] as { key: string; verdict?: string }[]
    const marked = nodes.filter(({ verdict }) => verdict === 'do_not_sell').map(({ key }) => key)
    expect(marked.map(short).sort()).toEqual(['L1', 'c1', 'c2', 'c3', 'c4'])
    const stream = await dairy.world.call(`/v1/trace/${encodeURIComponent(lot('L1'))}`, {
      key: dairy.maker,
      headers: { accept: 'application/x-ndjson' },
    })
    expect(JSON.parse(stream.text.split('\n')[0] ?? '')).toMatchObject({ part: 'recalled' })
  })

  it('of a lot holds serials of it that were made or seen later, or never', async () => {
    await capture(made(1, [amount(lot('L1'), 5)]))
    const id = await desk.make([{ lot: lot('L1') }])
    await desk.step(id, { action: 'approve', version: 1 })
    await capture(made(9, [serial('late')], 'L1'))
    expect(await desk.verdict(serial('late'))).toBe('do_not_sell')
    const never = `${lot('L1')}/21/never`
    const { status, json } = await desk.get(`/v1/items/${encodeURIComponent(never)}`, '')
    expect(status === 404 ? json['verdict'] : '').toBe('do_not_sell')
  })

  it('of what is possible only says to check', async () => {
    await capture(made(1, [amount(lot('L1'), 5)]), made(3, [amount(lot('L2'), 5)]))
    const id = await desk.make([{ lot: lot('L1') }])
    await desk.step(id, { action: 'approve', version: 1 })
    expect(await desk.verdict(lot('L1'))).toBe('do_not_sell')
    expect(await desk.verdict(lot('L2'))).toBe('check')
  })

  it('is lifted when the recall is cancelled, by another person than made it', async () => {
    await captureMilk(dairy)
    const id = await desk.make([{ lot: lot('L1') }])
    await desk.step(id, { action: 'approve', version: 1 })
    const alone = await desk.step(id, { action: 'cancel' }, dairy.first)
    expect(alone.json).toMatchObject({ status: 403, code: 'four_eyes' })
    expect(await desk.verdict(serial('c1', 2))).toBe('do_not_sell')
    expect((await desk.step(id, { action: 'cancel' })).status).toBe(201)
    expect(await desk.verdict(serial('c1', 2))).toBe('sell')
  })

  it('changes with the version that is approved, and not before', async () => {
    await capture(made(1, [amount(lot('L1'), 5)]), made(40, [amount(lot('L2'), 5)]))
    const id = await desk.make([{ lot: lot('L1') }])
    await desk.step(id, { action: 'approve', version: 1 })
    const wider = { from: [{ lot: lot('L1') }, { lot: lot('L2') }], reason: 'L2 failed too' }
    expect((await desk.post(`/v1/recalls/${id}/versions`, wider)).status).toBe(202)
    await dairy.world.traced()
    expect(await desk.verdict(lot('L2'))).toBe('sell')
    const own = await desk.step(id, { action: 'approve', version: 2 }, dairy.first)
    expect(own.json).toMatchObject({ code: 'four_eyes' })
    expect((await desk.step(id, { action: 'approve', version: 2 })).status).toBe(201)
    expect(await desk.verdict(lot('L2'))).toBe('do_not_sell')
    const { json } = await desk.get(`/v1/recalls/${id}/versions`)
    expect(json).toMatchObject([
      { version: 1, reason: 'found in a sample', approved: { by: expect.any(String) } },
      { version: 2, reason: 'L2 failed too', counts: { suspects: 2 } },
    ])
    expect(await itemsOf(id, '?version=1')).toEqual(['L1 proven: L1'])
  })
})

describe('what is asked for', () => {
  it.each([
    ['unknown_product', { product: product(77), fromLot: '1', toLot: '2' }],
    ['range_too_large', { product: product(1), fromLot: '1', toLot: '900000' }],
    ['range_reversed', { product: product(1), fromLot: '9', toLot: '1' }],
    ['range_mixed', { product: product(1), fromLot: 'A1', toLot: 'B9' }],
    [
      'time_too_long',
      { product: product(1), madeFrom: '2020-01-01T00:00:00Z', madeTo: '2026-01-01T00:00:00Z' },
    ],
    ['unknown_item', { item: serial('nobody') }],
    ['unknown_alert', { alert: 'C2-x' }],
    ['not_a_lot', { lot: serial('c1', 2) }],
  ])('is refused as %s, and nothing is made', async (code, from) => {
    await captureMilk(dairy)
    const answer = await desk.post('/v1/recalls', newRecall([from]))
    expect(answer.json).toMatchObject({ status: 400, code, path: '/from/0' })
    expect((await desk.get('/v1/recalls')).json['items']).toEqual([])
  })

  it('has to say which domain it is of where nothing else does', async () => {
    await captureMilk(dairy)
    const { json } = await desk.post('/v1/recalls', newRecall([{ item: pallet(1) }]))
    expect(json).toMatchObject({ status: 400, code: 'domain_unknown', path: '/domain' })
  })
})
