import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeTag } from '#epcis/tag/encode.ts'
import { carton, lot, pallet, type Supply, supply } from './supply.ts'
import { type Call, event, eventsOf, startWorld, type World } from './world.ts'

let world: World
let inspector: string
let admin: string
let keys: Supply

beforeAll(async () => {
  world = await startWorld()
  keys = await supply(world)
  const { farm } = keys
  inspector = world.key({ role: 'inspector', label: '' })
  admin = world.key({ role: 'admin', label: '' })
  await world.capture(
    farm,
    event({ epcList: [unit, 'https://id.gs1.org/01/09521321000018/21/XY7'] }),
    event({
      epcList: ['https://id.gs1.org/01/09521321000018/21/Ab7', 'drugcode:81234560000000000017'],
    }),
    event({ epcList: ['https://id.gs1.org/01/09521321000018/21/a%2Fb%25c'] }),
    ...['A', 'A%2F10%2FB', '%2541'].map((serial) =>
      event({ epcList: [`https://id.gs1.org/01/09521321000018/21/${serial}`] }),
    ),
    event({ epcList: ['urn:epc:raw:96.xE2801191A5030062FA3C1B22', 'urn:epc:id:sgtin:9521.1.x'] }),
  )
})

afterAll(() => world.close())

function get(path: string, call: Call = { key: inspector }) {
  return world.call(path, call)
}

const GTIN = '09521321000018'
const unit = 'https://id.gs1.org/00/095213210000000025'

function tag(scheme: string, id: string): string {
  const written = encodeTag({ id, scheme, filter: 1, companyPrefixLength: 7 })
  if (!written.ok) throw new Error(written.message)
  return written.hex
}

const spellings: readonly (readonly [string, string])[] = [
  ['a Digital Link', carton],
  ['a Digital Link of another domain', `https://shop.example/01/${GTIN}/21/carton-1?17=260320`],
  ['an EPC URN', 'urn:epc:id:sgtin:9521321.000001.carton-1'],
  ['an element string in brackets', `(01)${GTIN}(17)260320(21)carton-1`],
  ['the text of a DataMatrix', `]d201${GTIN}1726032021carton-1\x1d10LOT-7`],
  ['a tag in hex', tag('SGTIN-198', carton)],
  ['a tag of a + scheme, in small letters', tag('SGTIN+', carton).toLowerCase()],
  ['a tag in base64', Buffer.from(tag('SGTIN-198', carton), 'hex').toString('base64url')],
  ['a tag URI', 'urn:epc:tag:sgtin-198:1.9521321.000001.carton-1'],
  ['what was typed', ` “（01） ${GTIN} (21) carton-1” `],
]

