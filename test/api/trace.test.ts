import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carton, lot, pallet, type Supply, supply } from './supply.ts'
import { event, eventsOf, startWorld, type World } from './world.ts'

let world: World
let keys: Supply
let inspector: string

beforeAll(async () => {
  world = await startWorld()
  keys = await supply(world)
  inspector = world.key({ role: 'inspector', label: '' })
})

afterAll(() => world.close())

interface Chain {
  readonly nodes: { readonly key: string; readonly eventIDs: string[] }[]
  readonly links: { readonly kind: string; readonly from: string; readonly to: string }[]
  readonly events: { readonly eventID: string }[]
  readonly cut: { readonly reason: string }[]
}

async function trace(id: string, query = '', key = inspector): Promise<Chain> {
  const answer = await world.call(`/v1/trace/${id}${query}`, { key })
  expect(answer.status, answer.text).toBe(200)
  return answer.json as unknown as Chain
}

const keysOf = (chain: Chain) => chain.nodes.map(({ key }) => key).sort()

describe('the chain of an item', () => {
  it('tells what it was in and belongs to, by any spelling of its identifier', async () => {
    for (const id of [
      encodeURIComponent(carton),
      carton,
      'urn:epc:id:sgtin:9521321.000001.carton-1',
      `https%3A//example.com/01/09521321000018/21/carton-1%3Fa=1`,
    ]) {
      const chain = await trace(id)
      expect(keysOf(chain)).toEqual(expect.arrayContaining([pallet, lot, carton].sort()))
      expect(chain.links).toContainEqual(
        expect.objectContaining({ kind: 'contains', from: pallet, to: carton }),
      )
    }
  })

  it('is told as it was at a time, and says what a limit cut', async () => {
    const before = await trace(carton, '?at=2026-03-01T06:15:00Z')
    expect(keysOf(before)).not.toContain(pallet)
    expect(keysOf(await trace(carton, '?at=2026-03-01T07:30:00Z'))).toContain(pallet)
    const one = await trace(lot, '?direction=forward&limit=1')
    expect(one.nodes).toHaveLength(1)
    expect(one.cut).toContainEqual(expect.objectContaining({ reason: 'limit' }))
  })

  it('comes as a stream of lines where these are asked for', async () => {
    const answer = await world.call(`/v1/trace/${carton}`, {
      key: inspector,
      headers: { Accept: 'application/x-ndjson' },
    })
    expect(answer.headers.get('Content-Type')).toBe('application/x-ndjson')
    const parts = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const nodes = parts.filter(({ part }) => part === 'node').map(({ key }) => key)
    expect([...new Set(nodes)].sort()).toEqual(keysOf(await trace(carton)))
  })

  it('is not found where no event names the item, and says what was understood', async () => {
    const answer = await world.call('/v1/trace/urn:epc:id:sgtin:9521321.000001.none', {
      key: inspector,
    })
    expect(answer.json).toMatchObject({
      status: 404,
      code: 'unknown_item',
      understood: { key: 'https://id.gs1.org/01/09521321000018/21/none', kind: 'instance' },
    })
  })

  it.each(['direction=up', 'depth=0', 'limit=-1', 'at=now', 'speed=1', 'depth=1&depth=2'])(
    'refuses ?%s, naming the parameter',
    async (query) => {
      const answer = await world.call(`/v1/trace/${carton}?${query}`, { key: inspector })
      expect(answer.json).toMatchObject({
        status: 400,
        type: 'epcisException:QueryParameterException',
        path: query.split('=')[0],
      })
    },
  )
})

describe('an enterprise', () => {
  const partiesIn = (chain: Chain) =>
    [...new Set(chain.events.map(({ eventID }) => eventID.split(':')[1]))].sort()

  it('sees of a trail its own events and those directly before and after', async () => {
    expect(partiesIn(await trace(carton))).toEqual(['farm', 'mill', 'shop'])
    expect(partiesIn(await trace(carton, '', keys.farm))).toEqual(['farm', 'mill'])
    expect(partiesIn(await trace(carton, '', keys.mill))).toEqual(['farm', 'mill', 'shop'])
    expect(partiesIn(await trace(carton, '', keys.shop))).toEqual(['mill', 'shop'])
  })

  it('sees the same of the events themselves', async () => {
    const see = async (eventID: string, key: string) =>
      (await world.call(`/epcis/events/${eventID}`, { key })).status
    expect(await see('urn:farm:made', keys.farm)).toBe(200)
    expect(await see('urn:mill:shipped', keys.farm)).toBe(200)
    expect(await see('urn:shop:sold', keys.farm)).toBe(404)
    expect(await see('urn:farm:made', keys.shop)).toBe(404)
    const ids = async (query: string, key: string) => {
      const answer = await world.call(`/epcis/events?${query}`, { key })
      return eventsOf(answer).map(({ eventID }) => String(eventID).split(':')[1])
    }
    expect(new Set(await ids('', keys.shop))).toEqual(new Set(['shop']))
    expect(new Set(await ids(`MATCH_epc=${carton}`, keys.shop))).toEqual(new Set(['mill', 'shop']))
  })

  it('is told of an item that it never had to do with what a stranger is told', async () => {
    const stranger = world.party('stranger')
    const answer = await world.call(`/v1/trace/${carton}`, { key: stranger })
    expect(answer.json).toMatchObject({ status: 404, code: 'unknown_item' })
  })
})

describe('a stream that nobody reads', () => {
  it('is not made in advance, and ends when the reader goes away', async () => {
    const many = Array.from({ length: 3000 }, (_, n) => `https://id.gs1.org/00/${sscc(n)}`)
    await world.capture(
      keys.farm,
      event({
        type: 'TransformationEvent',
        action: undefined,
        epcList: undefined,
        inputEPCList: ['urn:x:source'],
        outputEPCList: many,
      }),
    )
    const response = await world.app.request('/v1/trace/urn:x:source?direction=forward', {
      headers: { Authorization: `Bearer ${inspector}`, Accept: 'application/x-ndjson' },
    })
    const reader = response.body?.getReader()
    const first = await reader?.read()
    expect(first?.value?.length).toBeLessThan(64 * 1024)
    await reader?.cancel()
    const whole = await world.call('/v1/trace/urn:x:source?direction=forward', {
      key: inspector,
      headers: { Accept: 'application/x-ndjson' },
    })
    expect(whole.text.length).toBeGreaterThan(64 * 1024)
    expect(whole.text).toContain(many.at(-1))
  })

  const sscc = (n: number) => String(n).padStart(18, '0')
})
