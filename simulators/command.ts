/** `main.ts simulate`: a simulated supply chain against a server that runs, or into a file. */
import { allFaults, type Fault, faultKinds, isFault } from './faults.ts'
import { type FieldRates, isQuiet } from './field/field.ts'
import { readFlags, share, UsageError, urlOf, wholeNumber } from './flags.ts'
import { progressOn } from './progress.ts'
import { type Described, record, replay } from './recording.ts'
import { runSimulation, type SimulationOptions } from './simulate.ts'
import {
  aboutWorlds,
  defaults,
  faultsIn,
  presets,
  type WorldName,
  type WorldOptions,
  worldNames,
  worldOf,
} from './worlds.ts'

export const simulateHelp = `Usage: main.ts simulate [WORLD|PRESET] [options]

Lets the devices of a simulated supply chain publish to a running server, each over a connection of
its own, until all is acknowledged. The same options give the same messages to the byte. Worlds and
presets: main.ts simulate --list (default: food).

  --seed TEXT    what decides everything that happens (default: 1)
  --items N      items to make, sell or leave on a shelf, 1 to 10000000 (default: 1000)
  --days N       days of production at most; more items widen the chain then (default: as many
                 as keep it narrow, 60 or more)
  --lots N       batches; without it their size follows --items
  --parties N    suppliers, and as many outlets (default: 4)
  --faults LIST  none, all, or names with commas between: see --list (default: none)
  --truth FILE   write what really happened, one JSON object a line: main.ts score reads it

  --partial-pallets S, --repacking S     what happens to pallets and cases (default: 0.05)
  --missed-reads S, --wrong-scans S, --unseen-unpacking S, --lost S, --duplicates S, --late S,
  --wrong-clocks S, --drops S            what goes wrong in the field (default: 0)
                 S is a share from 0 to 1; each is told in the truth

  --speed N      simulated seconds in one real second; 0 is as fast as possible (default: 0)
  --rate N       messages a second at most
  --window N     messages a device has on their way at a time (default: 100)
  --grace HOURS  how long rules wait for late data in the world's domains: 0 in a run that is
                 faster than life, so that what is missing is told now and not in three days
  --http         push by EPCIS capture instead of MQTT; telemetry and raw reads are left out
  --record FILE  write the run to a file and publish nothing; its truth is in it, and written when
                 it is replayed
  --replay FILE  publish what was recorded; nothing else decides what happens then
  --url URL      HTTP API of the server (default: http://localhost:8080)
  --mqtt URL     its MQTT port (default: mqtt://, the host of --url, port 1883)
  --key KEY      an administrator's key (default: ADMIN_KEY of the environment)
`

const MAX_ITEMS = 10_000_000

const text = { type: 'string' } as const
const fieldFlags = {
  'missed-reads': 'missedReads',
  'wrong-scans': 'wrongScans',
  'unseen-unpacking': 'unseenUnpacking',
  lost: 'lost',
  duplicates: 'duplicates',
  late: 'late',
  'wrong-clocks': 'wrongClocks',
  drops: 'drops',
} as const satisfies Readonly<Record<string, keyof FieldRates>>

const flags = {
  seed: text,
  items: text,
  days: text,
  lots: text,
  parties: text,
  faults: text,
  truth: text,
  'partial-pallets': text,
  repacking: text,
  'missed-reads': text,
  'wrong-scans': text,
  'unseen-unpacking': text,
  lost: text,
  duplicates: text,
  late: text,
  'wrong-clocks': text,
  drops: text,
  speed: { type: 'string', default: '0' },
  rate: text,
  grace: text,
  window: { type: 'string', default: '100' },
  http: { type: 'boolean', default: false },
  record: text,
  replay: text,
  list: { type: 'boolean', default: false },
  url: { type: 'string', default: 'http://localhost:8080' },
  mqtt: text,
  key: text,
} as const

const worldFlags = [
  ...([
    'seed',
    'items',
    'days',
    'lots',
    'parties',
    'faults',
    'partial-pallets',
    'repacking',
  ] as const),
  ...(['missed-reads', 'wrong-scans', 'unseen-unpacking', 'lost', 'duplicates', 'late'] as const),
  ...(['wrong-clocks', 'drops'] as const),
] as const satisfies readonly (keyof typeof flags)[]
const runFlags = ['truth', 'rate', 'grace', 'http', 'mqtt'] as const

type Values = ReturnType<typeof readFlags<typeof flags>>['values']

/** What a command line asks for. */
export type Asked =
  | { readonly what: 'list' }
  | { readonly what: 'record'; readonly run: Described; readonly file: string }
  | { readonly what: 'run'; readonly options: SimulationOptions }

/** `adminKey` stands in for --key. Throws UsageError. */
export function askedFor(args: readonly string[], adminKey: string | undefined): Asked {
  const { values, positionals } = readFlags(args, flags)
  if (values.list) return { what: 'list' }
  if (positionals.length > 1)
    throw new UsageError(`one world or preset, not ${positionals.join(' ')}`)
  const { record: file, replay: recorded } = values
  if (recorded !== undefined) refuse(values, [...worldFlags, 'record'], '--replay', positionals)
  if (file !== undefined) refuse(values, runFlags, '--record', [])
  const run = recorded === undefined ? made(values, positionals[0]) : replay(recorded)
  if (file !== undefined) return { what: 'record', run, file }
  const key = values.key ?? adminKey
  if (key === undefined) throw new UsageError('--key or ADMIN_KEY is needed')
  return { what: 'run', options: { ...simulationOf(values, key), ...run } }
}

