import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { event, startWorld, type World } from './world.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const epc = (name: string) => `${GTIN}/21/${name}`
const place = (n: number) => `https://id.gs1.org/414/952132100000${n}`
const on = (day: number, more: Record<string, unknown>) =>
  event({ eventTime: `2026-03-${String(day).padStart(2, '0')}T08:00:00Z`, ...more })
const commission = (day: number, name: string) =>
  on(day, { epcList: [epc(name)], action: 'ADD', bizStep: 'commissioning' })

let world: World
let maker: string
let shop: string
let regulator: string
let inspector: string

beforeEach(async () => {
  world = await startWorld()
  maker = world.party('maker')
  shop = world.party('shop')
  regulator = world.key({ role: 'regulator', label: '' })
  inspector = world.key({ role: 'inspector', label: '' })
  const product = { key: GTIN, party: 'maker', name: 'Vaccine', domain: 'drugs' as const }
  world.registry.products.put({ ...product, serialised: true })
})
afterEach(() => world.close())

type Told = Record<string, unknown> & { id: string; rule: string; state: string; steps: Step[] }
type Step = Record<string, unknown> & { step: string; seq: number }

async function list(query = '', key = regulator): Promise<Told[]> {
  const answer = await world.call(`/v1/alerts${query}`, { key })
  expect(answer.status, answer.text).toBe(200)
  return answer.json['items'] as Told[]
}

async function one(id: string, key = regulator): Promise<Told> {
  return (await world.call(`/v1/alerts/${id}`, { key })).json as Told
}

const step = (id: string, body: object, key = regulator) =>
  world.call(`/v1/alerts/${id}/steps`, { method: 'POST', key, body })

/** A serial that was commissioned twice: one alert. */
async function twice(name = 'A'): Promise<Told> {
  await world.capture(maker, commission(1, name), commission(2, name))
  await world.watched()
  const [alert] = await list(`?item=${encodeURIComponent(epc(name))}`)
  if (!alert) throw new Error('no alert was raised')
  return alert
}

describe('an alert', () => {
  it('says why: rule, events, item, certainty, advice, in two languages', async () => {
    const { id } = await twice()
    expect(await one(id)).toMatchObject({
      rule: 'C2',
      severity: 'critical',
      state: 'open',
      certainty: 'observed',
      subject: epc('A'),
      product: GTIN,
      domain: 'drugs',
      parties: ['maker'],
      affected: [{ key: epc('A'), certainty: 'observed', path: [] }],
      text: { zh: expect.stringContaining('赋码'), en: expect.stringContaining('again') },
      action: { zh: expect.any(String), en: expect.any(String) },
      why: { ruleVersion: 1, revision: 'default', eventIDs: { length: 2 }, eventsNotShown: 0 },
      steps: [{ step: 'raised', by: 'rules' }],
    })
  })

  it('is taken up, forwarded, blocked and resolved, with who, when and why', async () => {
    const { id } = await twice()
    const actions = [
      { action: 'acknowledge', reason: 'seen' },
      { action: 'start', reason: 'on my way' },
      { action: 'forward', reason: 'yours', to: 'shop' },
      { action: 'block', reason: 'until known' },
      { action: 'resolve', reason: 'copied label', causeCode: 'genuine' },
    ]
    for (const body of actions) expect((await step(id, body)).status).toBe(201)
    const told = await one(id)
    expect(told).toMatchObject({ state: 'resolved', blocked: true, causeCode: 'genuine' })
    expect(told.steps.map(({ step: taken, reason }) => [taken, reason]).slice(1)).toEqual(
      actions.map(({ action, reason }) => [action, reason]),
    )
    expect(told.steps.every(({ by, time }) => by !== '' && time !== '')).toBe(true)
    // Whoever it was forwarded to sees it from now on.
    expect(await list('', shop)).toMatchObject([{ id }])
  })

  it('takes no step that does not go with its state, none without a reason', async () => {
    const { id } = await twice()
    const resolve = { action: 'resolve', reason: 'x', causeCode: 'test' }
    expect((await step(id, resolve)).status).toBe(201)
    const again = await step(id, resolve)
    expect(again.json).toMatchObject({ status: 409, code: 'wrong_state', path: '/action' })
    const bare = await step(id, { action: 'comment' })
    expect(bare.json).toMatchObject({ status: 400, path: '/reason' })
    const noCause = await step(id, { action: 'resolve', reason: 'x' })
    expect(noCause.json).toMatchObject({ status: 400, path: '/causeCode' })
    const nobody = await step(id, { action: 'forward', reason: 'x', to: 'nobody' })
    expect(nobody.json).toMatchObject({ status: 400, code: 'unknown_party', path: '/to' })
  })

  it('is among the facts that speak against the item, not for consumers', async () => {
    const { id } = await twice()
    const path = `/v1/items/${encodeURIComponent(epc('A'))}`
    const facts = async (key?: string) => (await world.call(path, { key })).json['facts']
    expect(await facts(regulator)).toContainEqual(
      expect.objectContaining({ fact: 'alert_critical', value: id }),
    )
    expect(JSON.stringify(await facts())).not.toContain(id)
    await step(id, { action: 'resolve', reason: 'x', causeCode: 'test' })
    expect(JSON.stringify(await facts(regulator))).not.toContain(id)
  })

  it('marks its item in chains, the worst of all, until it is resolved', async () => {
    const { id } = await twice()
    const told = async (key: string) => {
      const { json } = await world.call(`/v1/trace/${encodeURIComponent(epc('A'))}`, { key })
      const nodes = json['nodes'] as { key: string; alert?: string }[]
      return nodes.map((node) => [node.key, node.alert])
    }
    const streamed = async () => {
      const headers = { Accept: 'application/x-ndjson' }
      const path = `/v1/trace/${encodeURIComponent(epc('A'))}`
      return (await world.call(path, { key: regulator, headers })).text
    }
    expect(await told(regulator)).toEqual([[epc('A'), 'critical']])
    expect(await streamed()).toContain('"alert":"critical"')
    // A shop that had it is told what it had, and not of an alert that does not concern it.
    await world.capture(shop, on(3, { epcList: [epc('A')], bizStep: 'receiving' }))
    expect(await told(maker)).toEqual([[epc('A'), 'critical']])
    expect(await told(shop)).toEqual([[epc('A'), undefined]])
    await step(id, { action: 'resolve', reason: 'x', causeCode: 'test' })
    expect(await told(regulator)).toEqual([[epc('A'), undefined]])
    expect(await streamed()).not.toContain('"alert"')
  })

  it('that nobody takes up is escalated, level by level', async () => {
    const { id } = await twice()
    await world.watched(0.5)
    await world.watched(2)
    const steps = (await one(id)).steps.filter((each) => each.step === 'escalated')
    expect(steps.map(({ to }) => to)).toEqual(['duty_officer', 'section_head'])
    await step(id, { action: 'acknowledge', reason: 'seen' })
    await world.watched(9)
    expect(await one(id)).toMatchObject({ escalation: 2 })
  })
})

