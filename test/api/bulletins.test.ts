import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DraftFacts } from '#ingest/watch/draft-facts.ts'
import { capFaults, child, type Node, parseXml, textIn } from './webhooks/cap.ts'
import { event, startWorld, type World } from './world.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const epc = (name: string) => `${GTIN}/21/${name}`
const born = (name: string, day: number, hour = 8) =>
  event({
    eventTime: `2026-03-0${day}T0${hour}:00:00Z`,
    ...{ epcList: [epc(name)], action: 'ADD', bizStep: 'commissioning' },
    readPoint: { id: 'https://id.gs1.org/414/9521321000018' },
  })

let world: World
let maker: string
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  maker = world.party('maker')
  regulator = world.key({ role: 'regulator', label: '' })
  world.registry.parties.put({
    ...{ slug: 'maker', name: 'M', domain: 'food', region: '330106' },
  })
  const product = { key: GTIN, party: 'maker', name: 'Vaccine <A&B>', domain: 'drugs' as const }
  world.registry.products.put({ ...product, serialised: true })
})
afterEach(() => world.close())

async function raise(name = 'A'): Promise<string> {
  await world.capture(maker, born(name, 1), born(name, 2))
  await world.watched()
  const list = await world.call(`/v1/alerts?item=${encodeURIComponent(epc(name))}`, {
    key: regulator,
  })
  return String((list.json['items'] as { id: string }[])[0]?.id)
}

async function step(alert: string, body: object, key = regulator) {
  const answer = await world.call(`/v1/alerts/${alert}/steps`, { method: 'POST', key, body })
  await world.watched()
  return answer
}

const notice = { zh: '请勿食用 <此批>', en: 'Do not eat "this" & that' }
const publish = (alert: string, more: object = {}) =>
  step(alert, { action: 'publish', reason: 'people have it', notice, ...more })

async function feed(query = ''): Promise<Node> {
  const { status, text } = await world.call(`/v1/bulletins${query}`)
  expect(status).toBe(200)
  return parseXml(text)
}

const entriesOf = (node: Node) => node.children.filter(({ name }) => name === 'entry')
const linkOf = (node: Node, rel: string) =>
  node.children.find(({ name, attributes }) => name === 'link' && attributes['rel'] === rel)
    ?.attributes['href']

/** The documents of the feed, the oldest first; each is checked against the structure of CAP. */
async function documents(): Promise<Node[]> {
  const urls = entriesOf(await feed()).map((entry) => linkOf(entry, 'alternate') ?? '')
  const texts = await Promise.all(
    urls.reverse().map(async (url) => (await world.call(new URL(url).pathname)).text),
  )
  for (const text of texts) expect(capFaults(text), text).toEqual([])
  return texts.map(parseXml)
}

const infos = (document: Node) => document.children.filter(({ name }) => name === 'info')
const typesOf = (all: readonly Node[]) => all.map((each) => textIn(each, 'msgType'))

