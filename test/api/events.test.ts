import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { adminKey, document, event, eventsOf, startWorld, type World } from './world.ts'

let world: World
let farm: string
let inspector: string

beforeEach(async () => {
  world = await startWorld()
  farm = world.party('farm')
  inspector = world.key({ role: 'inspector', label: '' })
})

afterEach(() => world.close())

const epc = (serial: number | string) => `https://id.gs1.org/01/09521321000018/21/${serial}`
const urn = (serial: number | string) => `urn:epc:id:sgtin:9521321.000001.${serial}`
const get = (path: string, key = inspector) => world.call(path, { key })

describe('capture of one event', () => {
  const post = (body: unknown) => world.call('/epcis/events', { method: 'POST', key: farm, body })

  it('answers 201 with the place of the event once it is stored', async () => {
    const answer = await post(event({ eventID: 'urn:uuid:1/2?3' }))
    expect(answer.status).toBe(201)
    const location = answer.headers.get('Location')
    expect(location).toBe('https://trace.example/epcis/events/urn%3Auuid%3A1%2F2%3F3')
    const found = await get(new URL(location ?? '').pathname)
    expect(eventsOf(found)).toMatchObject([{ eventID: 'urn:uuid:1/2?3' }])
  })

  it('names an event by its hash where it came without an eventID', async () => {
    const location = (await post(event())).headers.get('Location')
    expect(decodeURIComponent(location ?? '')).toMatch(
      /ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/,
    )
    expect((await get(new URL(location ?? '').pathname)).status).toBe(200)
    // The same, not percent-encoded: what follows the question mark belongs to the name.
    const bare = decodeURIComponent(location ?? '').replace('https://trace.example', '')
    expect((await get(bare)).status).toBe(200)
  })

  it('takes the same event again, and refuses its eventID for another one', async () => {
    const first = event({ eventID: 'urn:x:1' })
    expect((await post(first)).status).toBe(201)
    expect((await post(first)).status).toBe(201)
    const other = await post({ ...first, bizStep: 'shipping' })
    expect(other.json).toMatchObject({
      status: 409,
      type: 'epcisException:ResourceAlreadyExistsException',
      code: 'event_id_conflict',
    })
    expect(eventsOf(await get('/epcis/events'))).toHaveLength(1)
  })

  it('says what is wrong with an event and where', async () => {
    const answer = await post(event({ eventTime: 'yesterday' }))
    expect(answer.json).toMatchObject({
      status: 400,
      type: 'epcisException:ValidationException',
      code: 'time_invalid',
      path: '/eventTime',
    })
    expect((await post('{"type":')).json).toMatchObject({ status: 400, code: 'json_malformed' })
    expect((await post([event(), event()])).status).toBe(400)
  })
})

