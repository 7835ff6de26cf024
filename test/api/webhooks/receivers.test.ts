import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { event, startWorld, type World } from '../world.ts'
import { type Behaviour, ok, type Receiver, startReceiver, status } from './receiver.ts'

let world: World
let receiver: Receiver
let regulator: string
let maker: string

beforeEach(async () => {
  world = await startWorld()
  receiver = await startReceiver()
  maker = world.party('maker')
  regulator = world.key({ role: 'regulator', label: '' })
})
afterEach(async () => {
  await world.close()
  await receiver.close()
})

const call = (path: string, body: object = {}) =>
  world.call(`/v1/webhooks${path}`, { method: 'POST', key: regulator, body })

async function make(url = receiver.url, more: object = {}): Promise<string> {
  const made = await call('', { url, ...more })
  expect(made.json).toMatchObject({ status: 'active' })
  return String(made.json['id'])
}

async function ping(id: string): Promise<number> {
  return Number((await call(`/${id}/ping`)).json['delivery'])
}

async function delivery(id: string, seq: number) {
  const { json } = await world.call(`/v1/webhooks/${id}/deliveries/${seq}`, { key: regulator })
  return json as {
    state: string
    due?: string
    created: string
    attempts: number
    tried: { code: string; status?: number; ms: number }[]
  }
}

async function webhook(id: string) {
  return (await world.call(`/v1/webhooks/${id}`, { key: regulator })).json
}

/** What one attempt comes to when a receiver does this. */
async function outcome(behaviour: Behaviour) {
  const id = await make()
  receiver.behave(behaviour)
  const seq = await ping(id)
  await world.delivered()
  const { state, tried, attempts } = await delivery(id, seq)
  expect(attempts).toBe(1)
  return { state, code: tried[0]?.code, status: tried[0]?.status, id }
}