describe('an item is found', () => {
  it.each(spellings)('by %s', async (_, text) => {
    const path = encodeURIComponent(text)
    const answer = await get(`/v1/items/${path}`)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json).toMatchObject({ key: carton, kind: 'instance', others: [] })
    expect((await get(`/v1/trace/${path}?direction=back`)).json).toMatchObject({ start: carton })
    for (const parameter of ['MATCH_epc', 'MATCH_anyEPC']) {
      const found = await get(`/epcis/events?${parameter}=${path}&EQ_bizStep=retail_selling`)
      expect(eventsOf(found)).toHaveLength(1)
    }
    const telemetry = await get(`/v1/telemetry?item=${path}`)
    expect(telemetry.status, telemetry.text).toBe(200)
  })

  it('by a Digital Link that stands in the path as it is, escapes of its own and all', async () => {
    const item = 'https://id.gs1.org/01/09521321000018/21/a%2Fb%25c'
    for (const path of [item, encodeURIComponent(item), encodeURI(item)]) {
      expect((await get(`/v1/items/${path}`)).json).toMatchObject({ key: item })
    }
  })

  it('and not another whose key is the beginning of a path with escapes', async () => {
    for (const serial of ['A%2F10%2FB', '%2541']) {
      const item = `https://id.gs1.org/01/${GTIN}/21/${serial}`
      expect((await get(`/v1/items/${item}`)).json).toMatchObject({ key: item })
      expect((await get(`/v1/trace/${item}`)).json).toMatchObject({ start: item })
    }
  })

  it('by what a scanner sends with a line end', async () => {
    for (const end of ['%0D%0A', '%0A', '%0D', '%09']) {
      const answer = await get(`/v1/items/(01)${GTIN}(21)carton-1${end}`)
      expect(answer.json, end).toMatchObject({ key: carton, warnings: ['blanks_removed'] })
    }
  })

  it('by a class or a parent in a query of events', async () => {
    const made = { epcClass: lot, quantity: 3 }
    const { farm } = keys
    await world.capture(farm, event({ epcList: [], quantityList: [made], bizStep: 'storing' }))
    for (const name of ['MATCH_epcClass', 'MATCH_anyEPCClass']) {
      const text = encodeURIComponent(`(01)${GTIN}(10)LOT-7`)
      expect(eventsOf(await get(`/epcis/events?${name}=${text}`))).toHaveLength(1)
    }
    const packed = await get(`/epcis/events?MATCH_parentID=${encodeURIComponent(pallet)}`)
    expect(eventsOf(packed).length).toBeGreaterThan(1)
    expect((await get(`/epcis/events?MATCH_inputEPC=${encodeURIComponent(carton)}`)).status).toBe(
      200,
    )
    const wrong = await get(`/epcis/events?MATCH_epcClass=${encodeURIComponent(carton)}`)
    expect(wrong.json['detail']).toContain('names one thing')
  })

  it('by a unit’s number, its barcode and its tag', async () => {
    for (const text of ['095213210000000025', ']C100095213210000000025', tag('SSCC-96', unit)]) {
      const answer = await get(`/v1/items/${encodeURIComponent(text)}`)
      expect(answer.json).toMatchObject({ key: unit, kind: 'logistic-unit' })
    }
  })

  it('by the lot on its label', async () => {
    expect((await get(`/v1/items/(01)${GTIN}(10)LOT-7`)).json).toMatchObject({ key: lot })
  })

  it('by a drug code, and by the hex of a tag that holds no EPC', async () => {
    expect((await get('/v1/items/81234560000000000017')).json).toMatchObject({
      key: 'drugcode:81234560000000000017',
      understood: { form: 'drug-code' },
    })
    expect((await get('/v1/items/e2801191a5030062fa3c1b22')).json).toMatchObject({
      key: 'urn:epc:raw:96.xE2801191A5030062FA3C1B22',
      warnings: ['tag_unknown'],
    })
  })

  it('by a serial in the wrong case, and it is said', async () => {
    for (const [typed, serial] of [
      ['xy7', 'XY7'],
      ['Xy7', 'XY7'],
      ['aB7', 'Ab7'],
    ]) {
      expect((await get(`/v1/items/(01)${GTIN}(21)${typed}`)).json).toMatchObject({
        key: `https://id.gs1.org/01/${GTIN}/21/${serial}`,
        warnings: ['case_changed'],
      })
    }
  })

  it('by the very text under which an event names what is malformed', async () => {
    expect((await get('/v1/items/urn:epc:id:sgtin:9521.1.x')).json).toMatchObject({
      key: 'urn:epc:id:sgtin:9521.1.x',
      warnings: ['identifier_malformed'],
    })
  })

  it('with how it was read, for whoever scans it', async () => {
    const answer = await get(`/v1/items/${tag('SGTIN-198', carton)}`, {})
    expect(answer.json['understood']).toMatchObject({
      form: 'epc-binary',
      parts: { scheme: 'SGTIN-198', companyPrefix: '9521321', gtin: GTIN, serial: 'carton-1' },
      notes: [],
    })
  })
})