describe('lists', () => {
  it('filter by state, severity, rule, party, domain, product, case, time and any spelling', async () => {
    const { id, case: its } = await twice()
    const { id: caseId } = its as { id: number }
    const yes = ['state=open', 'severity=critical|info', 'rule=C2', 'party=maker', 'domain=drugs']
    const more = [`product=${GTIN}`, `item=(01)09521321000018(21)A`, `case=${caseId}`]
    for (const query of [...yes, ...more, 'since=2026-01-01T00:00:00Z']) {
      expect((await list(`?${query}`)).map((each) => each.id)).toEqual([id])
    }
    const no = ['state=resolved', 'severity=info', 'rule=C4', 'party=shop', 'domain=food']
    for (const query of [...no, `item=(01)09521321000018(21)B`, 'since=2200-01-01T00:00:00Z']) {
      expect(await list(`?${query}`)).toEqual([])
    }
    for (const query of ['state=closed', 'rule=ZZ', 'rule=C2|ZZ', 'domain=foo', 'party=nosuch']) {
      const bad = await world.call(`/v1/alerts?${query}`, { key: regulator })
      expect(bad.json, query).toMatchObject({ status: 400, path: query.split('=')[0] })
    }
  })

  it('go page by page, and each alert comes once', async () => {
    for (const name of ['A', 'B', 'C']) await twice(name)
    const first = await world.call('/v1/alerts?perPage=2', { key: regulator })
    const { items, nextPageToken } = first.json as { items: Told[]; nextPageToken: string }
    const rest = await list(`?perPage=2&nextPageToken=${nextPageToken}`)
    expect(new Set([...items, ...rest].map(({ id }) => id)).size).toBe(3)
  })
})

