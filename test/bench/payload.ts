/**
 * The load of the intake benchmark: ObjectEvents of about 700 bytes that name 4 things on average.
 * Of a thousand events 998 name 3 and two name 500. Every event is another, and every thing is seen
 * four times in its life. They are made by writing digits into a finished text, as the generator
 * must not be what limits the rate.
 */
import type { MakePayload } from './mqtt-load.ts'

const cycle = 1000
const largeAt: readonly number[] = [250, 750]
const sightings = 4

interface Template {
  readonly bytes: Buffer
  /** Where the connection (2 digits) and its event number (10) stand in the eventID. */
  readonly eventAt: number
  /** Where the connection (2 digits) and the number of the life (7) stand in each serial. */
  readonly serialsAt: readonly number[]
  readonly fractionAt: number
}

const small = template(3)
const large = template(500)

/** For mqtt-load.ts. The bytes hold until the next call. */
export const payload: MakePayload = (connection, n) => {
  const { bytes, eventAt, serialsAt, fractionAt } = largeAt.includes(n % cycle) ? large : small
  writeDigits(bytes, eventAt, 2, connection)
  writeDigits(bytes, eventAt + 2, 10, n)
  writeDigits(bytes, fractionAt, 6, n % 1_000_000)
  const life = Math.floor(n / sightings)
  for (const at of serialsAt) {
    writeDigits(bytes, at, 2, connection)
    writeDigits(bytes, at + 2, 7, life)
  }
  return bytes
}

/** Mean size of an event in bytes, and mean number of things in it. */
export const mean = {
  bytes: average(small.bytes.length, large.bytes.length),
  epcs: average(small.serialsAt.length, large.serialsAt.length),
}

function average(ofSmall: number, ofLarge: number): number {
  return (ofSmall * (cycle - largeAt.length) + ofLarge * largeAt.length) / cycle
}

function template(epcs: number): Template {
  const eventMark = 'EEEEEEEEEEEE'
  const lifeMark = 'LLLLLLLLL'
  const fractionMark = 'FFFFFF'
  const serial = (at: number) => `${lifeMark}${String(at).padStart(3, '0')}`
  const event = {
    type: 'ObjectEvent',
    eventID: `urn:uuid:00000000-0000-4000-8000-${eventMark}`,
    eventTime: `2025-03-03T05:00:00.${fractionMark}Z`,
    eventTimeZoneOffset: '+08:00',
    epcList: Array.from(
      { length: epcs },
      (_, at) => `urn:epc:id:sgtin:9520004.000002.${serial(at)}`,
    ),
    action: 'OBSERVE',
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: { id: 'urn:epc:id:sgln:9520004.00004.0' },
    bizTransactionList: [
      {
        type: 'desadv',
        bizTransaction: 'urn:epcglobal:cbv:bt:9520004000000:DESADV-20250303-HUB-SHOP-00000042',
      },
    ],
    sourceList: [{ type: 'possessing_party', source: 'urn:epc:id:pgln:9520004.00000' }],
  }
  const bytes = Buffer.from(JSON.stringify(event))
  return {
    bytes,
    eventAt: bytes.indexOf(eventMark),
    serialsAt: placesOf(bytes, lifeMark),
    fractionAt: bytes.indexOf(fractionMark),
  }
}

function placesOf(bytes: Buffer, mark: string): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) places.push(at)
  return places
}

function writeDigits(bytes: Buffer, at: number, width: number, value: number): void {
  let left = value
  for (let place = at + width - 1; place >= at; place -= 1) {
    bytes[place] = 0x30 + (left % 10)
    left = Math.floor(left / 10)
  }
}
