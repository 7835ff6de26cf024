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
import type { TrailBatch } from '#store/trail.ts'
import { event, events, reading, serial } from './contract/data.ts'
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
  /** Whether the organisation is another one. */
  readonly isOtherOrg?: boolean
  /** What is answered to points in the server's place; undefined where they are taken. */
  readonly onPoints?: (lines: string) => Fate | undefined
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
    if (pathname === '/ping') {
      // 3.x has a body, and the same headers.
      const is3 = headers['x-influxdb-version']?.startsWith('3') === true
      return is3 ? { status: 200, headers, body: '{"version":"3.4.1"}' } : { status: 204, headers }
    }
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
      const lacks = (what: string): Fate => {
        return { status: 404, body: JSON.stringify({ code: 'not found', message: what }) }
      }
      if (rules.isOtherOrg) return lacks('organization name "city" not found')
      if (seconds === undefined) return lacks(`bucket "${name}" not found`)
      return { status: 200, body: JSON.stringify({ buckets: [described(name, seconds)] }) }
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
    const answered = isWrite ? rules.onPoints?.(body) : undefined
    if (answered !== undefined) return answered
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
    follow(proxy, { headers, retentionSeconds: 0, isOtherOrg: true })
    await expect(open()).rejects.toThrow(/no organisation city: correct INFLUX_ORG/)
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

  describe('what is not taken', () => {
    const versions = {
      '2.x': { 'X-Influxdb-Version': 'v2.7.12' },
      '3': { 'x-influxdb-version': '3.4.1', 'x-influxdb-build': 'Enterprise' },
    }
    const answer = (status: number, said: object): Fate => ({ status, body: JSON.stringify(said) })
    const poisoned = event(2, { body: '{"poison":1}' })
    const batch = (to: number): TrailBatch => {
      return { events: [event(1), poisoned, event(3)], readings: [reading()], follower: 'a', to }
    }

    it.each<[keyof typeof versions, string, Fate]>([
      [
        '2.x',
        'field type conflict',
        answer(422, {
          code: 'unprocessable entity',
          message:
            'failure writing points to database: partial write: field type conflict dropped=1',
        }),
      ],
      [
        '2.x',
        'bad timestamp',
        answer(400, { code: 'invalid', message: "unable to parse 'x': bad timestamp", line: 1 }),
      ],
      [
        '3',
        'invalid column type',
        answer(400, {
          error: 'partial write of line protocol occurred',
          data: [{ original_line: 'x', line_number: 1, error_message: 'invalid column type' }],
        }),
      ],
    ])(
      'for good by %s goes back in its words, and the rest is stored: %s',
      async (of, words, fate) => {
        const onPoints = (lines: string) => (lines.includes('poison') ? fate : undefined)
        follow(proxy, { headers: versions[of], retentionSeconds: 0, onPoints })
        const writer = await open({ force: true })
        const { outcomes } = await writer.apply(batch(1))
        const whole = { eventRef: expect.any(Number), repeat: false }
        expect(outcomes).toEqual([
          whole,
          { ...whole, refused: expect.stringContaining(words) },
          whole,
        ])
        expect(await writer.counts()).toMatchObject({ events: 2, readings: 1 })
        await writer.close()
      },
    )

    it('as it is too large goes in smaller parts', async () => {
      const large = { code: 'request too large', message: 'points batch is too large' }
      const onPoints = (lines: string) =>
        lines.length > 1_000 && lines.includes('\n') ? answer(413, large) : undefined
      follow(proxy, { headers: versions['2.x'], retentionSeconds: 0, onPoints })
      const writer = await open()
      await store(writer, ...events(1, 20))
      expect((await writer.counts()).events).toBe(20)
      expect(await writer.events([20])).toMatchObject([{ eventID: event(20).eventID }])
      await writer.close()
    })

    it.each<[string, Fate, RegExp, number]>([
      [
        'asks for a pause',
        {
          ...{ status: 429, headers: { 'Retry-After': '2' } },
          body: '{"code":"too many requests","message":"org over its limit"}',
        },
        /asks for a pause: org over its limit/,
        2000,
      ],
      [
        'is busy',
        answer(503, { code: 'unavailable', message: 'shutting down' }),
        /is busy: shutting down/,
        0,
      ],
      [
        'no longer accepts the token',
        answer(401, { code: 'unauthorized', message: 'unauthorized access' }),
        /does not accept the user or the token: unauthorized access/,
        0,
      ],
      [
        'has lost the bucket',
        answer(404, { code: 'not found', message: 'bucket "trails" not found' }),
        /does not know the database or the bucket: bucket "trails" not found/,
        0,
      ],
      [
        'has failed',
        answer(500, { code: 'internal error', message: 'timeout' }),
        /answered with status 500: timeout/,
        0,
      ],
    ])('while 2.x %s is brought again, and stored once', async (_, fate, words, pauseMs) => {
      let faults = 1
      const onPoints = (lines: string) => {
        if (!lines.includes('poison') || faults === 0) return undefined
        faults -= 1
        return fate
      }
      follow(proxy, { headers: versions['2.x'], retentionSeconds: 0, onPoints })
      const writer = await open()
      const failed: unknown = await writer.apply(batch(1)).catch((error: unknown) => error)
      expect(failed).toMatchObject({ name: 'StoreFault', retryAfterMs: pauseMs })
      expect(String(failed)).toMatch(words)
      const { outcomes } = await writer.apply(batch(1))
      expect(outcomes.map(({ refused }) => refused)).toEqual([undefined, undefined, undefined])
      expect(await writer.counts()).toMatchObject({ events: 3, readings: 1 })
      await writer.close()
    })
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