describe('what no event names', () => {
  it('is told with what was understood', async () => {
    const { status, json } = await get(`/v1/items/(01)${GTIN}(21)nowhere`)
    expect(status).toBe(404)
    expect(json).toMatchObject({
      code: 'unknown_item',
      understood: { key: `https://id.gs1.org/01/${GTIN}/21/nowhere`, form: 'element-string' },
      candidates: [{ kind: 'instance' }],
    })
  })

  it.each([
    ['(01)123', 'ai_value'],
    ['303DA537C83775400012D687', 'tag_partition'],
    ['urn:epc:id:sgtin:9521.2.y', 'urn_malformed'],
    ['%00', 'empty'],
    ['a%00b', 'control_character'],
    ['%ff', 'invalid_query'],
    [encodeURIComponent('苹'.repeat(800)), 'unknown_item'],
  ])('%s is answered with %s', async (path, code) => {
    for (const route of ['/v1/items/', '/v1/trace/']) {
      const answer = await get(route + path)
      expect(answer.json, answer.text).toMatchObject({ code })
      expect(answer.text.length).toBeLessThan(10_000)
    }
  })

  it('in a query is an error where it is no identifier', async () => {
    const answer = await get('/epcis/events?MATCH_epc=(01)123')
    expect(answer.status).toBe(400)
    expect(answer.json['detail']).toContain('application identifier')
  })
})

describe('what is understood of an identifier', () => {
  it('is told without asking for its trail, all that it can be', async () => {
    expect((await get('/v1/identifiers/6901234000016', {})).json).toMatchObject({
      text: '6901234000016',
      candidates: [
        { key: 'https://id.gs1.org/01/06901234000016', kind: 'class' },
        { key: 'https://id.gs1.org/414/6901234000016', kind: 'place' },
        { key: 'https://id.gs1.org/417/6901234000016', kind: 'party' },
      ],
    })
    const refused = await get('/v1/identifiers/(01)123', {})
    expect(refused.status).toBe(400)
    expect(refused.json).toMatchObject({ code: 'ai_value', form: 'element-string' })
  })

  it('has its EPC URN where the table of company prefixes is loaded', async () => {
    const before = await get(`/v1/identifiers/${encodeURIComponent(carton)}`, {})
    expect(before.json).toMatchObject({ candidates: [{ key: carton }] })
    expect(before.text).not.toContain('urn:epc')
    const table = {
      GCPPrefixFormatList: { date: '2026-11-01', entry: [{ prefix: '952', gcpLength: 7 }] },
    }
    const put = await get('/v1/company-prefixes', { method: 'PUT', key: admin, body: table })
    expect(put.status, put.text).toBeLessThan(300)
    expect((await get(`/v1/identifiers/${encodeURIComponent(carton)}`, {})).json).toMatchObject({
      candidates: [
        {
          key: carton,
          urn: 'urn:epc:id:sgtin:9521321.000001.carton-1',
          parts: { companyPrefix: '9521321' },
        },
      ],
    })
    // Trails are independent of it.
    expect((await get(`/v1/items/${encodeURIComponent(carton)}`)).json).toMatchObject({
      key: carton,
    })
  })
})

describe('the registry', () => {
  it('takes any spelling of a place and of a product', async () => {
    const put = (path: string, body: object) =>
      get(path, { method: 'PUT', key: admin, body: { party: 'farm', name: 'x', ...body } })
    expect((await put('/v1/locations/9521321000018', {})).json).toMatchObject({
      key: 'https://id.gs1.org/414/9521321000018',
    })
    expect((await put('/v1/products/9521321000018', { domain: 'food' })).json).toMatchObject({
      key: `https://id.gs1.org/01/${GTIN}`,
    })
    expect((await get('/v1/products/(01)09521321000018')).json).toMatchObject({ name: 'x' })
    // A place and a class without a trail of their own are told as they are registered.
    expect((await get('/414/9521321000018')).json).toMatchObject({
      kind: 'place',
      place: { name: 'x' },
    })
    expect((await get('/414/9521321000018', {})).status).toBe(404)
    expect((await get('/v1/items/9521321000018', {})).json).toMatchObject({
      key: `https://id.gs1.org/01/${GTIN}`,
      product: { name: 'x' },
      producer: 'FARM',
    })
    const one = await put(`/v1/products/(01)${GTIN}(21)A`, { domain: 'food' })
    expect(one.json['detail']).toContain('names one item')
    const refused = await put('/v1/locations/(414)95', {})
    expect(refused.status).toBe(400)
    expect(refused.json['detail']).toContain('application identifier')
  })

  it('tells the level of packing of a drug code', async () => {
    const body = { party: 'farm', name: 'Tablets, carton', domain: 'drugs', packLevel: 2 }
    await get('/v1/products/drugcode:8123456', { method: 'PUT', key: admin, body })
    expect((await get('/v1/items/81234560000000000017')).json).toMatchObject({
      product: { name: 'Tablets, carton' },
      understood: { parts: { packLevel: 2 } },
    })
  })
})