describe('an event that comes back', () => {
  it('is as it was sent, number by number, with recordTime added', async () => {
    const text = JSON.stringify(
      event({ 'example:list': [1], 'example:text': 'a } "b" ü 溯' }),
    ).replace('"example:list":[1]', '"example:list":[26.0, 1e3, 12345678901234567890, -0.10]')
    const sent = text.replace(
      'epcis-context.jsonld"]',
      'epcis-context.jsonld",{"example":"http://a"}]',
    )
    await world.call('/epcis/events', { method: 'POST', key: farm, body: sent })
    const answer = await get('/epcis/events')
    expect(answer.text).toContain('"example:list":[26.0, 1e3, 12345678901234567890, -0.10]')
    const [back] = eventsOf(answer)
    expect(back).toMatchObject({ 'example:text': 'a } "b" ü 溯' })
    expect(back?.['recordTime']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  })

  it('keeps every prefix bound to what its sender bound it to', async () => {
    const gs1 = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'
    const capture = async (bindings: object, extension: Record<string, unknown>) => {
      const body = document([{ ...event(extension), '@context': undefined }], [gs1, bindings])
      const answer = await world.call('/epcis/capture', { method: 'POST', key: farm, body })
      await world.finished(answer.headers.get('Location'), farm)
    }
    await capture({ example: 'http://one', ours: 'http://ours' }, { 'example:a': 1 })
    await capture({ theirs: 'http://theirs', ours: 'http://ours' }, { 'theirs:b': 1 })
    const agreeing = await get('/epcis/events')
    expect(bindingsOf(agreeing.json)).toEqual({
      example: 'http://one',
      ours: 'http://ours',
      theirs: 'http://theirs',
    })
    for (const found of eventsOf(agreeing)) expect(found).not.toHaveProperty('@context')

    await capture({ example: 'http://other' }, { 'example:a': 2 })
    await world.capture(
      farm,
      event({ '@context': [gs1, { example: 'http://own' }], 'example:a': 3 }),
    )
    const clashing = await get('/epcis/events')
    const boundTo = eventsOf(clashing).map((found) => {
      const bound = { ...bindingsOf(clashing.json), ...bindingsOf(found) }
      return [
        found['example:a'] ?? found['theirs:b'],
        bound[found['theirs:b'] ? 'theirs' : 'example'],
      ]
    })
    expect(boundTo).toEqual([
      [3, 'http://own'],
      [2, 'http://other'],
      [1, 'http://theirs'],
      [1, 'http://one'],
    ])
  })

  it('is given together with the declaration that it is in error', async () => {
    const wrong = event({ eventID: 'urn:x:wrong' })
    const declared = {
      ...wrong,
      errorDeclaration: { declarationTime: '2026-03-05T00:00:00Z', reason: 'did_not_occur' },
    }
    await world.capture(farm, wrong, declared)
    const both = eventsOf(await get('/epcis/events/urn:x:wrong'))
    expect(both).toHaveLength(2)
    expect(both.filter((one) => 'errorDeclaration' in one)).toHaveLength(1)
  })

  it('is not found under another name, and the answer says which', async () => {
    const answer = await get('/epcis/events/urn%3Ax%3Anone')
    expect(answer.json).toMatchObject({
      status: 404,
      type: 'epcisException:NoSuchNameException',
      understood: { eventID: 'urn:x:none' },
    })
  })
})

describe('a query', () => {
  let asked: World

  beforeAll(async () => {
    asked = await startWorld()
    const key = asked.party('farm')
    const at = { readPoint: { id: 'urn:epc:id:sgln:9521321.00001.0' } }
    const shipping = { bizStep: 'shipping', disposition: 'in_transit', ...at }
    await asked.capture(
      key,
      event({ eventID: 'urn:x:1', eventTime: '2026-03-01T00:00:00Z', epcList: [urn('a')] }),
      event({ eventID: 'urn:x:2', eventTime: '2026-03-02T00:00:00Z', ...shipping }),
      event({
        eventID: 'urn:x:3',
        eventTime: '2026-03-03T00:00:00Z',
        type: 'AggregationEvent',
        epcList: undefined,
        action: 'ADD',
        bizStep: 'packing',
        parentID: 'urn:epc:id:sscc:9521321.0000000001',
        childEPCs: [epc('a')],
        bizLocation: { id: 'https://id.gs1.org/414/9521321000018' },
      }),
    )
  })

  afterAll(() => asked.close())

  const get = (path: string) => asked.call(path, { key: adminKey })

  it.each([
    ['', ['urn:x:3', 'urn:x:2', 'urn:x:1']],
    ['eventType=AggregationEvent', ['urn:x:3']],
    ['eventType=AggregationEvent%7CObjectEvent', ['urn:x:3', 'urn:x:2', 'urn:x:1']],
    ['GE_eventTime=2026-03-02T00:00:00Z', ['urn:x:3', 'urn:x:2']],
    ['LT_eventTime=2026-03-02T08:00:00%2B08:00', ['urn:x:1']],
    ['GE_recordTime=2020-01-01T00:00:00Z&LT_recordTime=2021-01-01T00:00:00Z', []],
    ['EQ_bizStep=shipping', ['urn:x:2']],
    ['EQ_bizStep=shipping%7Cpacking', ['urn:x:3', 'urn:x:2']],
    ['EQ_bizStep=shipping&EQ_bizStep=packing', ['urn:x:3', 'urn:x:2']],
    ['EQ_bizStep=urn:epcglobal:cbv:bizstep:shipping', ['urn:x:2']],
    ['EQ_disposition=in_transit', ['urn:x:2']],
    ['EQ_readPoint=https://id.gs1.org/414/9521321000018', ['urn:x:2']],
    ['EQ_bizLocation=urn:epc:id:sgln:9521321.00001.0', ['urn:x:3']],
    [`MATCH_epc=${epc('a')}`, ['urn:x:3', 'urn:x:1']],
    [`MATCH_epc=${urn('a')}&eventType=ObjectEvent`, ['urn:x:1']],
    ['MATCH_epc=urn:epc:id:sscc:9521321.0000000001', []],
    ['MATCH_anyEPC=urn:epc:id:sscc:9521321.0000000001', ['urn:x:3']],
    [`MATCH_anyEPC=urn:epc:id:sscc:9521321.0000000001%7C${urn('a')}`, ['urn:x:3', 'urn:x:1']],
    ['MATCH_epc=urn:never:seen', []],
  ])('by %s finds %j', async (query, expected) => {
    const answer = await get(`/epcis/events?${query}`)
    expect(answer.status, answer.text).toBe(200)
    expect(eventsOf(answer).map(({ eventID }) => eventID)).toEqual(expected)
  })

  it.each([
    ['nope=1', 'nope', 'unknown_parameter'],
    ['EQ_action=ADD', 'EQ_action', 'unknown_parameter'],
    ['GE_eventTime=2026-03-02', 'GE_eventTime', 'invalid_query'],
    ['GE_eventTime=2026-03-02T00:00:00Z&GE_eventTime=2026-03-03T00:00:00Z', 'GE_eventTime'],
    ['eventType=Event', 'eventType', 'invalid_query'],
    ['EQ_bizStep=', 'EQ_bizStep', 'invalid_query'],
    ['EQ_bizStep=a%7C', 'EQ_bizStep', 'invalid_query'],
    ['MATCH_epc=https://id.gs1.org/01/09521321000018', 'MATCH_epc', 'invalid_query'],
    ['MATCH_anyEPC=urn:epc:idpat:sgtin:9521321.000001.*', 'MATCH_anyEPC', 'invalid_query'],
    ['perPage=0', 'perPage', 'invalid_query'],
    ['perPage=ten', 'perPage', 'invalid_query'],
    ['nextPageToken=!', 'nextPageToken', 'invalid_query'],
    ['nextPageToken=YWJj', 'nextPageToken', 'invalid_query'],
  ])('by %s is refused, naming %s', async (query, path, code = 'invalid_query') => {
    const answer = await get(`/epcis/events?${query}`)
    expect(answer.json).toMatchObject({
      status: 400,
      type: 'epcisException:QueryParameterException',
      path,
      code,
    })
  })

  it('is answered with a query document and the headers of the binding', async () => {
    const answer = await get('/epcis/events')
    expect(answer.headers.get('Content-Type')).toBe('application/json')
    expect(answer.headers.get('GS1-EPCIS-Version')).toBe('2.0.0')
    expect(answer.headers.get('GS1-CBV-Version')).toBe('2.0.0')
    expect(answer.headers.get('GS1-EPC-Format')).toBe('Never_Translates')
    expect(answer.json).toMatchObject({
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'EPCISQueryDocument',
      schemaVersion: '2.0',
      epcisBody: { queryResults: { queryName: 'SimpleEventQuery' } },
    })
  })
})

describe('paging', () => {
  const nextOf = (answer: { headers: Headers }) =>
    /<https:\/\/trace\.example([^>]+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1]

  it('shows each event that was there once, while others are written', async () => {
    const there = Array.from({ length: 23 }, (_, n) => event({ eventID: `urn:x:${n}` }))
    await world.capture(farm, ...there)
    const seen: unknown[] = []
    let next: string | undefined = '/epcis/events?perPage=5&EQ_bizStep=inspecting'
    let pages = 0
    while (next !== undefined) {
      const page = await get(next)
      seen.push(...eventsOf(page).map(({ eventID }) => eventID))
      pages += 1
      await world.capture(farm, event({ eventID: `urn:late:${pages}` }))
      next = nextOf(page)
    }
    expect(seen).toEqual(there.map(({ eventID }) => eventID).reverse())
    expect(pages).toBe(5)
  })

  it('gives fewer than asked for rather than a page that does not fit into memory', async () => {
    const long = Array.from({ length: 33 }, () => event({ 'example:a': 'x'.repeat(900_000) }))
    await world.capture(farm, ...long)
    const first = await get('/epcis/events?perPage=33')
    expect(eventsOf(first).length).toBeLessThan(33)
    const rest = await get(nextOf(first) ?? '')
    expect(eventsOf(first).length + eventsOf(rest).length).toBe(33)
    expect(nextOf(rest)).toBeUndefined()
  })
})

describe('the headers of the binding', () => {
  let asked: World

  beforeAll(async () => {
    asked = await startWorld()
  })

  afterAll(() => asked.close())

  it.each([
    [{ 'GS1-EPCIS-Min': '2.1' }, 406],
    [{ 'GS1-EPCIS-Max': '1.2' }, 406],
    [{ 'GS1-EPCIS-Min': '1.2', 'GS1-EPCIS-Max': '2.0.1' }, 200],
    [{ 'GS1-CBV-Min': '3.0' }, 406],
    [{ 'GS1-EPCIS-Version': '2.0.1' }, 200],
    [{ 'GS1-EPCIS-Version': 'two' }, 400],
    [{ 'GS1-EPC-Format': 'Always_EPC_URN' }, 406],
    [{ 'GS1-EPC-Format': 'No_Preference' }, 200],
    [{ Accept: 'application/xml' }, 406],
    [{ Accept: 'application/xml, application/json;q=0.5' }, 200],
    [{ Accept: 'application/ld+json' }, 200],
  ])('%j is answered %i', async (headers, status) => {
    const answer = await asked.call('/epcis/events', { key: adminKey, headers })
    expect(answer.status).toBe(status)
    if (status === 406) {
      expect(answer.json['type']).toBe('epcisException:NotAcceptableException')
    }
  })

  it('are announced by OPTIONS, with the limits of capture', async () => {
    const answer = await asked.call('/epcis/capture', { method: 'OPTIONS' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('Allow')).toBe('OPTIONS, POST, GET')
    expect(answer.headers.get('GS1-EPCIS-Min')).toBe('2.0.0')
    expect(answer.headers.get('GS1-EPCIS-Capture-Limit')).toBe('20000')
    const events = await asked.call('/epcis/events/urn:x', { method: 'OPTIONS' })
    expect(events.headers.get('Allow')).toBe('OPTIONS, GET')
    expect(events.headers.has('GS1-EPCIS-Capture-Limit')).toBe(false)
  })
})

function bindingsOf(json: Record<string, unknown>): Record<string, unknown> {
  const parts = [json['@context'] ?? []].flat()
  return Object.assign({}, ...parts.filter((part) => typeof part === 'object'))
}
