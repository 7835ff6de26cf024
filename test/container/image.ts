/**
 * The image of InfluxDB that container tests run: the one that INFLUX_IMAGE names, or one made
 * here, from nothing but the influxd of this system and the libraries it is linked to, for machines
 * that can pull none.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The image that those can pull who reach a registry: the newest 2.x. */
const OFFICIAL = 'influxdb:2'
const LOCAL = 'suyuan-influxd:local'

/** Whether a Docker engine answers; where none does, tests skip and say so, in CI they fail. */
export function hasDocker(): boolean {
  if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0) return true
  if (process.env['REQUIRE_ALL'] === '1') throw new Error('no Docker engine answers')
  console.warn('skipped: no Docker engine answers')
  return false
}

export interface InfluxImage {
  readonly name: string
  /** Its major version decides how it is set up and asked. */
  readonly major: 1 | 2 | 3
}

/** The image to run, made first where it is ours. `INFLUX_IMAGE=local` asks for that one. */
export function influxImage(): InfluxImage {
  const name = process.env['INFLUX_IMAGE'] ?? OFFICIAL
  if (name === 'local') return { name: buildLocal(), major: 1 }
  return { name, major: majorOf(name) }
}

/** Of a name such as `influxdb:2.7-alpine` or `quay.io/influxdb/influxdb3-core:latest`. */
export function majorOf(name: string): 1 | 2 | 3 {
  if (name.includes('influxdb3')) return 3
  const tag = /:v?([123])[^/]*$/.exec(name)?.[1]
  return tag === '1' ? 1 : tag === '3' ? 3 : 2
}

function buildLocal(): string {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-image-'))
  try {
    const influxd = execFileSync('sh', ['-c', 'command -v influxd'], { encoding: 'utf8' }).trim()
    const linked = execFileSync('ldd', [influxd], { encoding: 'utf8' })
    const libraries = linked.match(/\/\S+\.so\S*/g) ?? []
    for (const file of [influxd, ...libraries]) {
      mkdirSync(join(folder, 'root', dirname(file)), { recursive: true })
      copyFileSync(file, join(folder, 'root', file))
    }
    for (const name of ['meta', 'data', 'wal', 'tmp']) {
      mkdirSync(join(folder, 'root', 'var', name), { recursive: true })
    }
    mkdirSync(join(folder, 'root', 'etc'))
    writeFileSync(join(folder, 'root', 'etc', 'influxdb.conf'), configuration)
    writeFileSync(join(folder, 'Dockerfile'), dockerfile(influxd))
    execFileSync('docker', ['build', '--quiet', '--tag', LOCAL, folder], { stdio: 'pipe' })
  } finally {
    rmSync(folder, { recursive: true })
  }
  return LOCAL
}

function dockerfile(influxd: string): string {
  return `FROM scratch
COPY root/ /
EXPOSE 8086
ENTRYPOINT ["${influxd}", "-config", "/etc/influxdb.conf"]
`
}

const configuration = `
reporting-enabled = false
[meta]
  dir = "/var/meta"
[data]
  dir = "/var/data"
  wal-dir = "/var/wal"
  index-version = "tsi1"
[monitor]
  store-enabled = false
[http]
  bind-address = ":8086"
  log-enabled = false
`
