/**
 * `main.ts prefixes`: the table of company prefixes from the command line, beside a server that may
 * run.
 */
import { isUtf8 } from 'node:buffer'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { formatTimeUs } from '#epcis/time.ts'
import { parseJson } from '#ingest/json.ts'
import { dataFolder } from '#store/folder.ts'
import {
  MOST_TABLE_BYTES,
  type PrefixTable,
  prefixTableOfJson,
  prefixTableOfXml,
} from '#store/registry/prefix-table.ts'
import { openRegistry, type Registry } from '#store/registry.ts'
import { type Command, readArguments, UsageError } from './command.ts'
import { readConfig } from './config.ts'

type Action = (registry: Registry, args: readonly string[]) => void

const actions: Readonly<Record<string, Action>> = {
  load(registry, args) {
    const [file = ''] = readArguments(args, {}, 'file').words
    registry.companyPrefixes.load(readTable(file), Date.now() * 1000)
    show(registry)
  },
  show(registry, args) {
    readArguments(args, {})
    show(registry)
  },
}

export const prefixes: Command = {
  summary: 'load the table of company prefixes, which URNs are made with',
  help: `Usage: main.ts prefixes <action>

  prefixes load <file>   replaces the table by one as GS1 publishes it, in JSON or XML
  prefixes show          which table is loaded: its date, its entries, and when it was loaded

A GS1 key does not say how long its company prefix is, and an EPC URN does: with the table one is
made from the other. Trails do not depend on it. A table with a bad entry is refused and changes
nothing. Reads and writes registry.db of DATA_DIR; a server that runs there sees it at once.
`,
  async run([name = '', ...args]) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined) throw new UsageError(`prefixes has no action "${name}"`)
    const folder = dataFolder(readConfig(process.env).DATA_DIR)
    mkdirSync(folder.root, { recursive: true, mode: 0o700 })
    const registry = openRegistry(folder.registry)
    try {
      action(registry, args)
    } finally {
      registry.close()
    }
    return 0
  },
}

/** The file is no table that can be loaded. */
class PrefixTableError extends Error {
  override readonly name = 'PrefixTableError'
}

function readTable(file: string): PrefixTable {
  const { size } = statSync(file)
  if (size > MOST_TABLE_BYTES) {
    throw new PrefixTableError(`${file} has ${size} bytes; ${MOST_TABLE_BYTES} are read`)
  }
  const bytes = readFileSync(file)
  if (!isUtf8(bytes)) throw new PrefixTableError(`${file} is not UTF-8`)
  const read = isXml(bytes) ? prefixTableOfXml(bytes.toString()) : jsonTableOf(bytes)
  if (read.ok) return read
  throw new PrefixTableError(`${file} is no table of company prefixes: ${read.message}`)
}

function jsonTableOf(bytes: Uint8Array) {
  const json = parseJson(bytes)
  return json.ok ? prefixTableOfJson(json.value) : json
}

function isXml(bytes: Buffer): boolean {
  return /^\uFEFF?\s*</.test(bytes.toString('utf8', 0, 1000))
}

function show({ companyPrefixes }: Registry): void {
  const loaded = companyPrefixes.loaded()
  if (loaded === undefined) {
    process.stdout.write('no table is loaded\n')
    return
  }
  const { date, entries, loadedAtUs } = loaded
  process.stdout.write(`${entries} entries of ${date}, loaded at ${formatTimeUs(loadedAtUs)}\n`)
}
