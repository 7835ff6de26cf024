/** What is said of a lot under one of its product's codes holds for packs that bear the other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT, made as madeBy, report, startWatched, things, type Watched } from './watched.ts'
import { adminKey } from './world.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const CODE = 'drugcode:8952001'
const byGtin = (lot: string) => `${GTIN}/10/${lot}`
const byCode = (lot: string) => `${CODE}/10/${lot}`
const SERIAL = `${GTIN}/21/A`
const PACK = `${CODE}0000000000001`

let watched: Watched
beforeEach(async () => {
  watched = await startWatched('drugs', { requiredTests: ['general'] })
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const declare = async (alias: string, of: string) => {
  const path = `/v1/aliases/${encodeURIComponent(alias)}`
  const answer = await watched.world.call(path, { method: 'PUT', key: adminKey, body: { of } })
  expect(answer.status, answer.text).toBe(201)
}
const make = (...epcList: string[]) =>
  capture({ ...madeBy(1, [], 'L1'), '@context': CONTEXT, epcList })
const tested = (lot: string, passed: boolean, more = {}) =>
  watched.world.capture(
    watched.laboratory,
    report(2, '1', passed, { quantityList: [{ epcClass: lot }], ...more }),
  )
const sell = (...keys: string[]) => capture(things(3, 'shipping', keys))
const subjects = async (rule: string) =>
  (await watched.raised(rule)).map(({ subject }) => subject).sort()
const page = async (key: string, by?: string) => {
  const { json } = await watched.world.call(`/v1/items/${encodeURIComponent(key)}`, { key: by })
  return json as { facts?: { fact: string; key: string }[]; verdict: { verdict: string } }
}

describe.each([
  ['the code', byCode('L1')],
  ['the GTIN', byGtin('L1')],
])('a report on the lot by %s', (_, lot) => {
  beforeEach(() => declare(CODE, GTIN))

  it('that failed holds all packs of it, and says so on their pages', async () => {
    await make(SERIAL, PACK)
    await tested(lot, false)
    await sell(SERIAL, PACK)
    expect(await subjects('F1')).toEqual([PACK, byGtin('L1'), SERIAL].sort())
    expect(await subjects('F2')).toEqual([PACK, SERIAL].sort())
    for (const key of [PACK, SERIAL, byCode('L1'), byGtin('L1')]) {
      const told = await page(key, watched.regulator)
      expect(told.facts?.map(({ fact }) => fact)).toContain('non_conformant')
      expect(told.facts?.map(({ fact }) => fact)).toContain('alert_critical')
      expect((await page(key)).verdict.verdict).toBe('do_not_sell')
    }
  })

  it('that passed lets them go, and one on a sample of it does', async () => {
    await make(SERIAL, PACK)
    await tested(lot, true)
    await sell(SERIAL, PACK)
    expect(await subjects('F2')).toEqual([])
  })

  it('counts as one result of who made it', async () => {
    await make(SERIAL, PACK)
    await tested(lot, true)
    await sell(SERIAL)
    await subjects('F2')
    const { facts: known } = watched.world.alerts
    expect(known.resultsFor(byGtin('L1'))).toHaveLength(1)
    expect(known.resultsFor(byCode('L1'))).toHaveLength(0)
  })
})

it('a report that was told before its lot had an alias holds, once more of it is told', async () => {
  await make(SERIAL)
  await tested(byCode('L1'), true)
  await subjects('F2')
  await declare(CODE, GTIN)
  await sell(SERIAL)
  expect(await subjects('F2')).toEqual([])
})

describe('a report that failed before its lot had an alias', () => {
  it.each([
    ['the code', byCode('L1'), PACK, SERIAL],
    ['the GTIN', byGtin('L1'), SERIAL, PACK],
  ])(
    'by %s holds what bears the other once it is declared, and no more once taken back',
    async (_, lot, own, other) => {
      await make(SERIAL, PACK)
      await tested(lot, false)
      expect(await subjects('F1')).toEqual([lot, own].sort())
      await declare(CODE, GTIN)
      expect(await subjects('F1')).toEqual([byGtin('L1'), own, other].sort())
      const path = `/v1/aliases/${encodeURIComponent(CODE)}`
      expect((await watched.world.call(path, { method: 'DELETE', key: adminKey })).status).toBe(204)
      expect(await subjects('F1')).toEqual([lot, own].sort())
    },
  )

  it('by a lot of its own does so too', async () => {
    await make(SERIAL)
    await tested(byCode('X'), false)
    expect(await subjects('F1')).toEqual([byCode('X')])
    await declare(byCode('X'), byGtin('L1'))
    expect(await subjects('F1')).toEqual([byGtin('L1'), SERIAL].sort())
  })
})

it('a sample that was drawn from the lot by the code stands for the lot by the GTIN', async () => {
  await declare(CODE, GTIN)
  const sample = `${GTIN}/21/SAMPLE`
  await make(SERIAL)
  await capture({
    ...things(1, 'sampling', []),
    ...{ type: 'TransformationEvent', epcList: undefined, action: undefined },
    inputQuantityList: [{ epcClass: byCode('L1') }],
    outputEPCList: [sample],
    eventTime: '2026-03-01T10:00:00Z',
  })
  await tested('', true, { quantityList: undefined, epcList: [sample] })
  await sell(SERIAL)
  expect(await subjects('F2')).toEqual([])
})

describe('a product that is registered under its other code', () => {
  it('has its required tests and its limits all the same', async () => {
    const { products } = watched.world.registry
    const product = products.get(GTIN)
    if (!product) throw new Error('it was registered just now')
    products.remove(GTIN)
    products.put({ ...product, key: CODE })
    await declare(CODE, GTIN)
    await make(SERIAL, PACK)
    await sell(SERIAL, PACK)
    expect(await subjects('F2')).toEqual([PACK, SERIAL].sort())
    const changes = [
      {
        ...{ revision: 'r', rule: 'F2', product: CODE, enabled: false, fromUs: 0 },
        ...{ author: 'x', reason: 'x' },
      },
    ]
    const body = { basedOn: 0, reason: 'x', changes }
    const put = { method: 'PUT', key: watched.regulator, body }
    const answer = await watched.world.call('/v1/rules', put)
    expect(answer.status, answer.text).toBe(200)
    expect(await subjects('F2')).toEqual([])
  })
})

describe('a recall of a range of lots', () => {
  it.each([
    ['GTIN', GTIN],
    ['code', CODE],
  ])('by the %s reaches the lots of both', async (_, product) => {
    await declare(CODE, GTIN)
    await make(SERIAL)
    await capture({ ...madeBy(1, [], 'L2'), '@context': CONTEXT, epcList: [PACK] })
    const assume = { sameLineAndDay: false }
    const from = [{ product, fromLot: 'L1', toLot: 'L2' }]
    const { json, text } = await watched.world.call('/v1/recalls', {
      ...{ method: 'POST', key: watched.regulator },
      body: {
        title: 't',
        reason: 'r',
        instructions: 'i',
        class: 'I',
        from,
        domain: 'drugs',
        assume,
      },
    })
    await watched.world.traced()
    const items = await watched.world.call(`/v1/recalls/${String(json['id'])}/items`, {
      key: watched.regulator,
    })
    const keys = (items.json['items'] as { key: string }[]).map(({ key }) => key)
    expect(new Set(keys), text).toEqual(new Set([byGtin('L1'), byGtin('L2'), SERIAL, PACK]))
  })
})
