/** Lots of drugs whose packs bear 20-digit codes: by the code's product, and by the GTIN's. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lot as lotOfMilk, product } from '../trace/world.ts'
import { Desk, made as madeIn, startDairy } from './recall-world.ts'
import { CONTEXT, made as madeBy, startWatched, things, type Watched } from './watched.ts'
import { adminKey } from './world.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const CODE = 'drugcode:8952001'
const pack = (n: number) => `${CODE}${String(n).padStart(13, '0')}`
const byGtin = (lot: string) => `${GTIN}/10/${lot}`
const byCode = (lot: string) => `${CODE}/10/${lot}`

let watched: Watched
beforeEach(async () => {
  watched = await startWatched('drugs')
  watched.world.registry.products.put({ key: CODE, party: 'maker', name: 'P', domain: 'drugs' })
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const made = (lotNumber: string, ...packs: number[]) => ({
  ...madeBy(1, [], lotNumber),
  '@context': CONTEXT,
  epcList: packs.map(pack),
})
const forward = async (key: string) => {
  const path = `/v1/trace/${encodeURIComponent(key)}?direction=forward`
  const { json } = await watched.world.call(path, { key: watched.regulator })
  return (json['links'] as { kind: string; from: string; to: string }[])
    .filter(({ kind }) => kind === 'of-lot')
    .map(({ from, to }) => [from, to])
    .sort()
}
const declare = async (alias: string, of: string) => {
  const path = `/v1/aliases/${encodeURIComponent(alias)}`
  const answer = await watched.world.call(path, { method: 'PUT', key: adminKey, body: { of } })
  expect(answer.status, answer.text).toBe(201)
}
const lotsOf = async (n: number) => {
  const path = `/v1/items/${encodeURIComponent(pack(n))}`
  return (await watched.world.call(path, { key: watched.regulator })).json['lots']
}

describe('the lot of packs with drug codes', () => {
  it('is told by the event that makes them, under the product of the code', async () => {
    await capture(made('L1', 1, 2), made('L2', 3))
    expect(await lotsOf(1)).toEqual([byCode('L1')])
    expect(await forward(byCode('L1'))).toEqual([
      [pack(1), byCode('L1')],
      [pack(2), byCode('L1')],
    ])
  })

  it('is that of the GTIN where the product goes under both', async () => {
    await capture(made('L1', 1), madeBy(1, ['A'], 'L1'))
    await declare(CODE, GTIN)
    expect(await forward(byGtin('L1'))).toEqual([
      [pack(1), byGtin('L1')],
      [`${GTIN}/21/A`, byGtin('L1')],
    ])
    expect(await forward(byCode('L1'))).toEqual(await forward(byGtin('L1')))
    expect(await lotsOf(1)).toEqual([byGtin('L1')])
  })

  it('may have an alias of its own as well', async () => {
    await capture(made('L1', 1), made('L1B', 2))
    await declare(CODE, GTIN)
    await declare(byCode('L1B'), byGtin('L1'))
    expect(await forward(byGtin('L1'))).toHaveLength(2)
  })

  it('takes what a report on the lot of the GTIN says', async () => {
    await declare(CODE, GTIN)
    await capture(made('L1', 1))
    const failed = things(2, 'inspecting', [], {
      ...{ quantityList: [{ epcClass: byGtin('L1') }], disposition: 'non_conformant' },
      bizTransactionList: [{ type: 'testres', bizTransaction: 'urn:test:report:1' }],
    })
    await watched.world.capture(watched.laboratory, failed)
    await capture(things(3, 'shipping', [pack(1)]))
    const told = await watched.raised('F1')
    expect(told.map(({ subject }) => subject)).toContain(pack(1))
  })
})

describe('a recall of the lot of the GTIN', () => {
  it('blocks the packs with drug codes of that lot, and no others', async () => {
    const dairy = await startDairy()
    const desk = new Desk(dairy)
    const alias = `/v1/aliases/${encodeURIComponent(CODE)}`
    const body = { of: product(1) }
    await dairy.world.call(alias, { method: 'PUT', key: adminKey, body })
    const packs = madeIn(2, [pack(1), pack(2)], 'L1')
    await dairy.world.capture(dairy.maker, packs, madeIn(3, [pack(3)], 'L2'))
    const id = await desk.make([{ lot: lotOfMilk('L1') }])
    await desk.step(id, { action: 'approve', version: 1 })
    expect(await desk.verdict(pack(1))).toBe('do_not_sell')
    expect(await desk.verdict(pack(2))).toBe('do_not_sell')
    expect(await desk.verdict(pack(3))).not.toBe('do_not_sell')
    await dairy.world.close()
  })
})
