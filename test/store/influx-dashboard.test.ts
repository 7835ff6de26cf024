import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { baseUs, events, reading } from './contract/data.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly datasource: { readonly uid: string }
    readonly targets: readonly { readonly query: string }[]
  }[]
  readonly templating: { readonly list: readonly { name: string; query: string }[] }
}

interface Result {
  readonly error?: string
  readonly series?: readonly {
    readonly tags?: Readonly<Record<string, string>>
    readonly values: readonly (readonly unknown[])[]
  }[]
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = join(root, 'dashboards/grafana')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const dashboards = files.map((name): Dashboard => {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
})
const queries = dashboards.flatMap(({ panels }) =>
  panels.flatMap(({ title, targets }) => targets.map(({ query }) => [title, query] as const)),
)
const fridge = reading().device
const batches = 5

/** What Grafana puts in the place of its own words. */
function filled(query: string): string {
  const toUs = baseUs + 3.6e9
  return query
    .replaceAll('$timeFilter', `time >= ${baseUs}000 AND time <= ${toUs}000`)
    .replaceAll('$__interval', '1m')
    .replaceAll('$type', 'Temperature')
    .replaceAll('$device', '.*')
    .replaceAll('$site', '.*')
    .replaceAll('$low', '2')
    .replaceAll('$high', '8')
}

describe.skipIf(!hasInfluxd())('the dashboard of Grafana', () => {
  let influx: InfluxServer
  let data = ''
  beforeAll(async () => {
    influx = await startInflux()
    data = mkdtempSync(join(tmpdir(), 'suyuan-dashboard-'))
    const settings = { url: influx.url, database: 'suyuan', trailBuckets: 64 }
    const writer = await writeInfluxTrail(join(data, 'influx.db'), settings, () => undefined)
    for (let n = 0; n < batches; n += 1) {
      const recordTimeUs = baseUs + n * 60_000_000
      const said = { timeUs: recordTimeUs, value: n, site: 'maker/cold-store' }
      await writer.apply({
        events: events(n * 10 + 1, n * 10 + 10, { recordTimeUs }),
        readings: [
          reading(said),
          reading({ ...said, device: 'urn:b', type: 'Humidity', uom: '', site: 'maker/shop' }),
        ],
        follower: 'ingest',
        to: 1000 * (n + 1),
      })
    }
    await writer.close()
  })
  afterAll(async () => {
    await influx.end()
    rmSync(data, { recursive: true })
  })

  const ask = async (query: string): Promise<Result> => {
    const { results }: { results: Result[] } = JSON.parse(await influx.run(query, 'suyuan'))
    return results[0] ?? {}
  }
  const lastOf = ({ series = [] }: Result) =>
    series.map(({ tags, values }) => [tags?.['device'] ?? '', ...(values.at(-1) ?? []).slice(1)])

  it.each(queries)('shows %s by a query that the store answers', async (_, query) => {
    const { error, series } = await ask(filled(query))
    expect([query, error]).toEqual([query, undefined])
    expect(series?.flatMap(({ values }) => values).length).toBeGreaterThan(0)
  })

  it('shows the figures that are in the store', async () => {
    const shown = async (title: string) => {
      const found = queries.find(([panel]) => panel === title)
      return lastOf(await ask(filled(found?.[1] ?? '')))
    }
    expect(await shown('Events')).toEqual([['', batches * 10]])
    expect(await shown('Trail rows')).toEqual([['', batches * 10]])
    expect(await shown('Readings')).toEqual([['', batches * 2]])
    expect(await shown('Events stored')).toEqual([['', 10]])
    expect(await shown('Journal followed')).toEqual([['', 1000]])
    const rows = await ask(filled(queries.find(([panel]) => panel.includes('step'))?.[1] ?? ''))
    expect(rows.series?.map(({ tags, values }) => [tags?.['step'], values.at(-1)?.[1]])).toEqual([
      ['shipping', 10],
    ])
    expect(await shown('$type')).toEqual([[fridge, 4]])
    expect(await shown('Last readings')).toEqual([
      ['urn:b', 4],
      [fridge, 4],
    ])
  })

  it('groups by site, and draws the limits that are set', async () => {
    const bySite = queries
      .filter(([panel]) => panel.startsWith('By site'))
      .map(([, query]) => query)
    const answers = await Promise.all(bySite.map((query) => ask(filled(query))))
    const shown = answers.flatMap(({ series = [] }) =>
      series.map(({ tags, values }) => [tags?.['site'] ?? '', ...(values.at(-1) ?? []).slice(1)]),
    )
    // The other site measures humidity.
    expect(shown).toEqual([
      ['maker/cold-store', 4, 4],
      ['', 2],
      ['', 8],
    ])
    const sites = queries.find(([panel]) => panel === 'Sites')?.[1] ?? ''
    const [table] = (await ask(filled(sites))).series ?? []
    expect([table?.tags, table?.values[0]?.slice(1)]).toEqual([
      { site: 'maker/cold-store' },
      [0, 2, 4, batches],
    ])
  })

  it('offers every sensor and every measurement', async () => {
    const offered = async (name: string) => {
      const [found] = dashboards.flatMap(({ templating }) =>
        templating.list.filter((one) => one.name === name),
      )
      return lastOfAll(await ask(filled(found?.query ?? '')))
    }
    expect(await offered('type')).toEqual(['Humidity', 'Temperature'])
    expect(await offered('device')).toEqual(['urn:b', fridge].sort())
    expect(await offered('site')).toEqual(['maker/cold-store', 'maker/shop'])
  })

  it('offers the sensors of one site', async () => {
    const [found] = dashboards.flatMap(({ templating }) =>
      templating.list.filter(({ name }) => name === 'device'),
    )
    const query = found?.query.replaceAll('$site', String.raw`maker\/shop`) ?? ''
    expect(lastOfAll(await ask(query))).toEqual(['urn:b'])
  })

  const lastOfAll = ({ series = [] }: Result) =>
    series.flatMap(({ values }) => values.map((row) => row.at(-1)))
})

describe('the files that compose mounts', () => {
  it('are there, and the dashboard asks the data source that is provisioned', () => {
    const compose = readFileSync(join(root, 'compose.yaml'), 'utf8')
    const mounted = [...compose.matchAll(/- (\.\/[^:]+):/g)].map(([, path = '']) => path)
    expect(mounted.length).toBeGreaterThan(1)
    expect(mounted.filter((path) => !existsSync(join(root, path)))).toEqual([])
    const source = join(folder, 'provisioning/datasources/suyuan.yaml')
    const [, uid] = /^ +uid: (\S+)$/m.exec(readFileSync(source, 'utf8')) ?? []
    const asked = dashboards.flatMap(({ panels }) => panels.map(({ datasource }) => datasource.uid))
    expect(new Set(asked)).toEqual(new Set([uid]))
  })
})
