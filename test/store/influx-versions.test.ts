/**
 * The requests that 2.x and 3.x take, by their rules, in a double: what they would store and find,
 * the influxd of the system does behind it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Say } from '#store/influx/server.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { event, reading, serial } from './contract/data.ts'
import { collect, store, trailOf } from './contract/store.ts'
import { type Fate, type FaultyProxy, startProxy } from './influx-proxy.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const token = 'a-token'
const authorization = `Token ${token}`
const classes = ['readings', 'minutes']

interface Rules {
  readonly headers: Record<string, string>
  /** What the server says of its bucket; undefined where it has none. */
  readonly retentionSeconds: number | undefined
  /** The buckets of telemetry that are there, with their retention in seconds. */
  readonly others?: Map<string, number>
  /** Whether the token may make and change buckets. */
  readonly mayMake?: boolean
  /** Whether it may write; 2.x looks at that before it looks for points. */
  readonly mayWrite?: boolean
  /** The policies that queries are mapped by; undefined where the token may not list them. */
  readonly mapped?: readonly string[] | undefined
  /** Policies that no query knows. */
  readonly unmapped?: readonly string[]
}

/** Without a policy a query reads one of three buckets, and nobody knows which. */
function queried(form: URLSearchParams, unmapped: readonly string[]): Fate {
  const failed = (error: string): Fate => ({
    status: 200,
    body: JSON.stringify({ results: [{ statement_id: 0, error }] }),
  })
  if (form.get('rp') !== 'autogen') return failed('default retention policy not set for: trails')
  const missing = unmapped.find((policy) => form.get('q')?.includes(`${policy}".`))
  return missing === undefined ? 'pass' : failed(`retention policy not found: ${missing}`)
}

/** A server of 2.x or 3.x: nothing without the token, /write and times in microseconds unknown. */
function follow(proxy: FaultyProxy, rules: Rules): void {
  const { headers, retentionSeconds, others = new Map(), mayMake = true, mayWrite = true } = rules
  const { mapped = rules.unmapped ? undefined : ['autogen', ...classes], unmapped = [] } = rules
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
    if (pathname === '/query') return queried(new URLSearchParams(body), unmapped)
    if (pathname === '/api/v2/dbrps') {
      if (mapped === undefined) return { status: 401, body: '{"code":"unauthorized"}' }
      if (searchParams.get('db') !== 'trails' || searchParams.get('org') !== 'city') {
        return { status: 400, body: '{"code":"invalid"}' }
      }
      const content = mapped.map((policy) => {
        const bucket = policy === 'autogen' ? 'trails' : `trails/${policy}`
        return { bucketID: `id-of-${bucket}`, database: 'trails', retention_policy: policy }
      })
      return { status: 200, body: JSON.stringify({ content }) }
    }
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
    if (isWrite && !mayWrite) {
      return { status: 403, body: '{"code":"forbidden","message":"insufficient permissions"}' }
    }
    if (isWrite && body === '') {
      return { status: 400, body: '{"code":"invalid","message":"writing requires points"}' }
    }
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
  const open = (more: Partial<InfluxSettings> = {}, say: Say = () => {}) => {
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

  it('2.x a store is written and read', async () => {
    const headers = { 'X-Influxdb-Version': 'v2.7.12', 'X-Influxdb-Build': 'OSS' }
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

  it('2.x a token that may not write, and no organisation, end the start', async () => {
    const headers = { 'X-Influxdb-Version': 'v2.7.12' }
    follow(proxy, { headers, retentionSeconds: 0, mayWrite: false })
    await expect(open()).rejects.toThrow(/INFLUX_TOKEN may not write into trails/)
    await expect(open({ org: undefined })).rejects.toThrow(/set INFLUX_ORG/)
    await expect(open({ url: influx.url })).rejects.toThrow(/leave INFLUX_ORG out/)
  })

  it.each([
    ['2.x', { mapped: ['autogen', 'minutes'] }, 'readings'],
    ['2.x', { mapped: ['readings', 'minutes'] }, 'autogen'],
    ['2.x to who may not list them', { unmapped: ['minutes'] }, 'minutes'],
  ])('%s a mapping that is missing is said with its command', async (_, rules, policy) => {
    const headers = { 'X-Influxdb-Version': 'v2.7.12' }
    follow(proxy, { headers, retentionSeconds: 0, ...rules })
    const bucket = policy === 'autogen' ? 'trails' : `trails/${policy}`
    await expect(open()).rejects.toThrow(
      `influx v1 dbrp create --org city --db trails --rp ${policy} --bucket-id id-of-${bucket}`,
    )
  })

  it.each(['Core', 'Enterprise'])('3 %s is refused, unless that is forced', async (build) => {
    const headers = { 'x-influxdb-version': '3.4.1', 'x-influxdb-build': build }
    follow(proxy, { headers, retentionSeconds: 0 })
    await expect(open()).rejects.toThrow(/InfluxDB 3 .*telemetry would be missing/)
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
    const writer = await open({}, (line, level) => said.push(`${level}: ${line}`))
    await writer.close()
    expect(said.join()).toMatch(/warn: .*3[56]\d\d s ahead of that of InfluxDB/)
    proxy.decide = () => ({ status: 200, body: 'hello' })
    await expect(open()).rejects.toThrow(/does not answer as an InfluxDB does/)
    proxy.decide = () => ({ status: 404, headers: { 'X-Influxdb-Version': '1.8.10' } })
    await expect(open()).rejects.toThrow(/path in INFLUX_URL/)
    const away = { status: 502, body: 'no backend' }
    proxy.decide = () => away
    await (await open({}, (line, level) => said.push(`${level}: ${line}`))).close()
    expect(said.at(-1)).toMatch(/^warn: .*status 502 .*INFLUX_URL is http/)
  })
})
