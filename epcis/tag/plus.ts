/**
 * The schemes of TDS 2.0 (`+`) and 2.3 (`++`): the values as their application identifiers have
 * them, digit by digit, with the check digit and without a partition; data may follow, and of a ++
 * scheme the host name stands between. [EPC TDS 14.5, 14.6.1.3 to 14.6.11.4]
 */
import { splitKey } from '#epcis/epc-urn.ts'
import {
  composeKey,
  type GS1Key,
  isFiner,
  type KeyType,
  keyType,
  type Qualified,
} from '#epcis/gs1-key.ts'
import { type Element, type Refused, refuse } from '#epcis/understood.ts'
import { TagReader, type TagWriter } from './bits.ts'
import { SET_39 } from './characters.ts'
import { readData } from './data.ts'
import { readPrioritisedDate, writePrioritisedDate } from './dates.ts'
import { readHostname, writeHostname } from './hostname.ts'
import { alphanumeric, delimited, fixedNumeric, type Method, numeric, upTo } from './methods.ts'
import type { TagRead } from './read.ts'

export interface PlusScheme {
  readonly layout: 'plus'
  readonly name: string
  readonly header: number
  readonly type: KeyType
  readonly number: Method
  /** Directly behind the number, or under an application identifier of its own. */
  readonly serial: Method | undefined
  readonly qualifier: Qualified['qualifier'] | undefined
  readonly dated: boolean
  readonly hosted: boolean
}

const SERIAL_20 = alphanumeric(upTo(20))
const NUMBER_12 = numeric(upTo(12))

/** A scheme with its headers: without a host name and with one. */
const PAIRS: readonly (readonly PlusScheme[])[] = [
  schemes('SGTIN', 0xf7, 0xfd, '01', fixedNumeric(14), SERIAL_20, '21'),
  schemes('DSGTIN', 0xfb, 0xfc, '01', fixedNumeric(14), SERIAL_20, '21'),
  schemes('SSCC', 0xf9, 0xef, '00', fixedNumeric(18)),
  schemes('SGLN', 0xf2, 0xe9, '414', fixedNumeric(13), SERIAL_20, '254'),
  schemes('GRAI', 0xf1, 0xeb, '8003', fixedNumeric(14), alphanumeric(upTo(16))),
  schemes('GIAI', 0xfa, 0xee, '8004', delimited(30)),
  schemes('GSRN', 0xf4, 0xe7, '8018', fixedNumeric(18)),
  schemes('GSRNP', 0xf5, 0xe8, '8017', fixedNumeric(18)),
  schemes('GDTI', 0xf6, 0xea, '253', fixedNumeric(13), alphanumeric(upTo(17))),
  schemes('CPI', 0xf0, 0xe6, '8010', delimited(30, SET_39), NUMBER_12, '8011'),
  schemes('SGCN', 0xf8, 0xec, '255', fixedNumeric(13), NUMBER_12),
  schemes('ITIP', 0xf3, 0xed, '8006', fixedNumeric(18), SERIAL_20, '21'),
]

export const PLUS: readonly PlusScheme[] = PAIRS.flat()

function schemes(
  name: string,
  header: number,
  hostedHeader: number,
  ai: string,
  number: Method,
  serial?: Method,
  serialAi?: string,
): readonly PlusScheme[] {
  const type = keyType(ai)
  const qualifier = type?.qualifiers.find((each) => each.ai === serialAi)
  if (!type || (serialAi && !qualifier)) throw new Error(`no ${ai} with ${serialAi}`)
  const dated = name.startsWith('D')
  const of = { layout: 'plus', type, number, serial, qualifier, dated } as const
  return [
    { ...of, name: `${name}+`, header, hosted: false },
    { ...of, name: `${name}++`, header: hostedHeader, hosted: true },
  ]
}