describe('the resolver', () => {
  it('opens the item that a scanned code names', async () => {
    for (const path of [
      `/01/${GTIN}/21/carton-1`,
      `/gtin/${GTIN}/lot/LOT-7/ser/carton-1?17=260320`,
    ]) {
      const answer = await get(path, {})
      expect(answer.status, answer.text).toBe(200)
      expect(answer.json).toMatchObject({ key: carton })
      expect(answer.headers.get('Link')).toContain('rel="linkset"')
    }
    expect((await get('/00/095213210000000019')).json).toMatchObject({ key: pallet })
    expect((await get('/01/09521321000018/21/a%2Fb%25c')).json['key']).toContain('a%2Fb%25c')
  })

  it('takes whatever stands in the query of a link', async () => {
    const answer = await get(`/01/${GTIN}/21/carton-1?utm_source=x&3103=000500&history=1`)
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json['history']).toHaveLength(1)
  })

  it('tells the links that lead on, and leads there', async () => {
    const links = await get(`/01/${GTIN}/21/carton-1?linkType=linkset`)
    expect(links.headers.get('Content-Type')).toBe('application/linkset+json')
    const { linkset } = links.json as { linkset: Record<string, { href: string }[]>[] }
    const trace = linkset[0]?.['https://gs1.org/voc/traceability']?.[0]?.href ?? ''
    expect((await get(trace)).json).toMatchObject({ start: carton })
    const led = await get(`/01/${GTIN}/21/carton-1?linkType=gs1:traceability`)
    expect(led.status).toBe(307)
    expect(led.headers.get('Location')).toBe(trace)
    const unknown = await get(`/01/${GTIN}/21/carton-1?linkType=gs1:pip`)
    expect(unknown.json).toMatchObject({ status: 404, code: 'unknown_link_type' })
    const asked = await get(`/01/${GTIN}`, { headers: { Accept: 'application/linkset+json' } })
    expect(asked.headers.get('Content-Type')).toBe('application/linkset+json')
  })

  it('refuses a path that is no Digital Link, with its reason', async () => {
    for (const path of ['/01/123', '/414/9521321000018/21/x', `/01/${GTIN}/21/%2`]) {
      const answer = await get(path)
      expect(answer.status, answer.text).toBe(400)
      expect(answer.json['code']).toMatch(/^(digital_link_malformed|invalid_query|ai_value)$/)
    }
  })

  it('tells no links of what is no Digital Link', async () => {
    expect((await get('/01/abc?linkType=linkset')).status).toBe(400)
  })

  it('says what it resolves', async () => {
    const answer = await get('/.well-known/gs1resolver', {})
    expect(answer.json).toMatchObject({ resolverRoot: 'https://trace.example' })
    expect(answer.json['supportedPrimaryKeys']).toContain('8003')
  })
})

describe('one thing under two codes', () => {
  it('is one item once it was declared, whichever of them is scanned', async () => {
    const item = `https://id.gs1.org/01/${GTIN}/21/Ab7`
    const declared = await get('/v1/aliases/81234560000000000017', {
      method: 'PUT',
      key: admin,
      body: { of: `(01)${GTIN}(21)Ab7`, reason: 'printed on one carton' },
    })
    expect(declared.status, declared.text).toBe(201)
    for (const text of [
      '81234560000000000017',
      `]d201${GTIN}21Ab7`,
      'drugcode:81234560000000000017',
    ]) {
      expect((await get(`/v1/items/${encodeURIComponent(text)}`)).json).toMatchObject({
        key: item,
        aliases: [{ key: 'drugcode:81234560000000000017' }],
        product: { key: `https://id.gs1.org/01/${GTIN}` },
        historyCount: 1,
      })
    }
    const events = eventsOf(await get('/epcis/events?MATCH_epc=81234560000000000017'))
    expect(events).toHaveLength(1)
  })
})
