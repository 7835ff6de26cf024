/**
 * `main.ts id`: what is understood of identifiers, without a server. Where the data folder has a
 * registry, its company prefixes and products help to read them.
 */
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { identifierReader, type ReadIdentifier } from '#api/reading.ts'
import { toUrn } from '#epcis/epc-urn.ts'
import { understand } from '#epcis/understand.ts'
import { type Candidate, NOTES, type Parts, type Refused } from '#epcis/understood.ts'
import { dataFolder } from '#store/folder.ts'
import { openRegistry } from '#store/registry.ts'
import { type Command, columns, readWords } from './command.ts'
import { readConfig } from './config.ts'

export const id: Command = {
  summary: 'tell what is understood of identifiers in any spelling',
  help: `Usage: main.ts id [--json] TEXT…

Prints what each TEXT names: an EPC URN, a GS1 Digital Link, the text of a barcode with or without
brackets, a tag's memory in hex or base64, a GTIN, SSCC, drug code or social credit code, an Ecode
or a Handle. Where a text can be several things, the likeliest comes first. A TEXT of - reads them
from standard input, a line each. Ends with 1 when a text is refused.

  --json  a line of JSON for each text
`,
  async run(args) {
    const { values, words } = readWords(args, { json: { type: 'boolean' } }, 'TEXT')
    const tell = values.json ? asJson : asText
    const reader = openReader()
    let refused = 0
    try {
      for await (const text of textsOf(words)) {
        const reading = reader.read(text)
        if (!reading.ok) refused += 1
        const told = reading.ok ? reading.candidates.map(candidateWithUrn) : reading
        process.stdout.write(`${tell(text, told)}\n`)
      }
    } finally {
      reader.close()
    }
    return refused === 0 ? 0 : 1
  },
}

interface CandidateWithUrn extends Candidate {
  readonly urn: string | undefined
}

function candidateWithUrn(candidate: Candidate): CandidateWithUrn {
  const { companyPrefix } = candidate.parts
  return {
    ...candidate,
    urn: companyPrefix && toUrn(candidate.key, Math.max(6, companyPrefix.length)),
  }
}

/** Reads with what the registry knows, where there is one already. */
function openReader(): { readonly read: ReadIdentifier; readonly close: () => void } {
  const nowUs = () => Date.now() * 1000
  const folder = dataFolder(readConfig(process.env).DATA_DIR)
  if (!existsSync(folder.registry)) {
    const year = new Date().getUTCFullYear()
    return { read: (text) => understand(text, { year }), close: () => {} }
  }
  const registry = openRegistry(folder.registry, { readOnly: true })
  return { read: identifierReader(registry, nowUs), close: () => registry.close() }
}

async function* textsOf(words: readonly string[]): AsyncGenerator<string> {
  for (const word of words) {
    if (word === '-') yield* createInterface({ input: process.stdin })
    else yield word
  }
}

type Told = readonly CandidateWithUrn[] | Refused

function isRefused(told: Told): told is Refused {
  return 'ok' in told
}

function asJson(text: string, told: Told): string {
  const { ok, ...refused } = isRefused(told) ? told : { ok: true }
  return JSON.stringify(ok ? { text, candidates: told } : { text, refused })
}

function asText(text: string, told: Told): string {
  const shown = text.length <= 200 ? text : `${text.slice(0, 200)}…`
  const head = JSON.stringify(shown).slice(1, -1)
  if (isRefused(told)) {
    const { code, form, message } = told
    return `${head}\n${columns([['refused', `${form}, ${code}: ${message}`]])}`
  }
  const blocks = told.map((candidate, at) => columns(linesOf(candidate, at)))
  return [head, blocks.join('\n\n')].join('\n')
}

const titles: Readonly<Partial<Record<keyof Parts, string>>> = {
  gtin: 'GTIN',
  lot: 'lot',
  serial: 'serial',
  expiry: 'expiry',
  production: 'production',
  sscc: 'SSCC',
  gln: 'GLN',
  indicator: 'indicator',
  product: 'product',
  packLevel: 'pack level',
  companyPrefix: 'company prefix',
  scheme: 'EPC scheme',
  filter: 'filter',
  hostname: 'host name',
}

function linesOf(candidate: CandidateWithUrn, at: number): [string, string][] {
  const { key, kind, form, lot, parts, notes, urn } = candidate
  const named = Object.entries(titles).flatMap(([name, title]): [string, string][] => {
    const value = parts[name as keyof typeof titles]
    return value === undefined ? [] : [[title, String(value)]]
  })
  return [
    [at === 0 ? 'is' : 'or', `${kind.replace('-', ' ')}, read as ${form.replaceAll('-', ' ')}`],
    ['key', key],
    ...(lot === undefined ? [] : [['key of lot', lot] satisfies [string, string]]),
    ...(urn === undefined ? [] : [['EPC URN', urn] satisfies [string, string]]),
    ...named,
    ...notes.map((note): [string, string] => ['note', `${note}: ${NOTES[note]}`]),
  ]
}
