/** InfluxDB in a container, of whichever version the image is. */
import { GenericContainer, type StartedTestContainer, Wait } from 'testcontainers'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { type InfluxImage, influxImage } from './image.ts'

export interface InfluxContainer {
  readonly image: InfluxImage
  /** How a store of its own, of this name, is reached; made first where the version wants that. */
  settings(database: string): Promise<InfluxSettings>
  /** Ends it as a loss of power would, and starts it again on the same data. */
  restart(): Promise<void>
  end(): Promise<void>
}

const token = 'a-token-for-tests'
const org = 'suyuan'

/** Starts one and waits until it answers. */
export async function startInfluxContainer(): Promise<InfluxContainer> {
  const image = influxImage()
  const started: StartedTestContainer = await new GenericContainer(image.name)
    .withExposedPorts(8086)
    .withEnvironment(environmentOf(image))
    .withWaitStrategy(
      Wait.forHttp(image.major === 3 ? '/health' : '/ping', 8086).forStatusCodeMatching(
        (status) => status === 200 || status === 204 || status === 401,
      ),
    )
    .start()
  const url = () => `http://${started.getHost()}:${started.getMappedPort(8086)}`
  return {
    image,
    async settings(database) {
      if (image.major === 1) return { url: url(), database }
      if (image.major === 2) await makeBucket(url(), database)
      return { url: url(), database, org, token, force: true }
    },
    async restart() {
      await started.restart({ timeout: 0 })
    },
    async end() {
      await started.stop()
    },
  }
}

/** A bucket of 2.x; the mapping that `/query` needs comes by itself. */
async function makeBucket(url: string, name: string): Promise<void> {
  const headers = { Authorization: `Token ${token}`, 'Content-Type': 'application/json' }
  const found = await fetch(`${url}/api/v2/orgs?org=${org}`, { headers })
  const { orgs } = (await found.json()) as { orgs: { id: string }[] }
  const body = JSON.stringify({ orgID: orgs[0]?.id, name, retentionRules: [] })
  const made = await fetch(`${url}/api/v2/buckets`, { method: 'POST', headers, body })
  if (made.status !== 201) throw new Error(await made.text())
}

function environmentOf({ major }: InfluxImage): Record<string, string> {
  if (major !== 2) return {}
  return {
    DOCKER_INFLUXDB_INIT_MODE: 'setup',
    DOCKER_INFLUXDB_INIT_USERNAME: 'admin',
    DOCKER_INFLUXDB_INIT_PASSWORD: 'a-password-for-tests',
    DOCKER_INFLUXDB_INIT_ORG: org,
    DOCKER_INFLUXDB_INIT_BUCKET: 'first',
    DOCKER_INFLUXDB_INIT_ADMIN_TOKEN: token,
  }
}