describe('rights', () => {
  it('an enterprise sees what concerns it and what it captured of that, and may answer', async () => {
    await world.capture(maker, commission(1, 'A'))
    await world.capture(shop, commission(2, 'A'))
    await twice('B')
    await world.watched()
    const seen = await list('', shop)
    expect(seen).toHaveLength(1)
    const { id } = seen[0] as Told
    expect(await one(id, shop)).toMatchObject({
      parties: ['shop'],
      why: { eventIDs: { length: 1 }, eventsNotShown: 1 },
    })
    const answer = { action: 'comment', reason: 'it was our scanner' }
    expect((await step(id, answer, shop)).status).toBe(201)
    const block = await step(id, { action: 'block', reason: 'x' }, shop)
    expect(block.status).toBe(403)
    const [other] = await list(`?item=${encodeURIComponent(epc('B'))}`)
    expect((await world.call(`/v1/alerts/${other?.id}`, { key: shop })).status).toBe(404)
    expect((await step(other?.id ?? '', answer, shop)).status).toBe(404)
  })

  it('an inspector reads and does not act; nobody else sees anything', async () => {
    const { id } = await twice()
    expect((await one(id, inspector)).id).toBe(id)
    const comment = { action: 'comment', reason: 'x' }
    expect((await step(id, comment, inspector)).status).toBe(403)
    expect((await world.call('/v1/alerts')).status).toBe(401)
    const stream = await world.call('/v1/alerts/stream')
    expect(stream.status).toBe(401)
  })
})

describe('what comes later', () => {
  it('withdraws what an event said that is declared wrong, and says so', async () => {
    const wrong = commission(2, 'A')
    await world.capture(maker, commission(1, 'A'), wrong)
    await world.watched()
    const [alert] = await list()
    const declarationTime = '2026-03-03T00:00:00Z'
    const reason = 'incorrect_data'
    await world.capture(maker, { ...wrong, errorDeclaration: { declarationTime, reason } })
    await world.watched()
    expect(await list()).toEqual([])
    const told = await one(alert?.id ?? '')
    expect(told.state).toBe('withdrawn')
    expect(told.steps.map((each) => each.step)).toEqual(['raised', 'withdrawn'])
    expect(told.steps[1]).toMatchObject({ reason: expect.stringContaining('declared wrong') })
  })

  it('supersedes what late data tells otherwise', async () => {
    await world.capture(maker, commission(5, 'A'), commission(9, 'A'))
    await world.watched()
    const [before] = await list()
    // The first commissioning turns out to be an earlier one: there are two too many.
    await world.capture(maker, commission(2, 'A'))
    await world.watched()
    const steps = (await one(before?.id ?? '')).steps
    expect(steps.map((each) => each.step)).toEqual(['raised', 'superseded'])
    expect(steps[1]?.['before']).toMatchObject({ text: { en: expect.stringContaining('03-05') } })
    expect(await list()).toHaveLength(2)
  })

  it('waits for late data before it says that a serial was never commissioned', async () => {
    const seen = on(5, { epcList: [epc('A')], bizStep: 'inspecting' })
    await world.capture(maker, seen, on(5, { epcList: [epc('B')], bizStep: 'inspecting' }))
    await world.watched()
    expect(await list()).toEqual([])
    await world.capture(maker, commission(1, 'B'))
    await world.watched(24 * 30)
    expect(await list()).toMatchObject([{ rule: 'C3', subject: epc('A') }])
  })

  it('going through all again finds the same and raises nothing twice', async () => {
    await twice('A')
    await world.capture(maker, commission(5, 'B'), commission(9, 'B'), commission(2, 'B'))
    await world.watched(24 * 30)
    const before = await list('?state=open|withdrawn|superseded')
    const last = world.alerts.lastStep()
    world.follower.replay()
    await world.watched(24 * 30)
    expect(await list('?state=open|withdrawn|superseded')).toEqual(before)
    expect(world.alerts.lastStep()).toBe(last)
  })
})

describe('what containers did', () => {
  const pallet = 'https://id.gs1.org/00/095213210000000015'
  it('explains the arrival of what was in them: no alert; without them there is one', async () => {
    const pack = (action: string, day: number, list: string[]) =>
      on(day, {
        type: 'AggregationEvent',
        ...{ epcList: undefined, parentID: pallet, childEPCs: list, action },
        bizStep: action === 'ADD' ? 'packing' : 'unpacking',
      })
    const arrive = (name: string) =>
      on(6, { epcList: [epc(name)], bizStep: 'receiving', readPoint: { id: place(2) } })
    await world.capture(
      maker,
      { ...commission(1, 'A'), readPoint: { id: place(1) } },
      { ...commission(1, 'B'), readPoint: { id: place(1) } },
      pack('ADD', 2, [epc('A')]),
      on(3, { epcList: [pallet], bizStep: 'shipping', readPoint: { id: place(1) } }),
    )
    await world.capture(shop, arrive('A'), arrive('B'))
    await world.watched(24 * 60)
    const found = await list('?rule=C1')
    expect(found.map(({ subject }) => subject)).toEqual([epc('B')])
  })
})
