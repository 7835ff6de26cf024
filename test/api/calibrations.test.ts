import { afterAll, beforeAll, expect, it } from 'vitest'
import { formatTimeUs } from '#epcis/time.ts'
import { adminKey, startWorld, type World } from './world.ts'

const dayMs = 86_400_000
const dayOf = (fromNow: number) => new Date(Date.now() + fromNow * dayMs).toISOString().slice(0, 10)

let world: World
beforeAll(async () => {
  world = await startWorld()
  for (const party of ['farm', 'mill']) {
    const body = { slug: party, name: party, domain: 'food' }
    await world.call(`/v1/parties/${party}`, { method: 'PUT', key: adminKey, body })
  }
  const due = { old: -10, soon: 10, fine: 300 }
  for (const [device, days] of Object.entries(due)) await put('farm', device, dayOf(days))
  await put('farm', 'never')
  await put('mill', 'other', dayOf(-1))
})
afterAll(() => world.close())

async function put(party: string, device: string, calibrationDue?: string): Promise<void> {
  const body = { party, device, site: 'barn', name: device, calibrationDue }
  const path = `/v1/devices/${party}/${device}`
  const { status } = await world.call(path, { method: 'PUT', key: adminKey, body })
  expect(status).toBe(201)
}

async function told(query: string, key = adminKey): Promise<unknown[]> {
  const { json } = await world.call(`/v1/calibrations${query}`, { key })
  const items = json['items'] as { party: string; device: string; state: string }[]
  return items.map(({ party, device, state }) => `${party}/${device} ${state}`)
}

it('calibrations are valid, due soon or overdue; what has none is not listed', async () => {
  expect(await told('')).toEqual([
    'farm/fine valid',
    'farm/old overdue',
    'farm/soon due_soon',
    'mill/other overdue',
  ])
  expect(await told('?state=overdue&party=farm')).toEqual(['farm/old overdue'])
  const own = world.key({ role: 'enterprise', party: 'mill', label: '' })
  expect(await told('', own)).toEqual(['mill/other overdue'])
})

it('they come page by page, each once', async () => {
  const seen: unknown[] = []
  let path: string | undefined = '/v1/calibrations?perPage=1'
  while (path !== undefined) {
    const { json }: Awaited<ReturnType<World['call']>> = await world.call(path, { key: adminKey })
    const items = json['items'] as { device: string }[]
    expect(items.length).toBeLessThanOrEqual(1)
    seen.push(...items.map(({ device }) => device))
    const token = json['nextPageToken']
    path = token === undefined ? undefined : `/v1/calibrations?perPage=1&nextPageToken=${token}`
  }
  expect(seen).toEqual(['fine', 'old', 'soon', 'other'])
})

it('an item that was with a sensor after its calibration had run out has that as a fact', async () => {
  const [truck, sensor] = [
    'https://id.gs1.org/8004/6901234TRUCK',
    'https://id.gs1.org/8004/6901234T1',
  ]
  const body = {
    ...{ party: 'farm', device: 'old', site: 'barn', name: 'old', epc: sensor },
    ...{ calibrationDue: dayOf(-10), binding: { asset: truck } },
  }
  await world.call('/v1/devices/farm/old', { method: 'PUT', key: adminKey, body })
  const item = 'https://id.gs1.org/01/06901234000016/21/1'
  const common = { eventTimeZoneOffset: '+00:00', bizStep: 'commissioning' }
  const at = (days: number) => formatTimeUs((Date.now() + days * dayMs) * 1000)
  const events = [
    { type: 'ObjectEvent', action: 'ADD', eventTime: at(-20), epcList: [item], ...common },
    {
      ...{ type: 'AggregationEvent', action: 'ADD', eventTime: at(-15) },
      ...{ parentID: truck, childEPCs: [item], eventTimeZoneOffset: '+00:00', bizStep: 'loading' },
    },
  ]
  const key = world.key({ role: 'enterprise', party: 'farm', label: '' })
  for (const event of events) {
    const answer = await world.call('/epcis/events', { method: 'POST', key, body: event })
    expect(answer.status, answer.text).toBe(201)
  }
  const { json } = await world.call(`/v1/items/${encodeURIComponent(item)}`, { key: adminKey })
  const facts = json['facts'] as { fact: string; key: string; value: string; time: string }[]
  expect(facts.find(({ fact }) => fact === 'sensor_calibration_overdue')).toEqual({
    ...{ fact: 'sensor_calibration_overdue', key: sensor, value: dayOf(-10) },
    time: `${dayOf(-9)}T00:00:00.000Z`,
  })
})
