/**
 * What bad input gets from the running program: a clear answer, while a neighbour's messages all
 * arrive. The neighbour publishes from the beginning to the end of this file.
 */
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { generate } from 'mqtt-packet'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDevice, newDevice, newParty, type TestDevice } from './devices.ts'
import { allEventIDs, get, post, until } from './http.ts'
import { document, newEvent } from './messages.ts'
import { metricsOf } from './metrics.ts'
import { type Program, startProgram } from './program.ts'

const { eventTime: _none, ...timeless } = newEvent()
const nested = `${'{"a":'.repeat(100)}0${'}'.repeat(100)}`

/** Message, and the code and path of its rejection. */
const wrong: readonly (readonly [what: string, message: string, code: string, path: string])[] = [
  ['malformed JSON', '{"type":', 'json_malformed', ''],
  ['a number that JSON does not have', '{"value":NaN}', 'json_malformed', ''],
  ['a byte order mark', `\ufeff${JSON.stringify(newEvent())}`, 'json_malformed', ''],
  ['deep nesting', nested, 'nested_too_deep', ''],
  ['no object', '17', 'type_wrong', ''],
  ['an unknown type', '{"type":"FooEvent"}', 'event_type_unknown', '/type'],
  ['a wrong type', JSON.stringify(newEvent({ epcList: 'a' })), 'type_wrong', '/epcList'],
  ['a missing field', JSON.stringify(timeless), 'field_missing', '/eventTime'],
  ['an unknown field', JSON.stringify(newEvent({ color: 'red' })), 'field_unknown', '/color'],
  [
    'an impossible time',
    JSON.stringify(newEvent({ eventTime: '2026-02-30T00:00:00Z' })),
    'time_invalid',
    '/eventTime',
  ],
  [
    'a time far ahead',
    JSON.stringify(newEvent({ eventTime: '2199-01-01T00:00:00Z' })),
    'event_time_in_future',
    '/eventTime',
  ],
]

let program: Program
let key: string
let device: TestDevice
let client: MqttClient
let neighbourKey: string
let neighbour: { stop(): Promise<readonly string[]> }
const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))

beforeAll(async () => {
  program = await startProgram(dataDir, { LOG_LEVEL: 'warn' })
  key = await newParty(program, 'bad')
  device = await newDevice(program, 'bad', 'gate')
  client = await connectDevice(program, device)
  await client.subscribeAsync(device.topic('rejected'), { qos: 1 })
  neighbourKey = await newParty(program, 'good')
  neighbour = publishOn(await newDevice(program, 'good', 'gate'))
})
afterAll(async () => {
  await client.endAsync()
  await program.end('SIGTERM')
  rmSync(dataDir, { recursive: true })
})

describe('over MQTT', () => {
  it.each(wrong)('%s is acknowledged, told on the topic and kept whole', async (...row) => {
    const [, message, code, path] = row
    const told = nextMessage()
    await client.publishAsync(device.topic('epcis'), message, { qos: 1 })
    expect(await told).toMatchObject({ code, path, topic: device.topic('epcis') })
    const { body } = await get(program, '/v1/rejections?perPage=1', key)
    expect(body['items']).toMatchObject([{ code, path, device: 'gate' }])
  })

  it('an invalid sequence of bytes is told as malformed JSON', async () => {
    const told = nextMessage()
    await client.publishAsync(device.topic('epcis'), Buffer.from([0x22, 0xff, 0x22]), { qos: 1 })
    expect(await told).toMatchObject({ code: 'json_malformed' })
  })

  it('raw reads are told that they need a binding', async () => {
    const told = nextMessage()
    await client.publishAsync(device.topic('reads'), '{"epcHex":"30"}', { qos: 1 })
    expect(await told).toMatchObject({ code: 'reads_not_supported' })
  })

  it('an identifier with a wrong check digit is stored and flagged, not refused', async () => {
    const event = newEvent({ epcList: ['https://id.gs1.org/01/09521321000019/21/1'] })
    await client.publishAsync(device.topic('epcis'), JSON.stringify(event), { qos: 1 })
    const path = `/epcis/events/${encodeURIComponent(event.eventID)}`
    const { status } = await until(
      () => get(program, path, key),
      ({ status }) => status === 200,
    )
    expect(status).toBe(200)
  })

  it('a wrong key is refused at the door', async () => {
    const stranger = { ...device, password: 'wrong' }
    await expect(connectDevice(program, stranger, { reconnectPeriod: 0 })).rejects.toThrow(
      /Bad username or password/,
    )
  })

  it('a device on the topic of another is disconnected and its message goes nowhere', async () => {
    const intruder = await connectDevice(program, device, {
      clientId: 'intruder',
      reconnectPeriod: 0,
    })
    const closed = new Promise<void>((resolve) => intruder.once('close', resolve))
    intruder.publish('suyuan/v1/good/site-1/gate/epcis', JSON.stringify(newEvent()), { qos: 1 })
    await closed
    const { body } = await get(program, '/v1/rejections?perPage=1', neighbourKey)
    expect(body['items']).toEqual([])
  })

  it('a packet of 300 MB ends its connection before it is read', async () => {
    const socket = connectTcp(program.mqttPort, '127.0.0.1')
    await once(socket, 'connect')
    const { party, device: name, password } = device
    const login = { username: `${party}/${name}`, password: Buffer.from(password) }
    const hello = { clientId: 'huge', clean: true, keepalive: 60, ...login }
    socket.write(generate({ cmd: 'connect', ...hello }))
    await once(socket, 'data')
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => undefined)
    // A PUBLISH whose fixed header announces 300 MB.
    socket.write(Buffer.from([0x32, 0x80, 0xc6, 0x86, 0x8f, 0x01]))
    for (let sent = 0; sent < 300 && !socket.destroyed; sent += 1) {
      if (!socket.write(Buffer.alloc(1024 * 1024))) {
        await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
      }
    }
    await closed
    expect(socket.bytesWritten).toBeLessThan(100 * 1024 * 1024)
  })

  it('an event of 50,000 EPCs is stored', async () => {
    const epcList = [...Array(50_000).keys()].map((at) => `urn:epc:id:sgtin:6901234.000002.${at}`)
    const event = newEvent({ epcList })
    await client.publishAsync(device.topic('epcis'), JSON.stringify(event), { qos: 1 })
    const path = `/epcis/events/${encodeURIComponent(event.eventID)}`
    await until(
      () => get(program, path, key),
      ({ status }) => status === 200,
    )
  })

  it('100,000 tiny messages at once are acknowledged and rejected one by one', async () => {
    // A connection can have 65,535 messages on their way [MQTT-2.3.1].
    const [connections, each] = [10, 10_000]
    const before = await metric('ingest_rejections')
    await Promise.all(
      [...Array(connections).keys()].map(async (at) => {
        const storm = await connectDevice(program, device, { clientId: `storm-${at}` })
        const sent = [...Array(each).keys()].map((number) =>
          storm.publishAsync(device.topic('epcis'), String(number), { qos: 1 }),
        )
        await Promise.all(sent)
        await storm.endAsync()
      }),
    )
    await until(behindBytes, (bytes) => bytes === 0)
    const { body } = await get(program, '/v1/rejections?perPage=1', key)
    expect(body['items']).toMatchObject([{ code: 'type_wrong' }])
    expect(await metric('ingest_rejections')).toBe(before + connections * each)
    expect(peakMemoryMiB()).toBeLessThan(1024)
  }, 120_000)
})

