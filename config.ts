/**
 * The settings: every one is read from the environment here and nowhere else, checked before
 * anything starts, and described so that `--help` and the documentation print the same words.
 */
import { z } from 'zod'
import type { InfluxSettings } from '#store/influx/settings.ts'

/** Settings that do not hold. `message` names every one of them, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const MIB = 1024 * 1024

const text = z.string()
const count = z.coerce.number('must be a number').int('must be a whole number')
const port = count.min(0, 'must be 0 to 65535').max(65_535, 'must be 0 to 65535')
const powerOfTwo = (most: number) =>
  count.refine((value) => value >= 1 && value <= most && Number.isInteger(Math.log2(value)), {
    error: `must be a power of two from 1 to ${most}`,
  })
const days = count.min(1, 'must be a number of days above 0').optional()
const bytes = count.min(1, 'must be a number of bytes above 0')

const settingsSchema = z.object({
  DATA_DIR: text.default('./data').describe('folder of everything that is kept'),
  BIND: text.default('0.0.0.0').describe('address that every port listens on'),
  HTTP_PORT: port.default(8080).describe('port of the HTTP API; 0 takes a free one'),
  MQTT_PORT: port.default(1883).describe('port of MQTT; 0 takes a free one'),
  MQTT_MAX_CONNECTIONS: count
    .min(1, 'must be above 0')
    .default(1000)
    .describe('devices connected to a port at a time; with fewer each has a larger read buffer'),
  MQTTS_PORT: port.optional().describe('port of MQTT over TLS; needs TLS_CERT and TLS_KEY'),
  TLS_CERT: text.optional().describe('PEM file of the certificate for MQTTS_PORT'),
  TLS_KEY: text.optional().describe('PEM file of its private key'),
  TLS_CA: text.optional().describe('PEM file of the authority that signs devices’ certificates'),
  ADMIN_KEY: text
    .optional()
    .describe('key of the administrator; without it one is made at the first start'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe('how this server is reached from outside; without it the address it listens on'),
  BRIDGES: text
    .optional()
    .describe('JSON file of other brokers to take messages from: docs/devices/README.md'),
  ALLOW_PRIVATE_WEBHOOKS: z
    .enum(['0', '1'], { error: 'must be 0 or 1' })
    .default('0')
    .describe('1 lets webhooks go to this machine and to private networks, and over http there'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be fatal, error, warn, info, debug, trace or silent',
    })
    .default('info')
    .describe('the least severe line that is logged'),
  MAX_MESSAGE_BYTES: bytes
    .default(16 * MIB)
    .describe('largest MQTT packet and HTTP body that is read'),
  JOURNAL_MAX_BYTES: bytes
    .default(1024 * MIB)
    .describe('how far intake may run ahead of the store before it makes senders wait'),
  JOURNAL_KEEP_BYTES: count
    .min(0, 'must be a number of bytes')
    .default(0)
    .describe('how much of what is stored stays in the journal as well, for replay'),
  INFLUX_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .optional()
    .describe(
      'InfluxDB that keeps trails and telemetry, with no user in it; without it a file does',
    ),
  INFLUX_TOKEN: text.optional().describe('token for InfluxDB 2.x'),
  INFLUX_ORG: text.optional().describe('organisation in InfluxDB 2.x'),
  INFLUX_BUCKET: text.optional().describe('bucket in InfluxDB 2.x; without it suyuan'),
  INFLUX_USERNAME: text.optional().describe('user for InfluxDB 1.x'),
  INFLUX_PASSWORD: text.optional().describe('password of that user'),
  INFLUX_DATABASE: text
    .optional()
    .describe('database in InfluxDB 1.x, made where it is missing; without it suyuan'),
  INFLUX_TRAIL_BUCKETS: powerOfTwo(1_048_576)
    .optional()
    .describe('series that trails are spread over, fixed once made; without it 65536'),
  INFLUX_EVENT_BUCKETS: powerOfTwo(256)
    .optional()
    .describe('series that events are spread over, fixed once made; without it 16'),
  INFLUX_READINGS_DAYS: days.describe(
    'how long InfluxDB keeps readings; without it as its retention says, which is for ever',
  ),
  INFLUX_MINUTES_DAYS: days.describe(
    'how long it keeps what readings come to by the minute; without it the same',
  ),
  INFLUX_SPOOL_BYTES: count
    .min(0, 'must be a number of bytes')
    .default(256 * MIB)
    .describe('how much that InfluxDB has not confirmed is decided ahead and included in answers'),
  INFLUX_READ_SECONDS: count
    .min(1, 'must be a number of seconds above 0')
    .default(10)
    .describe('how long a request waits for InfluxDB before it is answered 503'),
  INFLUX_FORCE: z
    .enum(['0', '1'], { error: 'must be 0 or 1' })
    .default('0')
    .describe('1 tries an InfluxDB 3, which is refused without it: docs/influxdb.md'),
})

export type Config = Readonly<z.output<typeof settingsSchema>>

/** What `--help` says of one setting. */
export interface SettingHelp {
  readonly name: string
  readonly fallback: string
  readonly about: string
}

