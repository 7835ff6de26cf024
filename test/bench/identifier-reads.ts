/**
 * Reads identifiers of each usual spelling in turns with JSON.parse of an event, in a process of
 * its own that does nothing else, and prints how many of each a second of CPU time are read.
 */
import { readDigitalLink } from '#epcis/digital-link.ts'
import { readElementString } from '#epcis/element-string.ts'
import { decodeTag } from '#epcis/tag/decode.ts'
import { encodeTag } from '#epcis/tag/encode.ts'
import { bytesOfHex } from '#epcis/tag/hex.ts'
import { understand } from '#epcis/understand.ts'
import { payload } from './payload.ts'
import { median } from './report.ts'

export interface IdentifierReads {
  readonly what: string
  /** Of one second of CPU time. */
  readonly perSecond: number
}

export interface IdentifierOptions {
  readonly rounds: number
  readonly roundMs: number
}

/** Different inputs, so that nothing is read from a memory of the last one. */
const count = 4096
const warmupMs = 300

const { rounds, roundMs }: IdentifierOptions = JSON.parse(process.argv[2] ?? '{}')

function inputs<T>(make: (n: number) => T): T[] {
  return Array.from({ length: count }, (_, n) => make(n))
}

const digits = (n: number, length: number) => String(n * 7919).padStart(length, '0')
const letters = (n: number) => `a${digits(n, 7)}/Z`
const sgtin = (n: number) => `urn:epc:id:sgtin:6901234.056789.${n * 104_729 + 1}`
const sgtinText = (n: number) => `urn:epc:id:sgtin:6901234.056789.${letters(n).replace('/', '%2F')}`
const sscc = (n: number) => `urn:epc:id:sscc:6901234.1${digits(n, 9)}`

function hex(urn: string, scheme: 'SGTIN-96' | 'SGTIN-198' | 'SSCC-96'): string {
  const encoded = encodeTag({ id: urn, scheme, filter: 1 })
  if (!encoded.ok) throw new Error(encoded.message)
  return encoded.hex
}

function bytes(text: string): Uint8Array {
  const read = bytesOfHex(text)
  if (!(read instanceof Uint8Array)) throw new Error(read.message)
  return read
}

type Work = readonly [what: string, readAll: () => void]

function work<T>(
  what: string,
  all: readonly T[],
  read: (input: T) => { readonly ok: boolean },
): Work {
  return [
    what,
    () => {
      for (const input of all) if (!read(input).ok) throw new Error(`${what} was refused`)
    },
  ]
}

const sgtin96 = inputs((n) => hex(sgtin(n), 'SGTIN-96'))
const sscc96 = inputs((n) => hex(sscc(n), 'SSCC-96'))
const sgtin198 = inputs((n) => hex(sgtinText(n), 'SGTIN-198'))
const events = inputs((n) => Buffer.from(payload(1, n * 2 + 1)).toString('utf8'))

const barcodes = inputs((n) => `]d20106901234567892172712311042${digits(n, 6)}\x1d21${letters(n)}`)
const links = inputs((n) => `https://shop.example/01/06901234567892/21/${digits(n, 9)}?17=271231`)

const works: readonly Work[] = [
  work('JSON.parse', events, (text) => ({ ok: JSON.parse(text) !== null })),
  work('decode SGTIN-96', sgtin96.map(bytes), decodeTag),
  work('decode SSCC-96', sscc96.map(bytes), decodeTag),
  work('decode SGTIN-198', sgtin198.map(bytes), decodeTag),
  work('parse element string', barcodes, readElementString),
  work('parse Digital Link', links, (link) => ({ ok: readDigitalLink(link) !== undefined })),
  work('understand SGTIN-96 in hex', sgtin96, understand),
  work('understand SSCC-96 in hex', sscc96, understand),
  work('understand SGTIN-198 in hex', sgtin198, understand),
  work('understand element string', barcodes, understand),
  work('understand Digital Link', links, understand),
]

const perSecond = new Map(works.map(([what]) => [what, [] as number[]]))
for (const [, readAll] of works) rateOf(readAll, warmupMs)
for (let round = 0; round < rounds; round++) {
  for (const [what, readAll] of works) perSecond.get(what)?.push(rateOf(readAll, roundMs))
}
const reads: IdentifierReads[] = works.map(([what]) => {
  return { what, perSecond: Math.round(median(perSecond.get(what) ?? [])) }
})
process.stdout.write(`${JSON.stringify(reads)}\n`)

/** Inputs read in a second of CPU time of this process. */
function rateOf(readAll: () => void, forMs: number): number {
  const endMs = performance.now() + forMs
  const before = process.cpuUsage()
  let read = 0
  while (performance.now() < endMs) {
    readAll()
    read += count
  }
  const { user, system } = process.cpuUsage(before)
  return (read / (user + system)) * 1e6
}
