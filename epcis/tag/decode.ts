/**
 * The bytes of a tag's EPC memory from bit 20h on -> what they say. Strict: what is read can be
 * written again, and what no scheme allows is refused with a code. Zeros may follow the EPC, as
 * readers deliver whole words and some the whole bank. [EPC TDS 14.4, 14.5, 15.2, 15.3]
 */
import { type Refused, refuse } from '#epcis/understood.ts'
import { MAX_BITS } from './bits.ts'
import { readPartitioned } from './partitioned.ts'
import { readPlain } from './plain.ts'
import { readPlus } from './plus.ts'
import type { TagRead } from './read.ts'
import { schemeOfHeader } from './schemes.ts'

/** What a tag says. Never throws, whatever the bytes. */
export function decodeTag(bytes: Uint8Array): TagRead | Refused {
  const read = decode(bytes)
  return read.ok || read.code !== 'tag_too_long' ? read : (withoutControl(bytes) ?? read)
}

/** Readers may deliver the bank from its start: checksum and control word, or that alone. */
const CONTROL_BYTES = [2, 4]

/** The hint that a whole EPC stands behind what comes before bit 20h; undefined where none does. */
function withoutControl(bytes: Uint8Array): Refused | undefined {
  for (const before of CONTROL_BYTES) {
    const behind = decode(bytes.subarray(before))
    if (!behind.ok) continue
    const hint = `An EPC is read from bit 20h on: there is one behind the first ${before} bytes.`
    return refuse('epc-binary', 'tag_too_long', hint)
  }
  return undefined
}

function decode(bytes: Uint8Array): TagRead | Refused {
  const header = bytes[0]
  if (header === undefined) return refuse('epc-binary', 'empty')
  const scheme = schemeOfHeader(header)
  if (!scheme) {
    const hex = header.toString(16).toUpperCase().padStart(2, '0')
    return refuse('epc-binary', 'tag_header_unknown', hex)
  }
  if (bytes.length * 8 > MAX_BITS) {
    return refuse('epc-binary', 'tag_too_long', `${bytes.length} bytes`)
  }
  if (scheme.layout === 'partitioned') return readPartitioned(scheme, bytes)
  return scheme.layout === 'plus' ? readPlus(scheme, bytes) : readPlain(scheme, bytes)
}
