import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { adminKey, event, startWorld, type World } from './world.ts'

const epc = (name: string) => `https://id.gs1.org/01/09521321000018/21/${name}`
const born = (name: string, day: number) =>
  event({
    eventTime: `2026-03-0${day}T08:00:00Z`,
    ...{ epcList: [epc(name)], action: 'ADD', bizStep: 'commissioning' },
  })

let world: World
let maker: string
let shop: string
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  maker = world.party('maker')
  shop = world.party('shop')
  regulator = world.key({ role: 'regulator', label: '' })
})
afterEach(() => world.close())

/** Raises an alert of a serial that is commissioned twice. */
async function raise(name: string, key = maker): Promise<void> {
  await world.capture(key, born(name, 1), born(name, 2))
  await world.watched()
}

interface Message {
  readonly id: string
  readonly steps: { seq: number; step: string; alert: { subject: string } }[]
}

/** Opens a stream; `next` gives its next message of steps. */
function open(lastEventID?: string, key = regulator, query = '') {
  const last = lastEventID === undefined ? {} : { 'Last-Event-ID': lastEventID }
  return openAs({ Authorization: `Bearer ${key}`, ...last }, query)
}

async function openAs(headers: Record<string, string>, query = '') {
  const response = await world.app.request(`/v1/alerts/stream${query}`, { headers })
  const reader = response.body?.getReader()
  if (!reader) throw new Error('there is no body')
  let text = ''
  return {
    response,
    reader,
    async next(): Promise<Message> {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const lines = text.slice(0, end).split('\n')
          text = text.slice(end + 2)
          const field = (name: string) =>
            lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
          const data = field('data')
          if (data !== undefined && field('event') === 'steps')
            return { id: field('id') ?? '', steps: JSON.parse(data) }
          continue
        }
        const { value, done } = await reader.read()
        if (done) throw new Error('the stream ended')
        text += new TextDecoder().decode(value)
      }
    },
  }
}

describe('the stream of steps', () => {
  it('tells each step as it is taken, with its alert', async () => {
    const stream = await open()
    expect(stream.response.headers.get('Content-Type')).toBe('text/event-stream')
    await raise('A')
    const first = await stream.next()
    expect(first.steps).toMatchObject([{ step: 'raised', alert: { subject: epc('A') } }])
    await raise('B')
    expect((await stream.next()).steps).toMatchObject([{ alert: { subject: epc('B') } }])
    await stream.reader.cancel()
  })

  it('goes on exactly behind the last id that was taken', async () => {
    for (const name of ['A', 'B', 'C']) await raise(name)
    const all = await (await open('0')).next()
    expect(all.steps.map(({ seq }) => seq)).toEqual([1, 2, 3])
    expect(all.id).toBe('3')
    for (const from of [1, 2]) {
      const rest = await (await open(String(from))).next()
      expect(rest.steps.map(({ seq }) => seq)).toEqual([1, 2, 3].slice(from))
    }
    // 4 is no step yet: behind it the next one would be passed over.
    for (const query of ['lastEventID=x', 'lastEventID=4', 'rule=ZZ', 'domain=foo']) {
      const bad = await world.call(`/v1/alerts/stream?${query}`, { key: regulator })
      expect(bad.json, query).toMatchObject({ status: 400, path: query.split('=')[0] })
    }
  })

  it('puts many steps into one message, and what they are is never told twice', async () => {
    await world.capture(maker, ...Array.from({ length: 130 }, (_, at) => born(`S${at}`, 1)))
    await world.capture(maker, ...Array.from({ length: 130 }, (_, at) => born(`S${at}`, 2)))
    await world.watched()
    const stream = await open('0')
    const one = await stream.next()
    const two = await stream.next()
    expect([one.steps.length, two.steps.length]).toEqual([100, 30])
    const seqs = [...one.steps, ...two.steps].map(({ seq }) => seq)
    expect(seqs).toEqual(Array.from({ length: 130 }, (_, at) => at + 1))
  }, 60_000)

  it('tells a party what concerns it, and a reader what it asked for', async () => {
    await raise('A')
    await raise('B', shop)
    expect((await (await open('0', shop)).next()).steps).toMatchObject([
      { seq: 2, alert: { subject: epc('B'), parties: ['shop'] } },
    ])
    const filtered = await open('0', regulator, '?rule=C4')
    await raise('C')
    world.feed.close()
    await expect(filtered.next()).rejects.toThrow('ended')
  })

  it('ends with the key it was opened with, and tells nothing more', async () => {
    const key = world.key({ role: 'inspector', label: 'ends' })
    const stream = await open(undefined, key)
    const { keyId = '' } = world.registry.principal(key) ?? {}
    const end = { method: 'DELETE', key: adminKey } as const
    expect((await world.call(`/v1/keys/${keyId}`, end)).status).toBe(204)
    await expect(stream.next()).rejects.toThrow('ended')
    await raise('A')
    expect((await world.call('/v1/alerts/stream', { key })).status).toBe(401)
  })

  it('ends with the session it was opened with, and not with another of its key', async () => {
    const seat = async () => {
      const begun = await world.call('/v1/session', { method: 'POST', body: { key: regulator } })
      const Cookie = begun.headers.get('Set-Cookie')?.split(';')[0] ?? ''
      return { Cookie, 'Sec-Fetch-Site': 'same-origin' }
    }
    const [first, second] = [await seat(), await seat()]
    const [ending, staying] = [await openAs(first), await openAs(second)]
    await world.call('/v1/session', { method: 'DELETE', headers: first })
    await expect(ending.next()).rejects.toThrow('ended')
    await raise('A')
    expect((await staying.next()).steps).toMatchObject([{ alert: { subject: epc('A') } }])
    await staying.reader.cancel()
  })

  it('ends when the program does, and lets no more begin', async () => {
    const stream = await open()
    world.feed.close()
    await expect(stream.next()).rejects.toThrow('ended')
    const late = await world.call('/v1/alerts/stream', { key: regulator })
    expect(late.status).toBe(503)
  })
})
