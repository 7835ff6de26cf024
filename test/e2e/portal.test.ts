/** A portal and an edge node as they are plugged in, on a program that is killed in between. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isNewKey, request } from '#simulators/server.ts'
import { payload } from '../ingest/sparkplug-payloads.ts'
import { sgtin, sgtinUrn } from '../ingest/tags.ts'
import { connectDevice, newParty, type TestDevice } from './devices.ts'
import { eventsOf, get, queryEvents, until } from './http.ts'
import { metricsOf } from './metrics.ts'
import { type Program, startProgram } from './program.ts'

let program: Program
let key: string
const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-portal-'))

beforeAll(async () => {
  program = await startProgram(dataDir, { LOG_LEVEL: 'warn' })
  key = await newParty(program, 'dock')
})
afterAll(async () => {
  await program.end('SIGTERM')
  rmSync(dataDir, { recursive: true })
})

async function device(slug: string, more: object): Promise<TestDevice> {
  const body = { party: 'dock', device: slug, site: 'site-1', name: slug, ...more }
  const made = await request(program, 'PUT', `/v1/devices/dock/${slug}`, body)
  if (!isNewKey(made)) throw new Error(`${slug} was there before`)
  const topic = (channel: string) => `suyuan/v1/dock/site-1/${slug}/${channel}`
  return { party: 'dock', device: slug, password: made.secret, topic }
}

const startMs = Date.now() - 60_000

/** The n-th read of a tag, a quarter of a second after the one before. */
const read = (n: number) => ({
  timestamp: new Date(startMs + n * 250).toISOString(),
  hostname: 'impinj-15-0c-7a',
  eventType: 'tagInventory',
  tagInventoryEvent: { epcHex: sgtin(77), antennaPort: (n % 2) + 1, peakRssiCdbm: -5000 },
})

describe('a portal', () => {
  it('reads a tag forty times, half of them twice and a crash between: it is one event', async () => {
    const readPoint = 'https://id.gs1.org/414/6901234000016'
    const portal = await device('portal', {
      format: 'impinj-r700',
      topics: [{ topic: 'impinj/dock-1/events', channel: 'reads' }],
      binding: { readPoint, bizStep: 'receiving', quietMs: 5000 },
    })
    const before = await connectDevice(program, portal)
    for (let n = 0; n < 20; n += 1) {
      await before.publishAsync('impinj/dock-1/events', JSON.stringify(read(n)), { qos: 1 })
    }
    await before.endAsync(true)
    await program.end('SIGKILL')
    program = await startProgram(dataDir, { LOG_LEVEL: 'warn' })
    const after = await connectDevice(program, portal)
    for (let n = 10; n < 40; n += 1) {
      await after.publishAsync('impinj/dock-1/events', JSON.stringify(read(n)), { qos: 1 })
    }
    await after.endAsync()
    await until(
      () => metricsOf(program),
      (metrics) => metrics.get('ingest_behind_bytes') === 0,
    )
    expect(eventsOf(await queryEvents(program, key))).toMatchObject([
      {
        type: 'ObjectEvent',
        action: 'OBSERVE',
        bizStep: 'receiving',
        eventTime: new Date(startMs).toISOString(),
        readPoint: { id: readPoint },
        epcList: [sgtinUrn(77)],
      },
    ])
    const { body } = await get(program, '/v1/rejections', key)
    expect(body['items']).toEqual([])
  })
})

describe('an edge node', () => {
  it('that has lost a message is asked for its births', async () => {
    const edge = await device('edge', {
      format: 'sparkplug-b',
      topics: [{ topic: 'spBv1.0/dock/+/edge', channel: 'telemetry' }],
    })
    const client = await connectDevice(program, edge)
    const asked = new Promise<string>((resolve) => {
      client.once('message', (topic) => resolve(topic))
    })
    const [granted] = await client.subscribeAsync('spBv1.0/dock/NCMD/edge', { qos: 1 })
    expect(granted?.qos).toBeLessThanOrEqual(1)
    const send = (type: string, seq: number) =>
      client.publishAsync(
        `spBv1.0/dock/${type}/edge`,
        Buffer.from(payload([{ name: 'Temperature', datatype: 9, float: 4 }], seq, Date.now())),
      )
    await send('NBIRTH', 0)
    await send('NDATA', 2)
    expect(await asked).toBe('spBv1.0/dock/NCMD/edge')
    await client.endAsync()
  })
})
