import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { EventQuery, NewEvent, TrailWriter } from '#store/trail.ts'
import { chain } from '#trace/chain.ts'
import { trailEvents } from '../bench/trail-data.ts'
import { collect } from './contract/store.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const eventCount = 12_000
const eventsAtOnce = 700

describe.skipIf(!hasInfluxd())('the same seeded run through both stores', () => {
  let influx: InfluxServer
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-equal-'))
  const stores: TrailWriter[] = []
  const recorded: NewEvent[] = []
  beforeAll(async () => {
    influx = await startInflux()
    const settings = { url: influx.url, database: 'equal', trailBuckets: 4096 }
    stores.push(openSqliteTrail(join(folder, 'trail.db'), 'write'))
    stores.push(await writeInfluxTrail(join(folder, 'influx.db'), settings, () => undefined))
    const stream = trailEvents({ seed: 'equal' })
    while (recorded.length < eventCount) recorded.push(stream.next().value)
    for (let first = 0; first < eventCount; first += eventsAtOnce) {
      const events = recorded.slice(first, first + eventsAtOnce)
      for (const store of stores) {
        await store.apply({ events, readings: [], follower: 'ingest', to: first })
      }
    }
  }, 180_000)
  afterAll(async () => {
    for (const store of stores) await store.close()
    await influx.end()
    rmSync(folder, { recursive: true })
  })

  /** What both stores tell, as text; checked to be the same. */
  async function told(ask: (store: TrailWriter) => Promise<unknown>): Promise<string> {
    const answers: string[] = []
    for (const store of stores) answers.push(JSON.stringify(await ask(store)))
    expect(answers[1]).toBe(answers[0])
    return answers[0] ?? ''
  }

  it('gives chains that are equal to the byte', async () => {
    const keys = new Set(recorded.flatMap(({ members }) => members.map(({ key }) => key)))
    const some = [...keys].filter((_, at) => at % Math.ceil(keys.size / 12) === 0)
    let length = 0
    for (const key of some) {
      for (const direction of ['back', 'forward', 'both'] as const) {
        length += (await told((store) => chain(store, key, { direction }))).length
      }
    }
    expect(length).toBeGreaterThan(300_000)
  }, 240_000)

  it('gives trails, members and pages of events that are equal to the byte', async () => {
    const keys = recorded.slice(500, 600).flatMap(({ members }) => members.map(({ key }) => key))
    await told(async (store) => {
      const items = (await store.find(keys)).flatMap((item) => item ?? [])
      const rows = await collect(store.trail(items))
      return rows.sort((a, b) => a.item.ref - b.item.ref)
    })
    await told((store) => collect(store.members([7, 300, 301, 11_000], ['input', 'child'])))
    const { eventTimeUs: geEventTimeUs } = recorded[9000] ?? { eventTimeUs: 0 }
    const queries: EventQuery[] = [
      {},
      { bizSteps: ['shipping'], geEventTimeUs },
      { match: [{ keys: keys.slice(0, 9), roles: ['object', 'child', 'input'] }] },
    ]
    for (const query of queries) await told((store) => store.query(query, { limit: 60 }))
  })
})
