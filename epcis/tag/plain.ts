/**
 * The schemes of TDS 1.x that are no GS1 keys: GID-96, USDOD-96 and ADI-var. They have no Digital
 * Link: their key is the pure identity URN. [EPC TDS 14.6.12 to 14.6.14; DoD Suppliers' Passive
 * RFID Information Guide 15]
 */
import { type PlainName, type PlainUrn, spellPlain } from '#epcis/plain-urn.ts'
import { type Refused, refuse } from '#epcis/understood.ts'
import { TagReader, type TagWriter } from './bits.ts'
import {
  ADI_CHARACTERS,
  type Alphabet,
  CAGE_CHARACTERS,
  readTerminated,
  sixBits,
  strangerIn,
  writeTerminated,
} from './characters.ts'
import type { TagRead } from './read.ts'

type Name = Exclude<PlainName, 'bic' | 'imovn'>

export interface PlainTagScheme {
  readonly layout: 'plain'
  readonly name: string
  readonly header: number
  /** Bits in all; 0 where they vary. */
  readonly bits: number
  readonly urn: Name
  readonly filterBits: number
}

export const PLAIN: readonly PlainTagScheme[] = [
  { layout: 'plain', name: 'GID-96', header: 0x35, bits: 96, urn: 'gid', filterBits: 0 },
  { layout: 'plain', name: 'USDOD-96', header: 0x2f, bits: 96, urn: 'usdod', filterBits: 4 },
  { layout: 'plain', name: 'ADI-var', header: 0x3b, bits: 0, urn: 'adi', filterBits: 6 },
]

/** The EPC of a tag whose header is the scheme's. */
export function readPlain(scheme: PlainTagScheme, bytes: Uint8Array): TagRead | Refused {
  const bits = new TagReader(bytes)
  if (bits.end < scheme.bits) {
    return refuse('epc-binary', 'tag_truncated', `${bits.end} of ${scheme.bits} bits`)
  }
  bits.at = 8
  const filter = scheme.filterBits === 0 ? undefined : bits.read(scheme.filterBits)
  const parts = READ[scheme.urn](bits)
  if (!bits.failure && !bits.onlyZeros()) bits.fail('tag_too_long')
  return bits.refused() ?? toRead(scheme, filter, { name: scheme.urn, parts })
}

type Reads = Readonly<Record<Name, (bits: TagReader) => string[]>>
type Writes = Readonly<Record<Name, (bits: TagWriter, parts: readonly string[]) => void>>

const READ: Reads = {
  gid: (bits) => [28, 24, 36].map((width) => String(bits.read(width))),
  usdod: (bits) => [readCode(bits, 8), String(bits.read(36))],
  adi: (bits) => [readCode(bits, 6), readTerminated(bits, 32, ADI_CHARACTERS), readAdiSerial(bits)],
}

const WRITE: Writes = {
  gid: (bits, [manager = '', type = '', serial = '']) => {
    bits.writeDecimal(manager, 28)
    bits.writeDecimal(type, 24)
    bits.writeDecimal(serial, 36)
  },
  usdod: (bits, [code = '', serial = '']) => {
    writeCode(bits, code, 8)
    bits.writeDecimal(serial, 36)
  },
  adi: (bits, [code = '', part = '', serial = '']) => {
    writeCode(bits, code, 6)
    writeTerminated(bits, part, 32, ADI_CHARACTERS)
    writeTerminated(bits, serial, 30, ADI_SERIAL)
  },
}

const BLANK = 0x20
const HASH = 0x23

/** Six characters, or a blank and five, of 6 or 8 bits [14.4.7]. */
function readCode(bits: TagReader, width: 6 | 8): string {
  let code = ''
  for (let at = 0; at < 6; at++) {
    const value = bits.read(width)
    const character = width === 6 ? sixBits(value, CAGE_CHARACTERS) : CAGE_CHARACTERS[value]
    if (character) code += character
    else if (at > 0 || value !== BLANK) bits.fail('tag_character', `0x${value.toString(16)}`)
  }
  return code
}

function writeCode(bits: TagWriter, code: string, width: 6 | 8): void {
  const stranger = strangerIn(code, CAGE_CHARACTERS)
  if (stranger) bits.fail('tag_character', stranger)
  for (const character of code.padStart(6, ' ')) {
    bits.write(character.charCodeAt(0) & (2 ** width - 1), width)
  }
}

// `#` stands before the serial of a part that is not serialised otherwise, and nowhere else.
const ADI_SERIAL: Alphabet = ADI_CHARACTERS.map((each, code) => (code === HASH ? '#' : each))

function readAdiSerial(bits: TagReader): string {
  const serial = readTerminated(bits, 30, ADI_SERIAL)
  if (serial === '' || serial === '#') bits.fail('tag_length', 'There is no character.')
  if (serial.includes('#', 1)) bits.fail('tag_character', '#')
  return serial
}

function toRead(scheme: PlainTagScheme, filter: number | undefined, urn: PlainUrn): TagRead {
  const spelt = spellPlain(urn)
  const body = spelt.slice(spelt.lastIndexOf(':') + 1)
  const control = filter === undefined ? '' : `${filter}.`
  return {
    ok: true,
    scheme: scheme.name,
    key: spelt,
    kind: 'instance',
    checked: true,
    lot: undefined,
    urn: spelt,
    tagUri: `urn:epc:tag:${scheme.name.toLowerCase()}:${control}${body}`,
    filter,
    companyPrefix: undefined,
    hostname: undefined,
    date: undefined,
    elements: [],
    dataRefused: undefined,
  }
}

/** Everything behind the header. What does not fit into the scheme fails in the writer. */
export function writePlain(
  bits: TagWriter,
  scheme: PlainTagScheme,
  filter: number,
  parts: readonly string[],
): void {
  if (scheme.filterBits > 0) bits.write(filter, scheme.filterBits)
  WRITE[scheme.urn](bits, parts)
}