describe('a receiver that', () => {
  it('answers 2xx has it', async () => {
    expect(await outcome(status(202))).toMatchObject({ state: 'delivered', code: 'delivered' })
  })

  it('answers 500 or 404 is tried again', async () => {
    expect(await outcome(status(500))).toMatchObject({
      state: 'ready',
      code: 'refused',
      status: 500,
    })
    expect(await outcome(status(404))).toMatchObject({
      state: 'ready',
      code: 'refused',
      status: 404,
    })
  })

  it('redirects is not followed, to wherever it leads', async () => {
    const other = await startReceiver()
    for (const code of [301, 302, 307, 308]) {
      const told = await outcome(status(code, { Location: other.url }))
      expect(told).toMatchObject({ state: 'ready', code: 'redirected', status: code })
    }
    expect(other.received).toEqual([])
    await other.close()
  })

  it('never answers is cut off in time', async () => {
    expect(await outcome(() => undefined)).toMatchObject({ state: 'ready', code: 'timeout' })
  })

  it('answers without an end is cut off in time', async () => {
    const told = await outcome((response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('.'), 20)
      response.on('close', () => clearInterval(timer))
    })
    expect(told).toMatchObject({ state: 'ready', code: 'timeout' })
  })

  it('closes the connection instead of an answer is tried again', async () => {
    const told = await outcome((_response, _received, request) => request.socket.destroy())
    expect(told).toMatchObject({ state: 'ready', code: 'cut' })
  })

  it('says a length and closes before it is tried again', async () => {
    const told = await outcome((response) => {
      response.writeHead(200, { 'Content-Length': '1000' })
      response.write('short')
      setTimeout(() => response.destroy(), 20)
    })
    expect(told).toMatchObject({ state: 'ready', code: 'cut' })
  })

  it('sends more than it says has answered, and what is more is never taken for an answer', async () => {
    const told = await outcome((_response, _received, { socket }) => {
      socket.write('HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno')
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
    })
    expect(told).toMatchObject({ state: 'ready', code: 'refused', status: 500 })
    receiver.behave(status(503))
    await world.delivered(0.01)
    expect(receiver.received).toHaveLength(2)
    expect(await delivery(told.id, 1)).toMatchObject({ attempts: 2, code: 'throttled' })
  })

  it('speaks no HTTP, or headers without an end, is tried again', async () => {
    const nonsense = await outcome((_response, _received, { socket }) => {
      socket.end('SSH-2.0-OpenSSH_9.0\r\n')
    })
    expect(nonsense).toMatchObject({ state: 'ready', code: 'malformed' })
    const endless = await outcome((_response, _received, { socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(200_000)}\r\n\r\n`)
    })
    expect(endless).toMatchObject({ state: 'ready', code: 'malformed' })
  })

  it('answers with a huge body is heard as far as its status, and little of it is read', async () => {
    let sent = 0
    const told = await outcome((response) => {
      response.writeHead(200)
      const more = () => {
        if (response.destroyed) return
        sent += 65_536
        if (response.write(Buffer.alloc(65_536))) setImmediate(more)
        else response.once('drain', more)
      }
      more()
    })
    expect(told).toMatchObject({ state: 'delivered', code: 'delivered' })
    expect(sent).toBeLessThan(50_000_000)
  })

  it('answers 410 is never sent to again, until it agrees again', async () => {
    const { id } = await outcome(status(410))
    expect(await webhook(id)).toMatchObject({
      ...{ status: 'disabled', disabledFor: 'gone', pending: 0, dead: 1 },
    })
    const count = receiver.received.length
    await world.delivered(48)
    expect(receiver.received).toHaveLength(count)
    receiver.behave(ok)
    await call(`/${id}/verify`)
    expect(await webhook(id)).toMatchObject({ status: 'active' })
    const seq = await ping(id)
    await world.delivered(48)
    expect(await delivery(id, seq)).toMatchObject({ state: 'delivered' })
  })

  it('asks for a pause gets it, for all that there is to send', async () => {
    const { id, state, code } = await outcome(status(429, { 'Retry-After': '3600' }))
    expect({ state, code }).toEqual({ state: 'ready', code: 'throttled' })
    receiver.behave(ok)
    const count = receiver.received.length
    await ping(id)
    await world.delivered(0.9)
    expect(receiver.received).toHaveLength(count)
    await world.delivered(1.1)
    await world.delivered(1.1)
    expect(receiver.received.length).toBe(count + 2)
  })

  it('asks for a pause by a date gets it', async () => {
    const inTwoHours = new Date(Date.now() + 7_200_000).toUTCString()
    const id = await make()
    receiver.behave(status(503, { 'Retry-After': inTwoHours }))
    const seq = await ping(id)
    await world.delivered()
    const { due = '', created } = await delivery(id, seq)
    const hours = (Date.parse(due) - Date.parse(created)) / 3_600_000
    expect(hours).toBeGreaterThan(1.99)
    expect(hours).toBeLessThan(2.01)
  })

  it('is not there is tried again', async () => {
    const id = await make()
    await receiver.close()
    const seq = await ping(id)
    await world.delivered()
    expect(await delivery(id, seq)).toMatchObject({ tried: [{ code: 'connection' }] })
    receiver = await startReceiver()
  })
})

describe('attempts', () => {
  it('follow the schedule, and end in a dead letter that can be sent again', async () => {
    const id = await make()
    receiver.behave(status(500))
    const seq = await ping(id)
    let hours = 0
    const pauses: number[] = []
    for (let n = 0; n < 12; n += 1) {
      await world.delivered(hours)
      const { state, due = '' } = await delivery(id, seq)
      if (state !== 'ready') break
      const next = (Date.parse(due) - Date.now()) / 3_600_000
      pauses.push((next - hours) * 3600)
      hours = next + 0.001
    }
    const schedule = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    expect(pauses).toHaveLength(schedule.length)
    for (const [at, pause] of pauses.entries()) {
      const least = schedule[at] ?? 0
      expect(pause).toBeGreaterThan(least * 0.98 - 5)
      expect(pause).toBeLessThan(least * 1.22 + 5)
    }
    expect(await delivery(id, seq)).toMatchObject({ state: 'dead', attempts: 10 })
    const dead = await world.call(`/v1/webhooks/${id}/deliveries?state=dead`, { key: regulator })
    expect(dead.json['items']).toMatchObject([{ delivery: seq, code: 'exhausted' }])
    const ids = new Set(receiver.received.map((each) => each.id))
    expect([receiver.received.length, ids.size]).toEqual([10, 1])
    receiver.behave(ok)
    const again = await call(`/${id}/replay`, { delivery: seq })
    await world.delivered(hours + 1)
    expect(await delivery(id, Number(again.json['delivery']))).toMatchObject({ state: 'delivered' })
    expect(receiver.received.at(-1)?.id).toBe(receiver.received[0]?.id)
  })

  it('that fail for days disable the webhook', async () => {
    const id = await make()
    receiver.behave(status(500))
    await ping(id)
    await world.delivered()
    await ping(id)
    await world.delivered(121)
    expect(await webhook(id)).toMatchObject({ status: 'disabled', disabledFor: 'failing' })
  })

  it('keep to the rate that the receiver allows', async () => {
    receiver.allow({ 'WebHook-Allowed-Origin': '*', 'WebHook-Allowed-Rate': '1' })
    const id = await make()
    const count = receiver.received.length
    for (let n = 0; n < 3; n += 1) await ping(id)
    await world.delivered()
    await world.delivered()
    expect(receiver.received).toHaveLength(count + 1)
    await world.delivered(0.02)
    await world.delivered(0.02)
    expect(receiver.received).toHaveLength(count + 2)
  })
})

describe('order and independence', () => {
  const born = (name: string, day: number) =>
    event({
      eventTime: `2026-03-0${day}T08:00:00Z`,
      epcList: [`https://id.gs1.org/01/09521321000018/21/${name}`],
      ...{ action: 'ADD', bizStep: 'commissioning' },
    })

  async function raise(...names: string[]): Promise<string[]> {
    for (const day of [1, 2]) {
      await world.capture(maker, ...names.map((name) => born(name, day)))
    }
    await world.watched()
    const list = await world.call('/v1/alerts?perPage=100', { key: regulator })
    return (list.json['items'] as { id: string }[]).map(({ id }) => id).reverse()
  }

  it('the steps of one alert arrive in their order, whatever fails between', async () => {
    await make()
    let n = 0
    receiver.behave((response) => {
      n += 1
      response.writeHead(n % 2 === 0 ? 200 : 500).end()
    })
    const [alert = ''] = await raise('A')
    for (const action of ['acknowledge', 'start', 'block', 'comment', 'unblock']) {
      const body = { action, reason: 'so' }
      await world.call(`/v1/alerts/${alert}/steps`, { method: 'POST', key: regulator, body })
    }
    await world.watched()
    for (let hours = 0; hours < 0.2; hours += 0.01) await world.delivered(hours)
    const arrived = receiver.received.filter((_, at) => at % 2 === 1)
    expect(arrived.map(({ event: { type } }) => type.split('.')[2])).toEqual([
      ...['raised', 'acknowledged', 'started', 'blocked', 'commented', 'unblocked'],
    ])
    const sequences = arrived.map(({ event: { sequence } }) => sequence)
    expect(sequences).toEqual([...sequences].sort())
    const failed = receiver.received.filter((_, at) => at % 2 === 0)
    expect(failed.map(({ id }) => id)).toEqual(arrived.map(({ id }) => id))
  })

  it('receivers that hang keep nobody else waiting, however many they are', async () => {
    const hanging = await startReceiver()
    for (let n = 0; n < 70; n += 1) {
      // A host is asked so often a minute and no more.
      if (n % 25 === 0) await world.watched(n / 1000)
      await make(hanging.url)
    }
    hanging.behave(() => undefined)
    await make()
    await raise('warm')
    await expect.poll(() => receiver.received.length).toBe(1)
    // All slots of those that may hang are taken; who has answered well has others.
    await expect.poll(() => hanging.received.length).toBeGreaterThanOrEqual(64)
    const before = hanging.received.length
    await raise('B', 'C')
    await expect.poll(() => receiver.received.length, { interval: 5 }).toBe(3)
    expect(hanging.received.length).toBeLessThan(before + 70)
    await hanging.close()
  })

  it('what was not there to be read stays cut: an open port that says nothing', async () => {
    const sockets = new Set<Socket>()
    const silent: Server = createServer((socket) => sockets.add(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const made = await call('', { url: `http://127.0.0.1:${port}/` })
    expect(made.json).toMatchObject({
      status: 'unverified',
      handshake: { ok: false, code: 'timeout' },
    })
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
})