describe('over HTTP', () => {
  it.each(wrong)('%s is answered with its code and place', async (...row) => {
    const [, message, code, path] = row
    const { status, headers, body } = await post(program, '/epcis/events', key, message)
    expect(status).toBe(400)
    expect(headers.get('content-type')).toMatch('application/problem+json')
    expect(body).toMatchObject({ code, path })
  })

  it('a document with a wrong event is refused whole, or stored without it, as asked', async () => {
    const behaviours = [
      ['rollback', 0],
      ['proceed', 1],
    ] as const
    for (const [behaviour, stored] of behaviours) {
      const headers = { 'GS1-Capture-Error-Behaviour': behaviour }
      const wrongDocument = document(newEvent(), timeless)
      const answer = await post(program, '/epcis/capture', key, wrongDocument, headers)
      expect(answer.status).toBe(202)
      const job = await until(
        () => get(program, new URL(answer.headers.get('location') ?? '').pathname, key),
        ({ body }) => body['running'] === false,
      )
      expect(job.body).toMatchObject({ success: false, stored, errorCount: 1 })
    }
  })

  it('the same eventID with other content is a conflict, with the same content none', async () => {
    const event = newEvent()
    const statusOf = async (body: object) =>
      (await post(program, '/epcis/events', key, body)).status
    expect(await statusOf(event)).toBe(201)
    expect(await statusOf(event)).toBe(201)
    expect(await statusOf({ ...event, action: 'DELETE' })).toBe(409)
  })

  it('a body of 300 MB is refused, and a wrong key', async () => {
    const chunk = Buffer.alloc(1024 * 1024, ' ')
    async function* endless() {
      for (let sent = 0; sent < 300; sent += 1) yield chunk
    }
    const response = await fetch(`${program.apiUrl}/epcis/capture`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: ReadableStream.from(endless()),
      duplex: 'half',
    } as RequestInit).catch(() => undefined)
    // A server that stops reading may be heard as its answer or as the end of the connection.
    expect([413, undefined]).toContain(response?.status)
    expect((await post(program, '/epcis/capture', 'wrong', document())).status).toBe(401)
  })
})

describe('the neighbour', () => {
  it('has lost nothing of what it published meanwhile', async () => {
    const published = await neighbour.stop()
    await until(behindBytes, (bytes) => bytes === 0)
    const stored = new Set(await allEventIDs(program, neighbourKey))
    expect(published.length).toBeGreaterThan(10)
    expect(published.filter((eventID) => !stored.has(eventID))).toEqual([])
  })
})

function publishOn(its: TestDevice): { stop(): Promise<readonly string[]> } {
  const acknowledged: string[] = []
  let isOver = false
  const publishing = (async () => {
    const connected = await connectDevice(program, its)
    while (!isOver) {
      const event = newEvent()
      await connected.publishAsync(its.topic('epcis'), JSON.stringify(event), { qos: 1 })
      acknowledged.push(event.eventID)
    }
    await connected.endAsync()
  })()
  return {
    async stop() {
      isOver = true
      await publishing
      return acknowledged
    },
  }
}

/** What the device is told next on its `rejected` topic. */
function nextMessage(): Promise<Record<string, unknown>> {
  return new Promise((resolve) => {
    client.once('message', (_topic, payload) => resolve(JSON.parse(payload.toString())))
  })
}

async function metric(name: string): Promise<number> {
  return (await metricsOf(program)).get(name) ?? Number.NaN
}

const behindBytes = () => metric('ingest_behind_bytes')

/** Most memory the program has had; 0 where the system does not tell. */
function peakMemoryMiB(): number {
  if (process.platform !== 'linux') return 0
  const status = readFileSync(`/proc/${program.pid}/status`, 'utf8')
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024
}
