/** What is acknowledged while InfluxDB is behind or away, as told meanwhile and afterwards. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { type Fate, type FaultyProxy, startProxy } from '../store/influx-proxy.ts'
import { hasInfluxd, startInflux } from '../store/influx-server.ts'
import { connectDevice, newDevice, newParty, type TestDevice } from './devices.ts'
import { type Answer, allEventIDs, get, until } from './http.ts'
import { newEvent } from './messages.ts'
import { metricsOf } from './metrics.ts'
import { freePorts, launchProgram, type Program } from './program.ts'

interface Told {
  readonly verdict: { readonly verdict: string; readonly reasons: readonly { fact: string }[] }
  readonly history: readonly { readonly eventID: string }[]
}

describe.skipIf(!hasInfluxd())('while InfluxDB does not take what is acknowledged', () => {
  it('answers include it, through kill -9, and once only when InfluxDB has it', async () => {
    const influx = await startInflux()
    const proxy = await startProxy(influx.url)
    const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
    const ports = await freePorts()
    const launch = () => launchProgram(dataDir, ports, { INFLUX_URL: proxy.url })
    let program = launch()
    let client: MqttClient | undefined
    try {
      await program.ready()
      const key = await newParty(program, 'farm')
      const device = await newDevice(program, 'farm', 'gate')
      client = await connectDevice(program, device)
      const sent = new Sender(client, device)
      const made = await sent.event({ action: 'ADD', bizStep: 'commissioning' })
      await sent.reading('2026-03-04T00:00:01Z')
      await until(
        () => storedOf(program, key),
        (ids) => ids.length === 1,
      )
      await until(
        () => behindOf(program),
        (bytes) => bytes === 0,
      )

      takeNoWrites(proxy)
      const moved = await sent.event({ epcList: made.epcList, eventTime: '2026-03-04T01:00:00Z' })
      const added = await sent.event({ action: 'ADD', bizStep: 'commissioning' })
      await sent.reading('2026-03-04T00:00:02Z')
      const [old = ''] = made.epcList
      const [young = ''] = added.epcList
      const all = [made, moved, added].map(({ eventID }) => eventID)
      const expectAll = async () => {
        await until(
          () => storedOf(program, key),
          (ids) => ids.length === all.length,
        )
        expect(await storedOf(program, key)).toEqual([...all].sort())
        const item = await get(program, `/v1/items/${old}`, key)
        expect(toldOf(item).history).toHaveLength(2)
        const { body } = await get(program, `/v1/trace/${old}`, key)
        expect(body['events']).toHaveLength(2)
        expect(await pointsOf(program, key)).toBe(2)
        return item
      }
      const lagging = await expectAll()
      expect(lagging.headers.get('suyuan-behind-bytes')).toBe(null)
      expect(toldOf(lagging).verdict).toMatchObject({ verdict: 'check' })
      expect(toldOf(lagging).verdict.reasons.map(({ fact }) => fact)).toContain('not_watched_yet')
      const metrics = await metricsOf(program)
      expect(metrics.get('ingest_behind_bytes')).toBeGreaterThan(0)
      expect(metrics.get('ingest_spooled_bytes')).toBe(metrics.get('ingest_behind_bytes'))

      proxy.decide = () => 'cut before'
      const whole = await get(program, `/v1/items/${young}`, key)
      expect(toldOf(whole).history).toHaveLength(1)
      expect(toldOf(whole).verdict.verdict).toBe('check')
      const part = await get(program, `/v1/items/${old}`, key)
      expect([part.status, part.headers.get('retry-after')]).toEqual([503, expect.anything()])

      takeNoWrites(proxy)
      await client.endAsync(true)
      await program.end('SIGKILL')
      program = launch()
      await until(
        () => get(program, '/healthz').catch(() => undefined),
        (up) => up !== undefined,
      )
      await expectAll()

      proxy.decide = () => 'pass'
      await until(
        () => behindOf(program),
        (bytes) => bytes === 0,
      )
      const stored = await expectAll()
      expect(stored.headers.get('suyuan-behind-bytes')).toBe(null)
      const facts = toldOf(stored).verdict.reasons.map(({ fact }) => fact)
      expect(facts).not.toContain('not_watched_yet')
      expect((await metricsOf(program)).get('ingest_spooled_bytes')).toBe(0)

      // Slow and no fault: a write that is answered when it is let through.
      let letThrough: () => void = () => undefined
      const isLet = new Promise<void>((resolve) => {
        letThrough = resolve
      })
      proxy.decide = async ({ path }): Promise<Fate> => {
        if (path.startsWith('/write')) await isLet
        return 'pass'
      }
      client = await connectDevice(program, device)
      const slow = new Sender(client, device)
      all.push((await slow.event({})).eventID, (await slow.event({})).eventID)
      await expectAll()
      expect((await metricsOf(program)).get('ingest_spooled_bytes')).toBeGreaterThan(0)
      letThrough()
      await until(
        () => behindOf(program),
        (bytes) => bytes === 0,
      )
      await expectAll()
    } finally {
      await client?.endAsync(true)
      await program.end('SIGKILL')
      await proxy.end()
      await influx.end()
      rmSync(dataDir, { recursive: true })
    }
  }, 300_000)
})

class Sender {
  readonly #client: MqttClient
  readonly #device: TestDevice

  constructor(client: MqttClient, device: TestDevice) {
    this.#client = client
    this.#device = device
  }

  /** Resolves when it is acknowledged. */
  async event(more: object) {
    const event = newEvent(more)
    await this.#send('epcis', event)
    return event
  }

  async reading(time: string): Promise<void> {
    const readings = [{ type: 'Temperature', value: 4, uom: 'CEL' }]
    await this.#send('telemetry', { time, readings })
  }

  async #send(channel: 'epcis' | 'telemetry', body: object): Promise<void> {
    await this.#client.publishAsync(this.#device.topic(channel), JSON.stringify(body), { qos: 1 })
  }
}

function takeNoWrites(proxy: FaultyProxy): void {
  proxy.decide = ({ path }) => (path.startsWith('/write') ? { status: 503 } : 'pass')
}

function toldOf({ body }: Answer): Told {
  return body as unknown as Told
}

async function storedOf(program: Program, key: string): Promise<string[]> {
  return (await allEventIDs(program, key)).sort()
}

async function behindOf(program: Program): Promise<number> {
  return (await metricsOf(program)).get('ingest_behind_bytes') ?? -1
}

async function pointsOf(program: Program, key: string): Promise<number> {
  const sensor = encodeURIComponent('urn:suyuan:device:farm:gate')
  const { body } = await get(program, `/v1/telemetry?device=${sensor}`, key)
  const series = body['series'] as { points: unknown[] }[]
  return series.reduce((sum, { points }) => sum + points.length, 0)
}
