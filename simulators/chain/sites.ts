/** What stands at the places of a chain: the places themselves, their readers and thermometers. */
import { assetKey, placeKey } from '#simulators/keys.ts'
import type * as script from '#simulators/script.ts'
import type { Names, Place } from '#simulators/script.ts'
import type { SensorFormat } from '#simulators/vendor/readings.ts'
import type { ReaderFormat } from '#simulators/vendor/reads.ts'
import type { Firm } from './cast.ts'

export type Reader = script.Device
/** `epc` is where its readings are found, `asset` what it measures. */
export type Sensor = script.Device & { readonly epc: string; readonly asset: string }

/** Some sites have bought readers and thermometers that write in their makers' ways. */
export const shelfForms: readonly ReaderFormat[] = [
  'smartreader',
  'zebra-fx',
  'zebra-rfd',
  'impinj-r700',
]
const sensorForms: readonly (SensorFormat | undefined)[] = [
  undefined,
  'shelly',
  undefined,
  'milesight-gateway',
]

export function sensorForm(at: number): { readonly format?: SensorFormat } {
  const format = sensorForms[at % sensorForms.length]
  return format === undefined ? {} : { format }
}

export function shelfReaderOf(plain: Reader, format: ReaderFormat, says: ReadSays): Reader {
  return {
    ...plain,
    channel: 'reads',
    format,
    binding: { ...says, readPoint: says.bizLocation, timeZoneOffset: '+08:00' },
  }
}

type ReadSays = Pick<script.ReadBinding, 'bizLocation' | 'bizStep' | 'disposition'>

export interface Plant {
  readonly firm: Firm
  readonly intake: Place
  readonly hall: Place
  readonly store: Place
  readonly dock: Place
  readonly intakeReader: Reader
  readonly line: Reader
  readonly packer: Reader
  /** Reads pallets in its maker's own form. */
  readonly storePortal: Reader
  readonly dockReader: Reader
  readonly sensor: Sensor
}

export interface Hub {
  readonly firm: Firm
  readonly inbound: Place
  readonly store: Place
  readonly outbound: Place
  readonly inboundReader: Reader
  readonly sorter: Reader
  readonly outboundReader: Reader
  readonly sensor: Sensor
}

export function plantOf(firm: Firm): Plant {
  const store = place(firm, 3, { zh: '成品库', en: 'store' })
  return {
    firm,
    intake: place(firm, 1, { zh: '收料口', en: 'intake' }),
    hall: place(firm, 2, { zh: '车间', en: 'hall' }),
    store,
    dock: place(firm, 4, { zh: '发货口', en: 'dock' }),
    intakeReader: reader(firm, 'plant', 'intake', 'Intake terminal'),
    line: reader(firm, 'plant', 'line', 'Process control'),
    packer: reader(firm, 'plant', 'packer', 'Packing line', true),
    storePortal: shelfReaderOf(reader(firm, 'plant', 'store', 'Store portal'), 'impinj-r700', {
      bizLocation: store.key,
      bizStep: 'storing',
      disposition: 'in_progress',
    }),
    dockReader: reader(firm, 'plant', 'dock', 'Dock portal'),
    sensor: thermometer(firm, 'plant', 'store-air', store.key),
  }
}

export function hubOf(firm: Firm): Hub {
  const store = place(firm, 2, { zh: '库房', en: 'store' })
  return {
    firm,
    inbound: place(firm, 1, { zh: '收货口', en: 'inbound dock' }),
    store,
    outbound: place(firm, 3, { zh: '发货口', en: 'outbound dock' }),
    inboundReader: reader(firm, 'hub', 'inbound', 'Inbound portal'),
    sorter: reader(firm, 'hub', 'sorter', 'Sorting station', true),
    outboundReader: reader(firm, 'hub', 'outbound', 'Outbound portal'),
    sensor: thermometer(firm, 'hub', 'store-air', store.key),
  }
}

export function place(owner: Firm, reference: number, names: Names): Place {
  const { at } = owner
  return {
    key: placeKey(owner.prefix, reference),
    party: owner.slug,
    names: { zh: `${owner.names.zh}${names.zh}`, en: `${owner.names.en}, ${names.en}` },
    address: `${at.city.zh}${at.names.zh}（模拟地址） ${at.names.en}, ${at.city.en} (simulated)`,
    latitude: at.latitude,
    longitude: at.longitude,
    // All that a firm has stands at one address.
    site: placeKey(owner.prefix, 1),
  }
}

export function reader(
  firm: Firm,
  site: string,
  device: string,
  name: string,
  wraps = false,
): Reader {
  const { slug: party, spelling } = firm
  return { party, site, device, name, channel: 'epcis', spelling, wraps }
}

export function thermometer(firm: Firm, site: string, device: string, asset: string): Sensor {
  const epc = assetKey(firm.prefix, `TH-${device}`)
  const name = `Thermometer ${device}`
  return { ...reader(firm, site, device, name), channel: 'telemetry', epc, asset }
}
