/** Webhooks of the program as it runs, in its own threads. */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Receiver, startReceiver } from '../api/webhooks/receiver.ts'
import { newParty } from './devices.ts'
import { get, post, until } from './http.ts'
import { metricsOf } from './metrics.ts'
import { type Program, startProgram } from './program.ts'

let dataDir: string
let receiver: Receiver

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'suyuan-webhooks-'))
  receiver = await startReceiver()
})
afterAll(async () => {
  await receiver.close()
  rmSync(dataDir, { recursive: true })
})

const born = (day: number) => ({
  '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
  type: 'ObjectEvent',
  eventTime: `2026-03-0${day}T08:00:00Z`,
  eventTimeZoneOffset: '+00:00',
  epcList: ['https://id.gs1.org/01/09521321000018/21/A'],
  ...{ action: 'ADD', bizStep: 'commissioning' },
})

it('tells a receiver of an alert as it is raised, and of the rest after a restart', async () => {
  const settings = { ALLOW_PRIVATE_WEBHOOKS: '1', PUBLIC_URL: 'https://trace.example/' }
  let program = await startProgram(dataDir, settings)
  try {
    const key = await newParty(program, 'maker')
    const { url } = receiver
    const filters = { types: ['suyuan.alert.*'] }
    const made = await post(program, '/v1/webhooks', program.key, { url, filters })
    expect(made.body).toMatchObject({ status: 'active', handshake: { ok: true } })
    // It holds the secret.
    expect(statSync(join(dataDir, 'webhooks.db')).mode & 0o777).toBe(0o600)
    for (const day of [1, 2]) {
      const { status } = await post(program, '/epcis/events', key, born(day))
      expect(status).toBe(201)
    }
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0)
    const [first] = receiver.received
    expect(first?.event).toMatchObject({ source: 'https://trace.example' })
    await expect
      .poll(() => metricsOf(program))
      .toSatisfy(
        (metrics: ReadonlyMap<string, number>) =>
          metrics.get('webhooks') === 1 &&
          (metrics.get('webhook_delivered') ?? 0) > 0 &&
          metrics.get('webhook_pending') === 0 &&
          metrics.get('webhook_behind_steps') === 0,
      )
    await program.end('SIGTERM')
    program = await startProgram(dataDir, settings)
    const alert = String(first?.event.subject)
    const step = { action: 'publish', reason: 'so', notice: { zh: '勿食', en: 'Do not eat' } }
    await post(program, `/v1/alerts/${alert}/steps`, program.key, step)
    await expect
      .poll(() => receiver.received.map(({ event: { type } }) => type))
      .toContain('suyuan.alert.published')
    const feed = await until(
      async () => (await fetch(`${program.apiUrl}/v1/bulletins`)).text(),
      (text) => text.includes('<entry>'),
    )
    expect(feed).toContain('https://trace.example/v1/bulletins/evt_')
  } finally {
    await program.end('SIGTERM')
  }
}, 600_000)

it('sends nothing to this machine without the setting', async () => {
  const program: Program = await startProgram(dataDir)
  try {
    const count = receiver.received.length
    const { body } = await get(program, '/v1/webhooks')
    const [{ id }] = body['items'] as [{ id: string }]
    const { body: pinged } = await post(program, `/v1/webhooks/${id}/ping`, program.key, {})
    const path = `/v1/webhooks/${id}/deliveries/${pinged['delivery']}`
    const tried = await until(
      async () => (await get(program, path)).body,
      ({ attempts }) => attempts === 1,
    )
    expect(tried).toMatchObject({ state: 'ready', code: 'private_address' })
    expect(receiver.received).toHaveLength(count)
    const made = await post(program, '/v1/webhooks', program.key, { url: receiver.url })
    expect(made.body).toMatchObject({ status: 400, code: 'url_not_https' })
  } finally {
    await program.end('SIGTERM')
  }
}, 600_000)
