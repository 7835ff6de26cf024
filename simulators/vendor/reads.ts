/**
 * Reads of tags as readers of several makers send them. Each tag is read two to four times, over
 * two antennas, within a second; the server's binding of the device makes one event of it.
 */
import { encodeTag } from '#epcis/tag/encode.ts'
import { formatTimeUs } from '#epcis/time.ts'
import { companyPrefixLength } from '#simulators/keys.ts'
import type { Device } from '#simulators/script.ts'

export const readerFormats = ['impinj-r700', 'smartreader', 'zebra-fx', 'zebra-rfd'] as const
export type ReaderFormat = (typeof readerFormats)[number]

/** One thing in front of a reader. */
export interface Seen {
  readonly key: string
  readonly timeUs: number
}

interface Read {
  readonly hex: string
  readonly timeUs: number
  readonly antenna: number
  readonly dBm: number
  /** The reader's own number of it: it counts from 1 in each of its runs. */
  readonly eventNum: number
}

const writers: Readonly<Record<ReaderFormat, (device: Device, seen: readonly Seen[]) => string>> = {
  'impinj-r700': (_, seen) => JSON.stringify(readsOf(seen).map(impinj)),
  smartreader: smartReader,
  // The connector puts one object right behind the other.
  'zebra-fx': (_, seen) => readsOf(seen).map(zebraFx).map(textOf).join(''),
  'zebra-rfd': zebraRfd,
}

/** The payload of one message of a reader about things that it saw. */
export function readsPayload(device: Device, format: ReaderFormat, seen: readonly Seen[]): string {
  return writers[format](device, seen)
}

const textOf = (value: unknown) => JSON.stringify(value)
const tagEveryUs = 7_000
const readEveryUs = 120_000

function readsOf(seen: readonly Seen[]): Read[] {
  const reads = seen.flatMap(({ key, timeUs }, at) => {
    const hex = tagOf(key)
    return Array.from({ length: 2 + (at % 3) }, (_, n) => ({
      hex,
      timeUs: timeUs + at * tagEveryUs + n * readEveryUs,
      antenna: 1 + (n % 2),
      dBm: -45 - ((at * 7 + n * 3) % 20),
    }))
  })
  return reads.map((read, at) => ({ ...read, eventNum: at + 1 }))
}

/** Serials of thirteen digits need 198 bits. A thing that no tag can name is a bug here. */
function tagOf(id: string): string {
  const scheme = id.includes('/21/') ? 'SGTIN-198' : 'SSCC-96'
  const tag = encodeTag({ id, scheme, companyPrefixLength })
  if (!tag.ok) throw new Error(`${id} fits no tag: ${tag.message}`)
  return tag.hex
}

function impinj({ hex, timeUs, antenna, dBm }: Read): unknown {
  const timestamp = formatTimeUs(timeUs)
  return {
    timestamp,
    eventType: 'tagInventory',
    tagInventoryEvent: {
      epcHex: hex,
      antennaPort: antenna,
      peakRssiCdbm: dBm * 100,
      lastSeenTime: timestamp,
    },
  }
}

function smartReader({ device }: Device, seen: readonly Seen[]): string {
  const reads = readsOf(seen).map(({ hex, timeUs, antenna, dBm }) => ({
    epc: hex,
    firstSeenTimestamp: timeUs,
    antennaPort: antenna,
    antennaZone: `zone-${antenna}`,
    peakRssi: dBm,
  }))
  return textOf({ readerName: device, tag_reads: reads })
}

function zebraFx({ hex, timeUs, antenna, dBm, eventNum }: Read): unknown {
  const data = { eventNum, format: 'epc', idHex: hex.toLowerCase(), antenna, peakRssi: dBm }
  // Milliseconds and an offset without a colon are how its firmware writes times.
  const timestamp = formatTimeUs(Math.floor(timeUs / 1000) * 1000).replace('Z', '+0000')
  return { type: 'PORTAL', timestamp, data: { ...data, reads: 1 } }
}

/** A sled reads tags, and as bar codes what has none. */
function zebraRfd(_: Device, seen: readonly Seen[]): string {
  const [first] = seen
  const tagged = seen.filter(({ key }) => key.startsWith('https:'))
  const coded = seen.filter(({ key }) => !key.startsWith('https:'))
  const tagData = tagged.map(({ key }, at) => ({
    eventNum: at + 1,
    EPCid: tagOf(key),
    peakRssi: -50 - (at % 9),
    seenCount: 2 + (at % 3),
  }))
  const barcodeData = coded.map(({ key }, at) => ({
    eventNum: tagged.length + at + 1,
    decodedBarcode: key.slice(key.indexOf(':') + 1),
    symbology: 'DataMatrix',
  }))
  const timestamp = formatTimeUs(first?.timeUs ?? 0)
  return textOf({ type: 'inventory', timestamp, data: { tagData, barcodeData } })
}