/**
 * The settings of an environment; an empty variable counts as unset.
 * @throws ConfigError naming every setting that does not hold, never a secret's value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = settingsSchema.safeParse(given)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`)
    throw new ConfigError(lines.join('\n'))
  }
  const config = parsed.data
  const tlsFiles = [config.TLS_CERT, config.TLS_KEY]
  if (config.MQTTS_PORT !== undefined && tlsFiles.includes(undefined)) {
    throw new ConfigError('MQTTS_PORT needs TLS_CERT and TLS_KEY')
  }
  checkInflux(config)
  return config
}

function checkInflux(config: Config): void {
  const { INFLUX_URL, INFLUX_TOKEN, INFLUX_USERNAME, INFLUX_PASSWORD, ...rest } = config
  if (INFLUX_URL === undefined) return
  const { username, password, search, hash } = new URL(INFLUX_URL)
  if (username + password !== '') {
    throw new ConfigError(
      'INFLUX_URL must have no user in it: set INFLUX_USERNAME and INFLUX_PASSWORD',
    )
  }
  if (search + hash !== '') throw new ConfigError('INFLUX_URL must end with its path, if any')
  const both = 'INFLUX_TOKEN and INFLUX_USERNAME exclude each other: 1.x has users, 2.x tokens'
  if (INFLUX_TOKEN !== undefined && INFLUX_USERNAME !== undefined) throw new ConfigError(both)
  if (INFLUX_PASSWORD !== undefined && INFLUX_USERNAME === undefined) {
    throw new ConfigError('INFLUX_PASSWORD needs INFLUX_USERNAME')
  }
  const { INFLUX_BUCKET: bucket, INFLUX_DATABASE: database } = rest
  if (bucket !== undefined && database !== undefined && bucket !== database) {
    throw new ConfigError('INFLUX_BUCKET and INFLUX_DATABASE name one thing: set one of them')
  }
}

/** How to reach InfluxDB; undefined where trails are kept in a file. */
export function influxOf(config: Config): InfluxSettings | undefined {
  if (config.INFLUX_URL === undefined) return undefined
  return {
    url: config.INFLUX_URL,
    database: config.INFLUX_BUCKET ?? config.INFLUX_DATABASE ?? 'suyuan',
    org: config.INFLUX_ORG,
    token: config.INFLUX_TOKEN,
    username: config.INFLUX_USERNAME,
    password: config.INFLUX_PASSWORD,
    trailBuckets: config.INFLUX_TRAIL_BUCKETS,
    eventBuckets: config.INFLUX_EVENT_BUCKETS,
    readingsDays: config.INFLUX_READINGS_DAYS,
    minutesDays: config.INFLUX_MINUTES_DAYS,
    spoolBytes: config.INFLUX_SPOOL_BYTES,
    force: config.INFLUX_FORCE === '1',
  }
}

/** Every setting with its default, in the order of this file. */
export function describeSettings(): SettingHelp[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => ({
    name,
    fallback: String(schema.parse(undefined) ?? ''),
    about: schema.description ?? '',
  }))
}
