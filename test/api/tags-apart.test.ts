import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startWorld, type World } from './world.ts'

/** No GS1 EPC, two of them; then serials of two products of which one is expected. */
const foreign = ['1234567890abcdef12345678', '1234567890abcdef12345679']
const [expected, other] = ['30361f9c8000444000000001', '30361f9c8000484000000001']
const path = '/v1/devices/maker/gate/apart'

/** What is kept apart is forgotten after thirty days. */
const [first, second] = [hoursAgo(2), hoursAgo(1)]

let world: World
let maker: string
let others: string

beforeAll(async () => {
  world = await startWorld()
  maker = world.party('maker')
  others = world.party('other')
  world.registry.devices.put({
    ...{ party: 'maker', site: 'dock', device: 'gate', name: 'gate', enabled: true, topics: [] },
    ...{ format: 'impinj-r700' },
    binding: {
      readPoint: 'https://id.gs1.org/414/9521321000018',
      bizStep: 'receiving',
      expected: ['https://id.gs1.org/01/08906528002736'],
    },
  })
  await read(first, [...foreign, expected, other])
  await read(second, [foreign[0] ?? ''])
  await vi.waitFor(async () => expect(await apart()).toMatchObject([{}, { reads: 2 }, {}]), 20_000)
})

afterAll(() => world.close())

function hoursAgo(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString()
}

/** A message of the reader, as the gateway writes it into the journal. */
async function read(timestamp: string, tags: readonly string[]): Promise<void> {
  const reads = tags.map((epcHex) => {
    const tagInventoryEvent = { epcHex, antennaPort: 1, peakRssiCdbm: -5000 }
    return { timestamp, eventType: 'tagInventory', tagInventoryEvent }
  })
  const entry = {
    ...({ kind: 'mqtt', party: 'maker', device: 'gate' } as const),
    payload: Buffer.from(JSON.stringify(reads)),
    topic: 'suyuan/v1/maker/dock/gate/reads',
    receivedAtUs: Date.now() * 1000,
  }
  await new Promise<void>((resolve, reject) => {
    world.journal.append(entry, (error) => (error ? reject(error) : resolve()))
  })
}

async function apart(query = '', key = maker) {
  const answer = await world.call(path + query, { key })
  expect(answer.status, answer.text).toBe(200)
  return answer.json['items'] as Record<string, unknown>[]
}

describe('tags that are kept apart', () => {
  it('are told of a device, each with why, when and how often', async () => {
    const all = await apart()
    expect(all.map(({ reason }) => reason).sort()).toEqual(['foreign', 'foreign', 'unexpected'])
    expect(all[1]).toMatchObject({
      reads: 2,
      firstRead: first,
      lastRead: second,
    })
    const unexpected = await apart('?reason=unexpected')
    expect(unexpected.map(({ key }) => key)).toEqual(['https://id.gs1.org/01/08906528002897/21/1'])
  })

  it('come page by page, each once', async () => {
    const seen: unknown[] = []
    let query = '?perPage=1'
    while (query !== '') {
      const { json } = await world.call(path + query, { key: maker })
      seen.push(...(json['items'] as { key: string }[]).map(({ key }) => key))
      const token = json['nextPageToken']
      query = token === undefined ? '' : `?perPage=1&nextPageToken=${token}`
    }
    expect(seen).toEqual((await apart()).map(({ key }) => key))
    expect(seen).toHaveLength(3)
  })

  it('are told to its own party and to authorities; for others there is no such device', async () => {
    expect(await apart('', world.key({ role: 'inspector', label: '' }))).toHaveLength(3)
    const told = await world.call(path, { key: others })
    expect(told).toMatchObject({ status: 404, json: { detail: 'there is no device maker/gate' } })
    const none = await world.call('/v1/devices/maker/none/apart', { key: maker })
    expect(none.status).toBe(404)
    expect((await world.call(path)).status).toBe(401)
  })
})
