import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lot, pallet, type Supply, supply } from './supply.ts'
import { event, startWorld, type World } from './world.ts'

let world: World
let keys: Supply
let inspector: string

beforeAll(async () => {
  world = await startWorld()
  keys = await supply(world)
  inspector = world.key({ role: 'inspector', label: '' })
})

afterAll(() => world.close())

async function items(path: string, key: string) {
  const answer = await world.call(path, { key })
  expect(answer.status, answer.text).toBe(200)
  return answer.json['items'] as Record<string, unknown>[]
}

describe('shipments', () => {
  it('are told with who received them', async () => {
    const sent = await items('/v1/shipments', keys.farm)
    expect(sent).toMatchObject([
      { eventID: 'urn:farm:shipped', items: [pallet], itemCount: 1, missing: 0 },
    ])
    expect(sent[0]?.['received']).toMatchObject([{ party: 'mill' }])
  })

  it('are missing until somebody has received them', async () => {
    const epcList = ['https://id.gs1.org/00/095213210000000026']
    await world.capture(keys.farm, event({ epcList, bizStep: 'shipping' }))
    const [newest] = await items('/v1/shipments', keys.farm)
    expect(newest).toMatchObject({ items: epcList, received: [], missing: 1 })
  })

  it('of others are not told to a party; authorities see those of all', async () => {
    const byShop = await items('/v1/shipments', keys.shop)
    expect(byShop.every(({ party }) => party === 'shop')).toBe(true)
    const parties = (await items('/v1/shipments', inspector)).map(({ party }) => party)
    expect(parties).toContain('farm')
    expect((await world.call('/v1/shipments')).status).toBe(401)
  })

  it('come page by page', async () => {
    const first = await world.call('/v1/shipments?perPage=1', { key: keys.farm })
    const token = String(first.json['nextPageToken'])
    const [second] = await items(`/v1/shipments?perPage=1&nextPageToken=${token}`, keys.farm)
    expect(second?.['eventID']).toBe('urn:farm:shipped')
  })
})

describe('lots', () => {
  it('that a party made are told to it', async () => {
    expect(await items('/v1/lots', keys.farm)).toMatchObject([
      { key: lot, party: 'farm', bizStep: 'commissioning' },
    ])
    expect((await items('/v1/lots', keys.shop)).filter(({ party }) => party !== 'shop')).toEqual([])
  })
})

describe('the balance of an item', () => {
  it('sets what went in against what came out, in kilograms where they are known', async () => {
    const gtin = 'https://id.gs1.org/01/09521321000018'
    const input = `${gtin}/10/IN`
    const output = `${gtin}/10/OUT`
    await world.capture(
      keys.mill,
      event({
        type: 'TransformationEvent',
        action: undefined,
        epcList: undefined,
        inputQuantityList: [{ epcClass: input, quantity: 613, uom: 'KGM' }],
        outputQuantityList: [{ epcClass: output, quantity: 598, uom: 'KGM' }],
      }),
    )
    const id = encodeURIComponent(output)
    const answer = await world.call(`/v1/balance/${id}`, { key: inspector })
    expect(answer.json).toMatchObject({
      key: output,
      events: [{ role: 'output', quantity: 598, uom: 'KGM' }],
      runs: [{ as: 'output', inputs: { kg: 613, count: 1 }, outputs: { kg: 598, count: 1 } }],
      complete: true,
    })
  })

  it('tells no sum where an amount is not known', async () => {
    const inputs = ['1', '2'].map(
      (serial) => `https://id.gs1.org/01/09521321000018/21/in-${serial}`,
    )
    const output = 'https://id.gs1.org/01/09521321000018/10/OUT-2'
    await world.capture(
      keys.mill,
      event({
        type: 'TransformationEvent',
        action: undefined,
        epcList: undefined,
        inputEPCList: inputs,
        outputQuantityList: [{ epcClass: output }],
      }),
    )
    const answer = await world.call(`/v1/balance/${encodeURIComponent(output)}`, { key: inspector })
    const [run] = answer.json['runs'] as { inputs: object; outputs: object }[]
    expect(run?.inputs).toMatchObject({ pieces: 2, count: 2 })
    expect(run?.inputs).not.toHaveProperty('kg')
    expect(run?.outputs).not.toHaveProperty('pieces')
  })
})
