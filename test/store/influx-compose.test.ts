/** What compose.yaml lets InfluxDB make at its first start, run with the influxd of the system. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { event, reading } from './contract/data.ts'
import { hasInfluxd, type InfluxServer, startInflux } from './influx-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const script = 'dashboards/influxdb/make-users.sh'
const passwords = { SUYUAN_PASSWORD: 'of-suyuan', SUYUAN_READ_PASSWORD: 'of-grafana' }

/** The statements of the script, as the image runs it: a part of its own script. */
function statements(days: Readonly<Record<string, string>>): string[] {
  const shell = `set -e; run() { printf '%s\\n' "$1"; }; INFLUX_CMD=run; . ./${script}`
  const env = { ...process.env, ...passwords, ...days }
  return execFileSync('bash', ['-c', shell], { cwd: root, env }).toString().trim().split('\n')
}

describe.skipIf(!hasInfluxd())('the users that compose makes', () => {
  let influx: InfluxServer
  let folder = ''
  const ask = async (user: string, password: string, q: string) => {
    const who = new URLSearchParams({ u: user, p: password, db: 'suyuan' })
    const body = new URLSearchParams({ q })
    return (await fetch(`${influx.url}/query?${who}`, { method: 'POST', body })).text()
  }
  beforeAll(async () => {
    influx = await startInflux('  auth-enabled = true')
    folder = mkdtempSync(join(tmpdir(), 'suyuan-compose-'))
    await influx.run("CREATE USER admin WITH PASSWORD 'a' WITH ALL PRIVILEGES")
    for (const statement of statements({ SUYUAN_READINGS_DAYS: '30' })) {
      expect(await ask('admin', 'a', statement), statement).not.toMatch(/error/)
    }
  })
  afterAll(async () => {
    await influx.end()
    rmSync(folder, { recursive: true })
  })

  it('are enough for Suyuan, with the days that it is told as well', async () => {
    const user = { username: 'suyuan', password: 'of-suyuan' }
    const settings = { url: influx.url, database: 'suyuan', ...user, readingsDays: 30 }
    const writer = await writeInfluxTrail(join(folder, 'influx.db'), settings, () => {})
    const recent = reading({ timeUs: Date.now() * 1000 })
    await writer.apply({ events: [event(1)], readings: [recent], follower: 'a', to: 1 })
    expect((await writer.counts()).readings).toBe(1)
    await writer.close()
    const policies = await ask('suyuan', 'of-suyuan', 'SHOW RETENTION POLICIES')
    expect(policies).toContain('["trails","0s","8736h0m0s",1,true]')
    expect(policies).toContain('["readings","720h0m0s","72h0m0s",1,false]')
    expect(policies).toContain('["minutes","0s","8736h0m0s",1,false]')
    expect(await ask('suyuan', 'of-suyuan', 'DROP DATABASE suyuan')).toMatch(/not authorized/)
  })

  it('let Grafana read and do nothing else', async () => {
    const asGrafana = (q: string) => ask('grafana', 'of-grafana', q)
    expect(await asGrafana('SELECT last(events) FROM batch')).toMatch(/"series"/)
    for (const q of ['DROP DATABASE suyuan', 'DROP MEASUREMENT trail', 'DELETE FROM trail']) {
      expect(await asGrafana(q), q).toMatch(/not authorized/)
    }
    const url = `${influx.url}/write?db=suyuan&u=grafana&p=of-grafana`
    expect((await fetch(url, { method: 'POST', body: 'trail,b=1 k="x" 1' })).status).toBe(403)
  })

  it('are those that the services are given', () => {
    const [suyuan = '', influxdb = '', grafana = ''] = readFileSync(
      join(root, 'compose.yaml'),
      'utf8',
    ).split(/^ {2}(?:influxdb|grafana):$/m)
    expect(suyuan).toMatch(/INFLUX_USERNAME: suyuan\n +INFLUX_PASSWORD: \$\{INFLUX_PASSWORD:/)
    expect(grafana).toMatch(/INFLUX_USERNAME: grafana\n +INFLUX_PASSWORD: \$\{INFLUX_READ_/)
    for (const name of [...Object.keys(passwords), 'SUYUAN_READINGS_DAYS', 'SUYUAN_MINUTES_DAYS']) {
      expect(influxdb).toContain(`${name}: `)
    }
    expect(influxdb).toContain(`./${script}:/docker-entrypoint-initdb.d/`)
  })
})