describe('a bulletin', () => {
  it('is there once an authority has decided so, and for nothing else', async () => {
    const alert = await raise()
    expect(await documents()).toEqual([])
    const asked = { action: 'publish', reason: 'no', notice }
    expect((await step(alert, asked, maker)).status).toBe(403)
    const published = await publish(alert)
    expect(published.json).toMatchObject({ public: true })
    const [document] = await documents()
    expect(textIn(document, 'sender')).toBe('trace.example')
    expect(textIn(document, 'status')).toBe('Actual')
    expect(textIn(document, 'msgType')).toBe('Alert')
    expect(child(document, 'references')).toBeUndefined()
  })

  it('says the same in two languages, with certainty, place and what to do', async () => {
    await publish(await raise())
    const [document] = await documents()
    const both = document ? infos(document) : []
    expect(both.map((info) => textIn(info, 'language'))).toEqual(['zh-CN', 'en-US'])
    expect(both.map((info) => textIn(info, 'instruction'))).toEqual([notice.zh, notice.en])
    for (const info of both) {
      expect(textIn(info, 'severity')).toBe('Severe')
      expect(textIn(info, 'urgency')).toBe('Immediate')
      expect(textIn(info, 'certainty')).toBe('Observed')
      const geocode = child(child(info, 'area'), 'geocode')
      expect([textIn(geocode, 'valueName'), textIn(geocode, 'value')]).toEqual([
        'GB/T 2260',
        '330106',
      ])
      const parameters = info.children.filter(({ name }) => name === 'parameter')
      expect(parameters.map((each) => textIn(each, 'value'))).toContain(epc('A'))
    }
  })

  it('is an exercise where it is a drill, and its updates are too', async () => {
    const alert = await raise()
    await publish(alert, { exercise: true })
    await step(alert, { action: 'block', reason: 'drill' })
    const all = await documents()
    expect(all.map((each) => textIn(each, 'status'))).toEqual(['Exercise', 'Exercise'])
    expect(textIn(entriesOf(await feed('?language=en'))[0], 'title')).toMatch(/^\[Exercise\]/)
    const other = await step(alert, { action: 'comment', reason: 'x', exercise: true })
    expect(other.json).toMatchObject({ status: 400, path: '/exercise' })
  })

  it('is updated by each change of what was told, and taken back with all that it said', async () => {
    const alert = await raise()
    await publish(alert)
    for (const action of ['acknowledge', 'comment', 'block', 'unpublish', 'block']) {
      await step(alert, { action, reason: 'so' })
    }
    const all = await documents()
    expect(typesOf(all)).toEqual(['Alert', 'Update', 'Cancel'])
    const named = all.map((each) =>
      ['sender', 'identifier', 'sent'].map((name) => textIn(each, name)).join(','),
    )
    expect(all.map((each) => textIn(each, 'references'))).toEqual([
      ...[undefined, named[0], `${named[0]} ${named[1]}`],
    ])
    const last = all[2]
    expect(last && infos(last).map((info) => textIn(info, 'instruction'))).toEqual([
      ...[notice.zh, notice.en],
    ])
    // Told once more, it is another matter: what was taken back stays so.
    await publish(alert)
    expect(typesOf(await documents())).toEqual(['Alert', 'Update', 'Cancel', 'Alert'])
  })

  it('ends as over where it was genuine, and is taken back where it was none', async () => {
    const genuine = await raise('A')
    await publish(genuine)
    await step(genuine, { action: 'resolve', reason: 'done', causeCode: 'genuine' })
    const none = await raise('B')
    await publish(none)
    await step(none, { action: 'resolve', reason: 'typed wrong', causeCode: 'data_entry' })
    const all = await documents()
    expect(typesOf(all)).toEqual(['Alert', 'Update', 'Alert', 'Cancel'])
    for (const each of [all[1], all[3]]) {
      const info = each && infos(each)[0]
      expect([textIn(info, 'urgency'), textIn(info, 'responseType')]).toEqual(['Past', 'AllClear'])
    }
    const told = (await world.call(`/v1/alerts/${none}`, { key: regulator })).json
    expect(told).toMatchObject({ public: false })
  })

  it('is updated where late data tells the incident otherwise', async () => {
    await world.capture(maker, born('A', 5), born('A', 9))
    await world.watched()
    const list = await world.call('/v1/alerts', { key: regulator })
    await publish(String((list.json['items'] as { id: string }[])[0]?.id))
    await world.capture(maker, born('A', 2))
    await world.watched()
    const [first, second] = await documents()
    expect(textIn(second, 'msgType')).toBe('Update')
    expect(textIn(second, 'references')).toContain(textIn(first, 'identifier'))
  })

  it('goes on with the alert that takes the place of the one it was of', async () => {
    const id = await raise()
    await publish(id)
    const { alerts } = world
    const old = alerts.reader.alert(id)
    if (!old) throw new Error('there is no alert')
    const identity = `${id.slice(0, -1)}_`
    const held = { owner: epc('A'), isSure: true, count: 1, reason: 'late' } as const
    const entry = { ...held, finding: { ...old.finding, identity }, replaces: id }
    const progress = alerts.ledger.progress()
    alerts.commit(
      {
        ...{ progress, items: [], sensors: [], facts: new DraftFacts(alerts.facts) },
        told: new Map([[identity, { entry, reason: 'late' }]]),
        concerns: new Map([[identity, old]]),
      },
      progress,
      Date.now() * 1000,
    )
    await world.watched()
    await step(identity, { action: 'block', reason: 'so' })
    const all = await documents()
    expect(typesOf(all)).toEqual(['Alert', 'Update', 'Update'])
    expect(textIn(all[1], 'references')).toContain(textIn(all[0], 'identifier'))
    expect(textIn(all[2], 'references')).toContain(textIn(all[1], 'identifier'))
    const now = await world.call(`/v1/alerts/${identity}`, { key: regulator })
    expect(now.json).toMatchObject({ state: 'open', public: true })
  })

  it('never changes, whatever becomes of the alert', async () => {
    const alert = await raise()
    await publish(alert)
    const url = new URL(linkOf(entriesOf(await feed())[0] as Node, 'alternate') ?? '').pathname
    const before = await world.call(url)
    expect(before.headers.get('Content-Type')).toBe('application/cap+xml; charset=utf-8')
    world.registry.parties.put({ slug: 'maker', name: 'M', domain: 'food', region: '310000' })
    await step(alert, { action: 'block', reason: 'so' })
    expect((await world.call(url)).text).toBe(before.text)
    const missing = await world.call('/v1/bulletins/none')
    expect(missing.json).toMatchObject({ status: 404, code: 'unknown_bulletin' })
  })
})

