import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lag } from '#api/freshness.ts'
import { event, startWorld, type World } from './world.ts'

const behind = 'Suyuan-Behind-Bytes'
const asOf = 'Suyuan-Fresh-As-Of'

describe('an answer', () => {
  let world: World
  let key: string
  let lag: Lag | undefined
  beforeAll(async () => {
    world = await startWorld({ parts: { lag: () => lag } })
    key = world.party('farm')
  })
  afterAll(() => world.close())

  it('tells while ingest lags up to when all that was acknowledged is in it', async () => {
    lag = { behindBytes: 4711, freshAsOfUs: 1_772_612_142_000_001 }
    const paths = ['/epcis/events', '/v1/items/urn:nobody', '/v1/rejections', '/v1/nothing']
    for (const path of paths) {
      const { headers } = await world.call(path, { key })
      expect([path, headers.get(behind), headers.get(asOf)]).toEqual([
        path,
        '4711',
        '2026-03-04T08:15:42.000001Z',
      ])
    }
    const streamed = await world.call('/epcis/events', { key, headers: { Accept: '*/*' } })
    expect(streamed.headers.get('GS1-EPCIS-Version')).toBe('2.0.0')
    const { headers } = await world.call('/readyz')
    expect([headers.get(behind), headers.get(asOf)]).toEqual([null, null])
    const captured = await world.call('/epcis/events', { method: 'POST', key, body: event() })
    expect([captured.status, captured.headers.get(behind)]).toEqual([201, null])
  })

  it('tells how far ingest lags also where nothing is known of the time', async () => {
    lag = { behindBytes: 1, freshAsOfUs: undefined }
    const { headers } = await world.call('/epcis/events', { key })
    expect([headers.get(behind), headers.get(asOf)]).toEqual(['1', null])
  })

  it('tells nothing while everything is stored', async () => {
    lag = undefined
    const { headers } = await world.call('/epcis/events', { key })
    expect([headers.get(behind), headers.get(asOf)]).toEqual([null, null])
  })
})