/** A flag that would change nothing is not passed over: somebody has meant something by it. */
function refuse(
  values: Values,
  names: readonly (keyof Values)[],
  beside: string,
  words: readonly string[],
): void {
  const given = names.filter((name) => values[name] !== undefined && values[name] !== false)
  const [odd] = [...words, ...given.map((name) => `--${name}`)]
  if (odd !== undefined) throw new UsageError(`${odd} does nothing beside ${beside}`)
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** Runs what is asked for; the report goes to standard output as one JSON line. */
export async function simulate(args: readonly string[], adminKey: string | undefined) {
  const asked = askedFor(args, adminKey)
  if (asked.what === 'list') {
    process.stdout.write(listing())
    return
  }
  const progress = progressOn(process.stderr, asked.what === 'run' ? 'simulating' : 'recording')
  const stopping = new AbortController()
  // The run ends in order, so that no key of it stays behind; a second signal ends it at once.
  const stop = () => stopping.abort()
  if (asked.what === 'run') for (const signal of signals) process.once(signal, stop)
  try {
    const report =
      asked.what === 'record'
        ? { recorded: asked.file, messages: record(asked.run, asked.file, progress.show) }
        : await runSimulation({
            ...asked.options,
            onProgress: progress.show,
            stop: stopping.signal,
          })
    process.stdout.write(`${JSON.stringify(report)}\n`)
  } finally {
    for (const signal of signals) process.off(signal, stop)
    progress.end()
  }
}

/** Of a preset or world, what the flags do not say otherwise. Throws UsageError. */
export function worldOptionsOf(values: Values, name = 'food'): WorldOptions {
  const preset = Object.hasOwn(presets, name) ? presets[name] : undefined
  if (preset === undefined && !isWorld(name)) {
    throw new UsageError(`there is no world or preset ${name}: see main.ts simulate --list`)
  }
  const base = { ...defaults, ...(preset?.options ?? { world: isWorld(name) ? name : 'food' }) }
  const { partialPallets, repacking } = base.rates
  const count = (flag: 'items' | 'days' | 'parties' | 'lots', most?: number) =>
    values[flag] === undefined ? undefined : wholeNumber(`--${flag}`, values[flag], 1, most)
  const rate = (flag: 'partial-pallets' | 'repacking', usual: number) =>
    values[flag] === undefined ? usual : share(`--${flag}`, values[flag])
  return {
    ...base,
    seed: values.seed ?? base.seed,
    items: count('items', MAX_ITEMS) ?? base.items,
    days: count('days') ?? base.days,
    parties: count('parties') ?? base.parties,
    lots: count('lots') ?? base.lots,
    faults: values.faults === undefined ? base.faults : faultsOf(values.faults, base.world),
    rates: {
      partialPallets: rate('partial-pallets', partialPallets),
      repacking: rate('repacking', repacking),
    },
    field: fieldOf(values, base.field),
  }
}

function fieldOf(values: Values, usual: FieldRates): FieldRates {
  const given = Object.entries(fieldFlags).flatMap(([flag, name]) => {
    const said = values[flag as keyof typeof fieldFlags]
    return said === undefined ? [] : [[name, share(`--${flag}`, said)] as const]
  })
  return { ...usual, ...Object.fromEntries(given) }
}

function faultsOf(said: string, world: WorldName): Fault[] {
  if (said === 'none') return []
  const possible = faultsIn(world)
  if (said === 'all') return possible
  return said.split(',').map((name) => {
    if (isFault(name) && possible.includes(name)) return name
    throw new UsageError(`--faults: ${world} cannot let "${name}" happen: see --list`)
  })
}

function isWorld(name: string): name is WorldName {
  return (worldNames as readonly string[]).includes(name)
}

function made(values: Values, name: string | undefined): Described {
  const options = worldOptionsOf(values, name)
  const { seed, items, faults, field } = options
  const more = {
    ...(faults.length > 0 ? { faults } : {}),
    ...(isQuiet(field) ? {} : { field: { ...field } }),
  }
  return { world: worldOf(options), about: { seed, items, ...more } }
}

function simulationOf(values: Values, key: string) {
  const url = urlOf('--url', values.url)
  return {
    speed: wholeNumber('--speed', values.speed, 0),
    rate: values.rate === undefined ? undefined : wholeNumber('--rate', values.rate, 1),
    window: wholeNumber('--window', values.window, 1),
    graceHours: values.grace === undefined ? undefined : wholeNumber('--grace', values.grace, 0),
    overHttp: values.http,
    truthFile: values.truth,
    apiUrl: url.href.replace(/\/$/, ''),
    mqttUrl:
      values.mqtt === undefined ? `mqtt://${url.hostname}:1883` : urlOf('--mqtt', values.mqtt).href,
    key,
  }
}

function listing(): string {
  const row = ([name, about]: readonly [string, string]) => `  ${name.padEnd(24)} ${about}`
  const of = (entries: readonly (readonly [string, string])[]) => entries.map(row).join('\n')
  const about = (all: Readonly<Record<string, { readonly about: string }>>) =>
    Object.entries(all).map(([name, { about: words }]) => [name, words] as const)
  const sized = Object.entries(presets).map(([name, { about: words, options }]) => {
    const items = (options.items ?? defaults.items).toLocaleString('en')
    return [name, `${words}; ${options.world}, ${items} items`] as const
  })
  const warm = allFaults.filter((fault) => !faultsIn('materials').includes(fault))
  return `Worlds: simulate WORLD --items N
${of(Object.entries(aboutWorlds))}

Presets: simulate PRESET, and options over it
${of(sized)}

Faults: --faults all, or names with commas between
${of(about(faultKinds))}
  Building materials know all but ${warm.join(', ')}.
`
}
