/**
 * The settings: every one is read from the environment here and nowhere else, checked before
 * anything starts, and described so that `--help` and the documentation print the same words.
 */
import { z } from 'zod'

/** Settings that do not hold. `message` names every one of them, one a line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

const MIB = 1024 * 1024

const text = z.string()
const count = z.coerce.number('must be a number').int('must be a whole number')
const port = count.min(0, 'must be 0 to 65535').max(65_535, 'must be 0 to 65535')
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
  if (given['INFLUX_URL'] !== undefined) {
    throw new ConfigError('INFLUX_URL is not supported by this version: trails are kept in SQLite')
  }
  return config
}

/** Every setting with its default, in the order of this file. */
export function describeSettings(): SettingHelp[] {
  return Object.entries(settingsSchema.shape).map(([name, schema]) => ({
    name,
    fallback: String(schema.parse(undefined) ?? ''),
    about: schema.description ?? '',
  }))
}