/** The EPC of a tag whose header is the scheme's, and the data behind it. */
export function readPlus(scheme: PlusScheme, bytes: Uint8Array): TagRead | Refused {
  const bits = new TagReader(bytes)
  bits.at = 8
  const hasData = bits.read(1) === 1
  const filter = bits.read(3)
  const date = scheme.dated ? readPrioritisedDate(bits) : undefined
  const number = scheme.number.read(bits)
  // A returnable asset's number is filled up with a zero [14.6.4.3].
  if (scheme.type.ai === '8003' && !number.startsWith('0')) bits.fail('tag_reserved_bits', number)
  const serial = scheme.serial?.read(bits) ?? ''
  const hostname = scheme.hosted ? readHostname(bits) : undefined
  if (!bits.failure && !hasData && !bits.onlyZeros()) bits.fail('tag_too_long')
  const refused = bits.refused()
  if (refused) return refused
  const data = hasData ? readData(bits) : undefined
  const lot = data?.elements.find((element) => element.ai === '10')
  const key = composeOf(scheme, number, serial, lot?.value)
  if (!key) return refuse('epc-binary', 'tag_length', number + serial)
  const elements = elementsOf(scheme, number, serial)
  if (date) elements.push(date)
  if (data) elements.push(...data.elements)
  return {
    ok: true,
    scheme: scheme.name,
    key: key.key,
    kind: key.kind,
    checked: key.checked,
    lot: key.lot,
    urn: undefined,
    tagUri: undefined,
    filter,
    companyPrefix: undefined,
    hostname,
    date,
    elements,
    dataRefused: data?.refused,
  }
}

function composeOf(
  { type, qualifier }: PlusScheme,
  number: string,
  serial: string,
  lot: string | undefined,
): GS1Key | undefined {
  if (!qualifier) return composeKey(type, number + serial)
  const lots = type.qualifiers.find((each) => each.ai === '10')
  const ofLot =
    lot !== undefined && lots?.form.test(lot) ? { qualifier: lots, value: lot } : undefined
  return composeKey(type, number, finer({ qualifier, value: serial }), ofLot)
}

function finer(qualified: Qualified): Qualified | undefined {
  return isFiner(qualified) ? qualified : undefined
}

function elementsOf({ type, qualifier }: PlusScheme, number: string, serial: string): Element[] {
  if (!qualifier) return [{ ai: type.ai, value: number + serial }]
  const element = { ai: type.ai, value: number }
  if (!finer({ qualifier, value: serial })) return [element]
  return [element, { ai: qualifier.ai, value: serial }]
}

/** What stands on a tag of a + or ++ scheme beside its key. */
export interface PlusContents {
  readonly filter: number
  readonly date: Element | undefined
  readonly hostname: string | undefined
  readonly hasData: boolean
}

/** Everything behind the header up to the data. What does not fit fails in the writer. */
export function writePlus(
  bits: TagWriter,
  scheme: PlusScheme,
  key: string,
  contents: PlusContents,
): void {
  const values = valuesOf(scheme, key)
  if (!values) {
    bits.fail('tag_scheme', key)
    return
  }
  bits.write(contents.hasData ? 1 : 0, 1)
  bits.write(contents.filter, 3)
  if (scheme.dated) writePrioritisedDate(bits, contents.date ?? { ai: '', value: '' })
  scheme.number.write(bits, values.number)
  scheme.serial?.write(bits, values.serial)
  if (scheme.hosted) writeHostname(bits, contents.hostname ?? '')
}

/** Number and serial of a canonical key; undefined where it is none of the scheme. */
function valuesOf(scheme: PlusScheme, key: string): { number: string; serial: string } | undefined {
  const split = splitKey(key)
  if (!split || split.ai !== scheme.type.ai) return undefined
  const { value } = split
  const beside = scheme.qualifier !== undefined
  const end = beside || !scheme.serial ? value.length : scheme.number.length
  const serial = beside ? (split.serial ?? (scheme.type.ai === '414' ? '0' : '')) : value.slice(end)
  const number = value.slice(0, end)
  if (scheme.serial && serial === '') return undefined
  // Compared as a whole: another qualifier, or a spelling that is not canonical, is another key.
  return composeOf(scheme, number, serial, undefined)?.key === key ? { number, serial } : undefined
}
