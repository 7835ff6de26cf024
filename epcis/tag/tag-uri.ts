/**
 * EPC Tag URIs and EPC Raw URIs -> what the tag says that they describe: each is written as the
 * tag and read from it, so that a URI says the same as its tag does, and is refused where no tag
 * can say it. Control fields in front of the scheme are allowed and dropped, and hexadecimal digits
 * are taken in either case. [EPC TDS 12, 15.1]
 */
import { readEpcUrn } from '#epcis/epc-urn.ts'
import { whyNoEpcUrn } from '#epcis/malformed-urn.ts'
import { type Refused, refuse } from '#epcis/understood.ts'
import { MAX_URI_LENGTH } from '#epcis/uri.ts'
import { TagWriter } from './bits.ts'
import { decodeTag } from './decode.ts'
import { encodeTag } from './encode.ts'
import type { TagRead } from './read.ts'
import { schemeOfName } from './schemes.ts'

const CONTROL =
  /^(?:(?:\[att=x[\dA-Fa-f]{2}\])?(?:\[umi=[01]\])?(?:\[xpc(?:-w1)?=x(?:[\dA-Fa-f]{4}){1,2}\])?:)?/
const TAG = /^([a-z]+-(?:\d+|var)):(.*)$/
const FILTER = /^(0|[1-9]\d?)\.(.*)$/

/** Whether a text begins as a URI that readTagUri ought to be able to read. */
export function beginsAsTagUri(text: string): boolean {
  return text.startsWith('urn:epc:tag:') || text.startsWith('urn:epc:raw:')
}

/** What a tag of this URI says. Never throws. */
export function readTagUri(text: string): TagRead | Refused {
  if (text.length > MAX_URI_LENGTH) return refuse('epc-urn', 'too_long')
  if (!beginsAsTagUri(text)) return malformed('It begins as no tag URI.')
  const behind = text.slice('urn:epc:tag:'.length)
  const body = behind.slice(CONTROL.exec(behind)?.[0].length ?? 0)
  return text.startsWith('urn:epc:tag:') ? readTag(body) : readRaw(body)
}

function malformed(detail: string): Refused {
  return refuse('epc-urn', 'urn_malformed', detail)
}

function readTag(body: string): TagRead | Refused {
  const [, name = '', rest = ''] = TAG.exec(body) ?? []
  const scheme = schemeOfName(name)
  if (!scheme || scheme.layout === 'plus')
    return malformed(`${name || body} is no scheme of a tag.`)
  const urnName = scheme.layout === 'plain' ? scheme.urn : scheme.urn.name
  const hasFilter = !(scheme.layout === 'plain' && scheme.filterBits === 0)
  const [, filter, parts = ''] = hasFilter ? (FILTER.exec(rest) ?? []) : ['', '0', rest]
  if (filter === undefined) return malformed('There is no filter.')
  const id = `urn:epc:id:${urnName}:${parts}`
  if (!readEpcUrn(id)) return whyNoEpcUrn(id)
  const tag = encodeTag({ id, scheme: name, filter: Number(filter) })
  return tag.ok ? decodeTag(tag.bytes) : tag
}

const RAW = /^([1-9]\d{0,3})\.(?:x([0-9A-Fa-f]*)|(\d+))$/
const OTHER_FAMILY = /^[1-9]\d{0,3}\.x[0-9A-Fa-f]+\.x[0-9A-Fa-f]*$/
const SMALL = /[a-f]/
// More digits than the largest bank has in decimal are none of it, leading zeros or not.
const MOST_DIGITS = 150

function readRaw(body: string): TagRead | Refused {
  if (OTHER_FAMILY.test(body)) return refuse('epc-urn', 'tag_other_family')
  const [, length, hex, decimal] = RAW.exec(body) ?? []
  const digits = hex ?? decimal ?? ''
  if (length === undefined || digits.length > MOST_DIGITS) return malformed('It has no raw value.')
  const bits = new TagWriter()
  bits.writeLarge(BigInt(hex === undefined ? digits : `0x0${digits}`), Number(length))
  if (bits.failure) return malformed(`Its value has not ${length} bits.`)
  const read = decodeTag(bits.words())
  // What holds no EPC is named by this URI itself, which has one spelling only.
  const isItsName = !read.ok && read.code === 'tag_header_unknown'
  return isItsName && SMALL.test(digits) ? malformed('Its digits A to F are capitals.') : read
}
