/**
 * `main.ts devices`: plugs devices in from the command line, beside a server that may run, and
 * tells how they are.
 */
import { mkdirSync } from 'node:fs'
import type { parseArgs } from 'node:util'
import { formatTimeUs } from '#epcis/time.ts'
import {
  furtherTopics,
  type Guide,
  givenTopics,
  guides,
  settingsFor,
  withTopicsAlong,
} from '#ingest/formats/guide.ts'
import { tagsApart } from '#ingest/reads/apart.ts'
import { bindingFault } from '#ingest/reads/fold.ts'
import { calibrationState } from '#store/calibration.ts'
import { dataFolder } from '#store/folder.ts'
import { codecSchema, type Device, deviceSchema, formatSchema } from '#store/registry/schema.ts'
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
  field: list,
}

const actions: Readonly<Record<string, Action>> = {
  add({ registry, config }, args) {
    const { values } = readArguments(args, addOptions)
    const given = checked(deviceSchema, deviceOf(values))
    const device = checked(deviceSchema, withTopicsAlong(given))
    const fault = device.binding && bindingFault(device)
    if (fault !== undefined) throw new UsageError(`--binding: ${fault.message}`)
    taken(registry.devices.put(device))
    const { party, device: slug } = device
    // Nothing connects as a device whose messages a bridge fetches.
    const secret = guideOf(device).isBridged
      ? undefined
      : issue(registry, { role: 'device', party, device: slug })
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
      for (const { key, reason, firstUs, lastUs, reads } of await tagsApart(trail, device)) {
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
              [--codec C] [--binding JSON] [--sensor ID=KEY]…
              [--field NAME=TYPE[,UOM[,COMPONENT]]]…
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
binding may hold. C is ${codecSchema.options.join(', ')}. HOST is
how devices reach this server. Reads and writes the data folder; a server that runs there sees it
at once.
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
  const { topic, host: _host, binding, sensor, field, 'calibration-due': due, ...plain } = values
  const format = formatSchema.safeParse(values.format)
  const guide = format.success ? guides[format.data] : plainGuide
  return {
    ...plain,
    topics: givenTopics(guide, topic ?? []),
    ...(due === undefined ? {} : { calibrationDue: due }),
    ...(binding === undefined ? {} : { binding: jsonOf(binding) }),
    ...(sensor === undefined ? {} : { sensors: sensor.map(sensorOf) }),
    ...(field === undefined ? {} : { fields: field.map(fieldOf) }),
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
  if (at < 1) throw new UsageError(`--sensor is ID=KEY, not ${text}`)
  return { id: text.slice(0, at), epc: text.slice(at + 1) }
}

function fieldOf(text: string): object {
  const at = text.indexOf('=')
  if (at < 1) throw new UsageError(`--field is NAME=TYPE[,UOM[,COMPONENT]], not ${text}`)
  const [type, uom, component] = text.slice(at + 1).split(',')
  const unit = uom === undefined || uom === '' ? {} : { uom }
  return { name: text.slice(0, at), type, ...unit, ...(component && { component }) }
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
  const guide = guideOf(device)
  const { party, site, device: slug } = device
  const { MQTT_PORT: port, MQTTS_PORT: tlsPort } = config
  const topics = device.topics.map(({ topic }) => topic)
  const access = { host, port, tlsPort, party, site, device: slug, password, topics }
  print(`\n${guide.title}\n\n${columns(settingsFor(guide, access))}`)
  const further = furtherTopics(guide, topics)
  if (topics.length > 0) print(`\nIts topics\n${indented(topics)}`)
  if (further.length > 0) {
    const which = topics.length > 0 ? 'Topics that it may have as well' : 'Topics of its maker'
    print(`\n${which}: register them with --topic\n${indented(further)}`)
  }
  if (guide.notes.length > 0) print(`\n${guide.notes.join('\n')}`)
  if (guide.channel === 'reads' && device.binding === undefined) print(`\n${WITHOUT_BINDING}`)
}

const WITHOUT_BINDING =
  'ATTENTION: it has no --binding yet, so that nothing is made of its reads: every message with ' +
  'reads is refused (reads_not_supported). docs/devices/README.md says what a binding holds.'

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n')
}

function guideOf({ format }: Pick<Device, 'format'>): Guide {
  return format === undefined ? plainGuide : guides[format]
}

const plainGuide: Guide = {
  title: 'A device that writes the simple forms of docs/mqtt.md',
  channel: 'telemetry',
  topics: [],
  alongTopics: [],
  isBridged: false,
  settings: [
    ['broker address', '{host}'],
    ['broker port', '{port}'],
    ['user name', '{user}'],
    ['password', '{password}'],
    ['client identifier', '{client}'],
    ['topic for EPCIS events', '{base}/epcis'],
    ['topic for measurements', '{base}/telemetry'],
    ['topic for reads of tags', '{base}/reads'],
    ['topic that tells it what was refused', '{base}/rejected'],
  ],
  understood: '',
  passedOver: '',
  notes: [],
  sample: undefined,
}
