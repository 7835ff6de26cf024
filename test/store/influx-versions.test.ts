/**
 * The requests that 2.x and 3.x take, by their rules, in a double: what they would store and find,
 * the influxd of the system does behind it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { event, reading, serial } from './contract/data.ts'
import { collect, store, trailOf } from './contract/store.ts'
import { type Fate, type FaultyProxy, startProxy } from './influx-proxy.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const token = 'a-token'
const authorization = `Token ${token}`

interface Rules {
  readonly headers: Record<string, string>
  /** What the server says of its bucket; undefined where it has none. */
  readonly retentionSeconds: number | undefined
  /** The buckets of telemetry that are there, with their retention in seconds. */
  readonly others?: Map<string, number>
  /** Whether the token may make and change buckets. */
  readonly mayMake?: boolean
}

/** A server of 2.x or 3.x: nothing without the token, /write and times in microseconds unknown. */
function follow(proxy: FaultyProxy, rules: Rules): void {
  const { headers, retentionSeconds, others = new Map(), mayMake = true } = rules
  const described = (name: string, seconds: number) => {
    const retentionRules = seconds === 0 ? [] : [{ type: 'expire', everySeconds: seconds }]
    return { id: `id-of-${name}`, orgID: 'id-of-city', name, retentionRules }
  }
  proxy.decide = ({ path, method, body, headers: sent }): Fate => {
    const { pathname, searchParams } = new URL(path, proxy.url)
    if (pathname === '/ping') return { status: 204, headers }
    if (sent.authorization !== authorization) {
      return { status: 401, body: '{"code":"unauthorized","message":"unauthorized access"}' }
    }
    if (pathname === '/query') return 'pass'
    if (pathname === '/api/v2/buckets' && method === 'GET') {
      const name = searchParams.get('name') ?? ''
      const seconds = name === 'trails' ? retentionSeconds : others.get(name)
      const buckets = seconds === undefined ? [] : [described(name, seconds)]
      return { status: 200, body: JSON.stringify({ buckets }) }
    }
    if (pathname.startsWith('/api/v2/buckets')) {
      if (!mayMake) return { status: 401, body: '{"code":"unauthorized","message":"write:orgs"}' }
      const { orgID, name, retentionRules } = JSON.parse(body)
      const id = decodeURIComponent(pathname.slice('/api/v2/buckets/'.length))
      const isMade = method === 'POST' && orgID === 'id-of-city'
      const changed = method === 'PATCH' ? id.slice('id-of-'.length) : ''
      if (!isMade && !others.has(changed)) return { status: 400, body: '{"code":"invalid"}' }
      others.set(isMade ? name : changed, retentionRules[0]?.everySeconds ?? 0)
      return { status: isMade ? 201 : 200, body: '{}' }
    }
    const [database, policy = 'autogen'] = (searchParams.get('bucket') ?? '').split('/')
    const isWrite = pathname === '/api/v2/write' && database === 'trails'
    if (isWrite && searchParams.get('precision') === null) {
      return { path: `/write?db=trails&rp=${policy}` }
    }
    return { status: 404, body: '{"code":"not found","message":"not found"}' }
  }
}

