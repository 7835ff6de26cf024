import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { event, startWorld, type World } from './world.ts'

let world: World
let maker: string

const born = (serial: string) =>
  event({ epcList: [`https://id.gs1.org/01/09521321000018/21/${serial}`], action: 'ADD' })

beforeAll(async () => {
  world = await startWorld()
  maker = world.party('maker')
  const other = world.party('other')
  await world.capture(maker, born('1'), born('2'))
  const wrong = { ...born('9'), action: 'NONE' }
  const refused = await world.call('/epcis/events', { method: 'POST', key: maker, body: wrong })
  expect(refused.status).toBe(400)
  await world.capture(other, born('3'))
})

afterAll(() => world.close())

/** A message of a sensor, as the gateway writes it into the journal. */
async function uplink(fCnt: number, devAddr: string): Promise<void> {
  const devEui = '24e124136b502217'
  const text = JSON.stringify({ deviceInfo: { devEui }, devAddr, fCnt, object: { temperature: 4 } })
  const entry = {
    ...({ kind: 'mqtt', party: 'maker', device: 'lora', payload: Buffer.from(text) } as const),
    topic: `application/7f/device/${devEui}/event/up`,
    receivedAtUs: Date.now() * 1000,
  }
  await new Promise<void>((resolve, reject) => {
    world.journal.append(entry, (error) => (error ? reject(error) : resolve()))
  })
}

async function activity(key: string, query = '') {
  const answer = await world.call(`/v1/device-activity${query}`, { key })
  expect(answer.status, answer.text).toBe(200)
  return answer.json['items'] as Record<string, unknown>[]
}

describe('how lively devices are', () => {
  it('tells of each when it was heard, how much came and how much was refused', async () => {
    const inspector = world.key({ role: 'inspector', label: '' })
    const all = await activity(inspector)
    expect(all.map(({ party }) => party)).toEqual(['maker', 'other'])
    const [first] = all
    expect(first).toMatchObject({ refused: 1 })
    const hours = first?.['hours'] as { messages: number; refused: number }[]
    expect(hours.reduce((sum, { messages }) => sum + messages, 0)).toBe(first?.['messages'])
    expect(hours.reduce((sum, { refused }) => sum + refused, 0)).toBe(1)
  })

  it('is told to a party of its own devices only', async () => {
    expect((await activity(maker)).map(({ party }) => party)).toEqual(['maker'])
    expect((await world.call('/v1/device-activity')).status).toBe(401)
  })

  it('comes page by page, each device once', async () => {
    const inspector = world.key({ role: 'inspector', label: '' })
    const first = await world.call('/v1/device-activity?perPage=1', { key: inspector })
    const token = String(first.json['nextPageToken'])
    const rest = await activity(inspector, `?perPage=1&nextPageToken=${token}`)
    expect(rest.map(({ party }) => party)).toEqual(['other'])
  })

  it('tells what never came by the numbers of the sender, and takes it back', async () => {
    const topic = 'application/7f/device/+/event/up'
    world.registry.devices.put({
      ...{ party: 'maker', site: 'barn', device: 'lora', name: 'lora', enabled: true },
      ...{ format: 'chirpstack-v4', topics: [{ topic, channel: 'telemetry' }] },
    })
    const lora = async () => (await activity(maker)).find(({ device }) => device === 'lora')
    for (const fCnt of [5, 6, 10]) await uplink(fCnt, '00189440')
    await expect.poll(async () => (await lora())?.['messages']).toBe(3)
    const lastGap = { source: '24e124136b502217', from: 7, to: 9, noticed: expect.any(String) }
    expect(await lora()).toMatchObject({ numbers: { received: 3, missing: 3, lastGap } })
    expect(await lora()).toMatchObject({ hours: [{ messages: 3, missing: 3 }] })
    for (const fCnt of [9, 8, 7, 0]) await uplink(fCnt, fCnt === 0 ? '0018aaaa' : '00189440')
    await expect.poll(async () => (await lora())?.['messages']).toBe(7)
    expect((await lora())?.['numbers']).toEqual({ received: 7, missing: 0 })
    const others = (await activity(maker)).filter(({ device }) => device !== 'lora')
    expect(others.every(({ numbers }) => numbers === undefined)).toBe(true)
  })
})
