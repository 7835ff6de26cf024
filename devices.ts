/**
 * `main.ts devices`: plugs devices in from the command line, beside a server that may run, and
 * tells how they are.
 */
import { mkdirSync } from 'node:fs'
import type { parseArgs } from 'node:util'
import { formatTimeUs } from '#epcis/time.ts'
import { type Guide, guides, settingsFor } from '#ingest/formats/guide.ts'
import { scopeOf } from '#ingest/memory.ts'
import { APART, tagApart } from '#ingest/reads/apart.ts'
import { calibrationState } from '#store/calibration.ts'
import { dataFolder } from '#store/folder.ts'
import { type Device, deviceSchema, formatSchema } from '#store/registry/schema.ts'
import { openRegistry, type Registry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { type Command, columns, readArguments, UsageError } from './command.ts'
import { type Config, readConfig } from './config.ts'
import { checked, issue, pages, print, taken } from './keys.ts'

const text = { type: 'string' } as const
const list = { type: 'string', multiple: true } as const

interface Parts {
  readonly registry: Registry
  readonly config: Config
}
type Action = (parts: Parts, args: readonly string[]) => Promise<void> | void

const addOptions = {
  ...{ party: text, device: text, site: text, name: text, format: text, codec: text, epc: text },
  ...{ topic: list, host: text, 'calibration-due': text, binding: text, sensor: list },
}

const actions: Readonly<Record<string, Action>> = {
  add({ registry, config }, args) {
    const { values } = readArguments(args, addOptions)
    const device = checked(deviceSchema, deviceOf(values))
    taken(registry.devices.put(device))
    const { party, device: slug } = device
    const secret = issue(registry, { role: 'device', party, device: slug })
    tell(device, config, values.host, secret)
  },
  settings({ registry, config }, args) {
    const { values, words } = readArguments(args, { host: text }, 'party/device')
    tell(known(registry, words[0]), config, values.host, undefined)
  },
  list({ registry }, args) {
    const { party } = readArguments(args, { party: text }).values
    const nowUs = Date.now() * 1000
    for (const device of pages((page) => registry.devices.list(page), party)) {
      const { format = 'plain', calibrationDue, enabled } = device
      const notes = [
        ...(calibrationDue === undefined ? [] : [calibrationNote(calibrationDue, nowUs)]),
        ...(enabled ? [] : ['disabled']),
      ]
      print([`${device.party}/${device.device}`, format, device.name, ...notes].join('  '))
    }
  },
  async apart({ registry, config }, args) {
    const [name] = readArguments(args, {}, 'party/device').words
    const device = known(registry, name)
    const trail = openSqliteTrail(dataFolder(config.DATA_DIR).trail, 'read')
    try {
      const beginning = `${scopeOf(device)} `
      for (const note of await trail.notes(beginning)) {
        const rest = note.key.slice(beginning.length)
        if (!rest.startsWith(APART)) continue
        const { key, reason, firstUs, lastUs, reads } = tagApart(rest, note.text)
        print(`${reason}  ${key}  ${formatTimeUs(firstUs)}  ${formatTimeUs(lastUs)}  ${reads}`)
      }
    } finally {
      await trail.close()
    }
  },
}

export const devices: Command = {
  summary: 'plug in readers and sensors: prints what to type into them',
  help: `Usage: main.ts devices <action> [options]

  devices add --party P --device D --site S --name TEXT [--format F] [--topic T]… [--epc URI]
              [--codec milesight-tlv] [--binding JSON] [--sensor ID=KEY]…
              [--calibration-due YYYY-MM-DD] [--host HOST]
                                   registers a device, or changes it, makes a key for it, and
                                   prints the settings to type into it
  devices settings P/D [--host HOST]
                                   prints these settings again, without the key
  devices list [--party P]         every device, its format, and when its calibration is due
  devices apart P/D                tags it has read of which no event was made: why, which, the
                                   first and the last time, how often

F is one of ${formatSchema.options.slice(0, 6).join(', ')},
${formatSchema.options.slice(6).join(', ')}. docs/devices/ has a page for each, and says what a
binding may hold. HOST is how devices reach this server. Reads and writes the data folder; a server
that runs there sees it at once.
`,
  async run([name = '', ...args]) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined) throw new UsageError(`devices has no action "${name}"`)
    const config = readConfig(process.env)
    const folder = dataFolder(config.DATA_DIR)
    mkdirSync(folder.root, { recursive: true, mode: 0o700 })
    const registry = openRegistry(folder.registry)
    try {
      await action({ registry, config }, args)
    } finally {
      registry.close()
    }
    return 0
  },
}

const calibrationNotes = {
  valid: '',
  due_soon: ', CALIBRATION DUE SOON',
  overdue: ', CALIBRATION OVERDUE',
} as const

function calibrationNote(due: string, nowUs: number): string {
  return `calibrated until ${due}${calibrationNotes[calibrationState(due, nowUs)]}`
}

type AddValues = ReturnType<typeof parseArgs<{ options: typeof addOptions }>>['values']

/** The device as it is asked for, for the schema to check. */
function deviceOf(values: AddValues): object {
  const { topic, host: _host, binding, sensor, 'calibration-due': due, ...plain } = values
  const format = formatSchema.safeParse(values.format)
  const channel = format.success ? guides[format.data].channel : 'telemetry'
  return {
    ...plain,
    topics: (topic ?? []).map((one) => ({ topic: one, channel })),
    ...(due === undefined ? {} : { calibrationDue: due }),
    ...(binding === undefined ? {} : { binding: jsonOf(binding) }),
    ...(sensor === undefined ? {} : { sensors: sensor.map(sensorOf) }),
  }
}

function jsonOf(binding: string): unknown {
  try {
    return JSON.parse(binding)
  } catch (cause) {
    throw new UsageError('--binding is not JSON', { cause })
  }
}

function sensorOf(text: string): object {
  const at = text.indexOf('=')
  return { id: text.slice(0, Math.max(at, 0)), epc: text.slice(at + 1) }
}

function known(registry: Registry, name = ''): Device {
  const [party = '', slug = ''] = name.split('/')
  const device = registry.device(party, slug)
  if (device === undefined) throw new UsageError(`there is no device ${name}`)
  return device
}

function tell(
  device: Device,
  config: Config,
  host = '(address of this server)',
  password: string | undefined,
): void {
  const guide = device.format === undefined ? plainGuide : guides[device.format]
  const { party, site, device: slug } = device
  const access = { host, port: config.MQTT_PORT, party, site, device: slug, password }
  const topics = device.topics.map(({ topic }) => topic)
  print(`\n${guide.title}\n\n${columns(settingsFor(guide, access))}`)
  if (guide.topics.length > 0) {
    const lacking = topics.length === 0 ? ': none is registered yet, add --topic' : ''
    print(`\nIts topics${lacking}\n${[...topics, ...guide.topics].map((t) => `  ${t}`).join('\n')}`)
  }
  if (guide.notes.length > 0) print(`\n${guide.notes.join('\n')}`)
}

const plainGuide: Guide = {
  title: 'A device that writes the simple forms of docs/mqtt.md',
  channel: 'telemetry',
  topics: [],
  isBridged: false,
  settings: [
    ['broker address', '{host}'],
    ['broker port', '{port}'],
    ['user name', '{user}'],
    ['password', '{password}'],
    ['topic for measurements', '{topic}'],
  ],
  understood: '',
  passedOver: '',
  notes: [],
  sample: undefined,
}
