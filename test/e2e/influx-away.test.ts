/** What the program says of itself and to callers while InfluxDB does not answer. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MqttClient } from 'mqtt'
import { describe, expect, it } from 'vitest'
import { startProxy } from '../store/influx-proxy.ts'
import { hasInfluxd, startInflux } from '../store/influx-server.ts'
import { connectDevice, newDevice, newParty } from './devices.ts'
import { get, until } from './http.ts'
import { metricsOf } from './metrics.ts'
import { type Program, startProgram } from './program.ts'

const url = `/v1/telemetry?device=${encodeURIComponent('farm/gate')}`

describe.skipIf(!hasInfluxd())('while InfluxDB does not answer', () => {
  it('that shows though nothing comes in, and each answer is whole or 503', async () => {
    const influx = await startInflux()
    const proxy = await startProxy(influx.url)
    const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-e2e-'))
    let program: Program | undefined
    let client: MqttClient | undefined
    try {
      const started = await startProgram(dataDir, {
        INFLUX_URL: proxy.url,
        INFLUX_READ_SECONDS: '1',
      })
      program = started
      const key = await newParty(started, 'farm')
      const device = await newDevice(started, 'farm', 'gate')
      client = await connectDevice(started, device)
      const readings = [{ type: 'Temperature', value: 4, uom: 'CEL' }]
      const sent = JSON.stringify({ time: '2026-03-04T00:00:01Z', readings })
      await client.publishAsync(device.topic('telemetry'), sent, { qos: 1 })
      const behind = async () => (await metricsOf(started)).get('ingest_behind_bytes')
      await until(behind, (bytes) => bytes === 0)
      expect((await get(started, url, key)).status).toBe(200)

      proxy.decide = () => 'cut before'
      const isReady = () => get(started, '/readyz')
      const away = await until(isReady, ({ status }) => status === 503)
      const checks = away.body['checks'] as { name: string; ok: boolean; detail: string }[]
      expect(checks.filter(({ ok }) => !ok).map(({ name }) => name)).toEqual(['store'])
      expect(JSON.stringify(away.body)).toMatch(/cannot be reached/)
      expect((await get(started, '/livez')).status).toBe(200)

      // One that is stopped, too: it answers nothing.
      for (const fate of ['cut before', 'hold'] as const) {
        proxy.decide = () => fate
        // Far longer than what it is told to wait, and less than it waits untold.
        const signal = AbortSignal.timeout(25_000)
        const { status, headers, body } = await get(started, url, key, signal)
        expect([status, headers.get('retry-after')]).toEqual([503, expect.anything()])
        const told = JSON.stringify([body, (await isReady()).body])
        expect(told).not.toContain(new URL(proxy.url).host)
      }

      // Who asks next does not wait for it again, and leaves nothing waiting there.
      const asked = () => proxy.asked.filter(({ body }) => body.includes('telemetry')).length
      const before = asked()
      const page = await Promise.all(Array.from({ length: 20 }, () => get(started, url, key)))
      for (const { status, headers, body } of page) {
        expect([status, body['code'], headers.get('retry-after')]).toEqual([
          ...[503, 'unavailable', expect.anything()],
        ])
      }
      expect(asked()).toBe(before)

      proxy.decide = () => 'pass'
      await until(
        () => get(started, url, key),
        ({ status }) => status === 200,
      )
      await until(isReady, ({ status }) => status === 200)
      const lines = started.output().trim().split('\n')
      for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow()
    } finally {
      await client?.endAsync(true)
      await program?.end('SIGKILL')
      await proxy.end()
      await influx.end()
      rmSync(dataDir, { recursive: true })
    }
  }, 300_000)
})