describe('the feed', () => {
  it('is Atom, in pages that hold each message once', async () => {
    const alert = await raise()
    await publish(alert)
    for (let n = 0; n < 60; n += 1) {
      const action = n % 2 === 0 ? 'block' : 'unblock'
      await step(alert, { action, reason: String(n) })
    }
    const ids: string[] = []
    let url: string | undefined = '/v1/bulletins?language=en'
    while (url !== undefined) {
      const page = parseXml((await world.call(url)).text)
      expect(page).toMatchObject({
        name: 'feed',
        attributes: { xmlns: 'http://www.w3.org/2005/Atom', 'xml:lang': 'en' },
      })
      for (const name of ['id', 'title', 'updated', 'author']) {
        expect(child(page, name), name).toBeDefined()
      }
      for (const entry of entriesOf(page)) {
        for (const name of ['id', 'title', 'updated']) expect(textIn(entry, name)).toBeTruthy()
        ids.push(textIn(entry, 'id') ?? '')
      }
      const next = linkOf(page, 'next')
      url = next?.replace('https://trace.example', '')
    }
    expect([ids.length, new Set(ids).size]).toEqual([61, 61])
    expect((await world.call('/v1/bulletins?language=fr')).status).toBe(400)
    expect((await world.call('/v1/bulletins?nextPageToken=x')).status).toBe(400)
  })

  it('tells whoever has it already that it is as it was', async () => {
    const alert = await raise()
    await publish(alert)
    const { headers } = await world.call('/v1/bulletins')
    const etag = headers.get('ETag') ?? ''
    const modified = headers.get('Last-Modified') ?? ''
    const ask = async (given: Record<string, string>) =>
      (await world.call('/v1/bulletins', { headers: given })).status
    expect(await ask({ 'If-None-Match': etag })).toBe(304)
    expect(await ask({ 'If-None-Match': `"other", W/${etag}` })).toBe(304)
    expect(await ask({ 'If-None-Match': '"other"', 'If-Modified-Since': modified })).toBe(200)
    expect(await ask({ 'If-Modified-Since': modified })).toBe(304)
    expect(await ask({ 'If-Modified-Since': 'Thu, 01 Jan 2026 00:00:00 GMT' })).toBe(200)
    await step(alert, { action: 'block', reason: 'so' })
    expect(await ask({ 'If-None-Match': etag })).toBe(200)
  })
})
