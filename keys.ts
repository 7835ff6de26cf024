/**
 * `main.ts keys`: keys, devices and parties from the command line, beside a server that may run.
 */
import { mkdirSync } from 'node:fs'
import type { z } from 'zod'
import { dataFolder } from '#store/folder.ts'
import type { Listing, Page, Refusal } from '#store/registry/collection.ts'
import { deviceSchema, keyGrantSchema, partySchema } from '#store/registry/schema.ts'
import { openRegistry, type Registry } from '#store/registry.ts'
import { type Command, readArguments, UsageError } from './command.ts'
import { readConfig } from './config.ts'

const text = { type: 'string' } as const
const nowUs = (): number => Date.now() * 1000
const PAGE = 500

type Action = (registry: Registry, args: readonly string[]) => void

const actions: Readonly<Record<string, Action>> = {
  list(registry, args) {
    const { party } = readArguments(args, { party: text }).values
    for (const { keyId, grant, revokedAtUs } of pages((page) => registry.keys.list(page), party)) {
      const { role, label, ...owner } = grant
      const state = revokedAtUs === undefined ? '' : ' revoked'
      print(`${keyId} ${role} ${Object.values(owner).join('/')} ${label}${state}`)
    }
  },
  add(registry, args) {
    const options = { role: text, party: text, device: text, label: text }
    issue(registry, readArguments(args, options).values)
  },
  revoke(registry, args) {
    const [keyId = ''] = readArguments(args, {}, 'key id').words
    const revoked = taken(registry.keys.revoke(keyId, nowUs()))
    if (!revoked.known) throw new UsageError(`there is no key ${keyId}`)
  },
  devices(registry, args) {
    const { party } = readArguments(args, { party: text }).values
    for (const device of pages((page) => registry.devices.list(page), party)) {
      const { enabled, site, name } = device
      print(`${device.party}/${device.device} ${site} ${name}${enabled ? '' : ' disabled'}`)
    }
  },
  'add-device'(registry, args) {
    const options = { party: text, device: text, site: text, name: text, epc: text }
    const device = checked(deviceSchema, readArguments(args, options).values)
    taken(registry.devices.put(device))
    issue(registry, { role: 'device', party: device.party, device: device.device })
  },
  'add-party'(registry, args) {
    const options = { slug: text, name: text, domain: text }
    taken(registry.parties.put(checked(partySchema, readArguments(args, options).values)))
  },
}

export const keys: Command = {
  summary: 'list, add and revoke keys; register devices and parties',
  help: `Usage: main.ts keys <action> [options]

  keys list [--party P]            every key but not its secret, which is shown once when it is made
  keys add --role R [--party P] [--device D] [--label TEXT]
                                   a key: R is device, enterprise, inspector, regulator or admin
  keys revoke <key id>             ends a key at once, also for a device that is connected
  keys devices [--party P]
  keys add-device --party P --device D --site S --name TEXT [--epc URI]
                                   registers a device, or changes it, and makes a key for it
  keys add-party --slug P --name TEXT --domain food|drugs|building_materials

P, D and S are 1 to 40 of a-z, 0-9 and -. Reads and writes registry.db of DATA_DIR; a server that
runs there sees it at once.
`,
  async run([name = '', ...args]) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined) throw new UsageError(`keys has no action "${name}"`)
    const folder = dataFolder(readConfig(process.env).DATA_DIR)
    // A server may be set up before it has ever run.
    mkdirSync(folder.root, { recursive: true, mode: 0o700 })
    const registry = openRegistry(folder.registry, { nowUs })
    try {
      action(registry, args)
    } finally {
      registry.close()
    }
    return 0
  },
}

/** Makes a key, prints it, and gives its secret. */
export function issue(registry: Registry, grant: unknown): string {
  const { record, secret } = taken(registry.keys.issue(checked(keyGrantSchema, grant), nowUs()))
  print(`${record.keyId} ${secret}`)
  return secret
}

export function* pages<T>(
  list: (page: Page) => Listing<T>,
  party: string | undefined,
): Generator<T> {
  let after: string | undefined
  do {
    const listing = list({ party, after, limit: PAGE })
    yield* listing.items
    after = listing.after
  } while (after !== undefined)
}

export function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const lines = parsed.error.issues.map(({ path, message }) => {
    const isMissing = message.endsWith('received undefined')
    return isMissing ? `${flagOf(path)} is needed` : `${flagOf(path)}: ${message}`
  })
  throw new UsageError(lines.join('\n'))
}

/** Lists of the schema are flags that may come several times. */
const singular: Readonly<Record<string, string>> = {
  ...{ topics: 'topic', sensors: 'sensor', fields: 'field' },
}

/** The flag that gave a field, with the place inside of what it gave: `--binding.antennas.0`. */
function flagOf(path: readonly PropertyKey[]): string {
  const [first = '', ...rest] = path.map(String)
  const flag = singular[first] ?? first.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
  const inside = flag === first || flag.includes('-') ? rest : rest.slice(2)
  return `--${[flag, ...inside].join('.')}`
}

/** What a write gives, or its refusal for the person at the command line. */
export function taken<Written extends { readonly ok: boolean }>(
  written: Written | Refusal,
): Exclude<Written, Refusal> {
  if (isRefusal(written)) throw new UsageError(written.message)
  return written as Exclude<Written, Refusal>
}

function isRefusal(written: { readonly ok: boolean }): written is Refusal {
  return !written.ok
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
