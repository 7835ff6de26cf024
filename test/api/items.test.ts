import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { barn, carton, lot, pallet, type Supply, sensor, supply } from './supply.ts'
import { type Call, event, startWorld, type World } from './world.ts'

let world: World
let keys: Supply
let inspector: string

beforeAll(async () => {
  world = await startWorld()
  keys = await supply(world)
  inspector = world.key({ role: 'inspector', label: '' })
  world.registry.products.put({
    key: 'https://id.gs1.org/01/09521321000018',
    party: 'farm',
    name: 'Milk',
    domain: 'food',
    shelfLifeDays: 19,
  })
  world.registry.locations.put({ key: barn, party: 'farm', name: 'The barn' })
})

afterAll(() => world.close())

async function item(id: string, query = '', call: Call = { key: inspector }) {
  const answer = await world.call(`/v1/items/${id}${query}`, call)
  expect(answer.status, answer.text).toBe(200)
  return answer.json
}

describe('an item at a glance', () => {
  it('tells what it is, how it stands and what happened last', async () => {
    expect(await item(carton)).toMatchObject({
      key: carton,
      kind: 'instance',
      product: { name: 'Milk', shelfLifeDays: 19 },
      lots: [lot],
      state: {
        firstSeen: { value: 'commissioning', time: '2026-03-01T06:00:00.000Z' },
        lastSeen: { value: 'retail_selling', eventID: 'urn:shop:sold' },
        disposition: { value: 'retail_sold' },
        ended: { value: 'retail_selling' },
        itemExpirationDate: { value: '2026-03-20' },
      },
      names: { farm: 'FARM', shop: 'SHOP', [barn]: 'The barn' },
    })
    const short = await item(carton, '?history=2')
    expect(short['history']).toMatchObject([
      { eventID: 'urn:shop:sold', party: 'shop' },
      { eventID: 'urn:shop:received' },
    ])
    expect(short['historyCount']).toBeGreaterThan(4)
  })

  it('tells how it stood at a time', async () => {
    const packed = await item(carton, '?at=2026-03-01T07:30:00Z')
    expect(packed['state']).toMatchObject({ container: { value: pallet } })
    expect(packed['state']).not.toHaveProperty('ended')
    expect(packed['facts']).toEqual([])
  })

  it('tells the sensors that were with it, for as long as they were', async () => {
    expect((await item(carton))['sensors']).toContainEqual(
      expect.objectContaining({
        device: sensor,
        fromTime: '2026-03-01T07:00:00.000Z',
        toTime: '2026-03-02T09:00:00.000Z',
        via: [pallet],
      }),
    )
  })

  it('tells what speaks against it, with the event that says so', async () => {
    const facts = (found: Record<string, unknown>) => found['facts']
    expect(facts(await item(carton, '?at=2026-03-22T00:00:00Z'))).toEqual([
      { fact: 'expired', key: carton, value: '2026-03-20', eventID: 'urn:farm:made' },
      {
        fact: 'ended',
        key: carton,
        value: 'retail_selling',
        time: '2026-03-04T08:00:00.000Z',
        eventID: 'urn:shop:sold',
      },
    ])
    const stray = 'https://id.gs1.org/01/09521321000018/21/stray'
    await world.capture(keys.shop, event({ eventID: 'urn:x:stray', epcList: [stray] }))
    expect(facts(await item(stray))).toMatchObject([
      { fact: 'not_commissioned', eventID: 'urn:x:stray' },
    ])
  })

  it('tells everyone that its lot is recalled', async () => {
    const recalled = 'https://id.gs1.org/01/09521321000018/21/recalled'
    const itsLot = 'https://id.gs1.org/01/09521321000018/10/LOT-9'
    await world.capture(
      keys.farm,
      event({
        action: 'ADD',
        bizStep: 'commissioning',
        epcList: [recalled],
        ilmd: { 'cbvmda:lotNumber': 'LOT-9' },
      }),
      event({
        eventID: 'urn:farm:recall',
        eventTime: '2026-03-10T00:00:00Z',
        epcList: undefined,
        quantityList: [{ epcClass: itsLot }],
        persistentDisposition: { set: ['recalled'] },
      }),
    )
    const recall = expect.objectContaining({ fact: 'recalled', key: itsLot })
    expect((await item(recalled))['facts']).toContainEqual(recall)
    expect((await item(recalled, '', {}))['facts']).toContainEqual(recall)
  })

  it('flags an identifier that breaks its check digit', async () => {
    const odd = 'https://id.gs1.org/01/09521321000011/21/1'
    await world.capture(keys.farm, event({ epcList: [odd] }))
    expect(await item(odd)).toMatchObject({ warnings: ['check_digit'] })
  })

  it('is not found where no event names it', async () => {
    const answer = await world.call('/v1/items/urn:x:none')
    expect(answer.json).toMatchObject({
      status: 404,
      code: 'unknown_item',
      understood: { key: 'urn:x:none', kind: 'other' },
    })
  })
})

describe('the public', () => {
  it('sees what concerns a consumer, and neither places nor partners nor events', async () => {
    const answer = await world.call(`/v1/items/${carton}`)
    expect(answer.json).toEqual({
      key: carton,
      kind: 'instance',
      recalls: [],
      warnings: [],
      product: { name: 'Milk' },
      producer: 'FARM',
      lots: [lot],
      firstSeen: '2026-03-01T06:00:00.000Z',
      itemExpirationDate: '2026-03-20',
      facts: expect.any(Array),
      understood: {
        key: carton,
        kind: 'instance',
        form: 'digital-link',
        parts: { gtin: '09521321000018', serial: 'carton-1', elements: expect.any(Array) },
        notes: [],
      },
      others: [],
      aliases: [],
      compared: [],
      sales: 1,
      verdict: {
        verdict: 'do_not_sell',
        title: { zh: '请勿销售', en: 'Do not sell' },
        reasons: [expect.objectContaining({ fact: 'expired', value: '2026-03-20' })],
      },
    })
    for (const secret of [barn, pallet, 'mill', 'urn:', 'shop']) {
      expect(answer.text.toLowerCase()).not.toContain(secret)
    }
  })

  it('sees as much with the key of a device', async () => {
    world.registry.devices.put({
      party: 'farm',
      device: 'gate',
      site: 'north',
      name: 'Gate',
      enabled: true,
      topics: [],
    })
    const key = world.key({ role: 'device', party: 'farm', device: 'gate', label: '' })
    expect(await item(carton, '', { key })).toEqual(await item(carton, '', {}))
  })
})