describe.skipIf(!hasInfluxd())('by the rules of', () => {
  let influx: InfluxServer
  let proxy: FaultyProxy
  let folder = ''
  const open = (more: Partial<InfluxSettings> = {}, say = (_line: string) => {}) => {
    const settings = { url: proxy.url, database: 'trails', org: 'city', token, ...more }
    return writeInfluxTrail(join(folder, 'influx.db'), settings, say)
  }
  beforeAll(async () => {
    influx = await startInflux()
  })
  afterAll(() => influx.end())
  beforeEach(async () => {
    proxy = await startProxy(influx.url)
    folder = mkdtempSync(join(tmpdir(), 'suyuan-versions-'))
    await influx.run('CREATE DATABASE trails')
    for (const policy of ['readings', 'minutes']) {
      await influx.run(`CREATE RETENTION POLICY ${policy} ON trails DURATION INF REPLICATION 1`)
    }
  })
  afterEach(async () => {
    await proxy.end()
    rmSync(folder, { recursive: true })
    await influx.run('DROP DATABASE trails')
  })

  it.each([
    ['2.x', { 'X-Influxdb-Version': 'v2.7.12', 'X-Influxdb-Build': 'OSS' }],
    ['3 Enterprise', { 'x-influxdb-version': '3.4.1', 'x-influxdb-build': 'Enterprise' }],
  ])('%s a store is written and read', async (_, headers) => {
    follow(proxy, { headers, retentionSeconds: 0 })
    const said: string[] = []
    const writer = await open({}, (line) => said.push(line))
    await writer.apply({ events: [event(1)], readings: [reading()], follower: 'a', to: 1 })
    expect(await trailOf(writer, serial(1))).toHaveLength(1)
    expect((await writer.events([1]))[0]?.body).toBe(event(1).body)
    expect(await collect(writer.telemetry({ devices: [reading().device] }))).toHaveLength(1)
    await writer.close()
    expect(said.join()).toMatch(/written by \/api\/v2\/write/)
    const writes = proxy.asked.filter(({ path }) => path.startsWith('/api/v2/write'))
    expect(writes.length).toBeGreaterThanOrEqual(3)
    const buckets = ['trails', 'trails%2Freadings', 'trails%2Fminutes']
    const paths = buckets.map((bucket) => `/api/v2/write?org=city&bucket=${bucket}`)
    for (const { path } of writes) expect(paths).toContain(path)
    expect(new Set(writes.map(({ path }) => path)).size).toBeGreaterThanOrEqual(2)
    for (const { headers: sent } of proxy.asked) expect(sent.accept ?? '').not.toMatch(/plain/)
  })

  it('2.x a wrong token, a missing bucket and one that forgets are each said', async () => {
    const headers = { 'X-Influxdb-Version': 'v2.7.12' }
    follow(proxy, { headers, retentionSeconds: 0 })
    await expect(open({ token: 'wrong' })).rejects.toThrow(/does not accept INFLUX_TOKEN/)
    follow(proxy, { headers, retentionSeconds: undefined })
    await expect(open()).rejects.toThrow(/no bucket trails/)
    follow(proxy, { headers, retentionSeconds: 3600 })
    await expect(open()).rejects.toThrow(/older than 3600 s/)
  })

  it('2.x buckets of telemetry are made and changed, or what is missing is said', async () => {
    const headers = { 'X-Influxdb-Version': 'v2.7.12' }
    const others = new Map<string, number>()
    follow(proxy, { headers, retentionSeconds: 0, others })
    await (await open()).close()
    const names = ['trails/readings', 'trails/minutes'] as const
    expect([...others]).toEqual(names.map((name) => [name, 0]))
    await (await open({ readingsDays: 30, minutesDays: 400 })).close()
    expect([...others.values()]).toEqual([30 * 86_400, 400 * 86_400])
    await (await open()).close()
    expect([...others.values()]).toEqual([30 * 86_400, 400 * 86_400])
    follow(proxy, { headers, retentionSeconds: 0, others: new Map(), mayMake: false })
    await expect(open()).rejects.toThrow(/bucket trails\/readings: make it with unlimited/)
  })

  it('3 Core trails are refused, unless that is forced', async () => {
    const headers = { 'x-influxdb-version': '3.4.1', 'x-influxdb-build': 'Core' }
    follow(proxy, { headers, retentionSeconds: 0 })
    await expect(open()).rejects.toThrow(/3 Core.*72 hours/)
    const writer = await open({ force: true })
    await store(writer, event(1))
    await writer.close()
  })

  it('any version a clock that differs is said, and what is no InfluxDB refused', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString()
    follow(proxy, {
      headers: { 'X-Influxdb-Version': 'v2.7.12', Date: date },
      retentionSeconds: 0,
    })
    const said: string[] = []
    const writer = await open({}, (line) => said.push(line))
    await writer.close()
    expect(said.join()).toMatch(/3[56]\d\d s ahead of that of InfluxDB/)
    proxy.decide = () => ({ status: 200, body: 'hello' })
    await expect(open()).rejects.toThrow(/does not answer as an InfluxDB does/)
  })
})
