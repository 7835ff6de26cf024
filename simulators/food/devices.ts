/**
 * The readers and sensors of the milk chain, and its vehicles and cages with what is mounted on
 * them.
 */
import { assetKey, returnableKey } from '#simulators/keys.ts'
import type { Device, Place } from '#simulators/script.ts'
import {
  centre,
  centrePlaces,
  dairy,
  dairyPlaces,
  type Farm,
  type Firm,
  farms,
  type Shop,
  shops,
} from './firms.ts'

/** What is used again every day by one line of production, from the farms to the shops. */
export interface Lane {
  readonly index: number
  readonly tanker: Vehicle
  readonly truck: Vehicle
  readonly van: Vehicle
}

export interface Vehicle {
  readonly key: string
  readonly sensor: Sensor
}

/** `epc` is where its readings are found; at `desk` somebody writes down where it is mounted. */
export type Sensor = Device & {
  readonly epc: string
  readonly asset: string
  readonly desk: Device
  readonly mountedAt: string
}

function reader(firm: Firm, site: string, device: string, name: string, wraps = false): Device {
  const { slug: party, spelling } = firm
  return { party, site, device, name, channel: 'epcis', spelling, wraps }
}

function assetDesk(firm: Firm): Device {
  return reader(firm, 'office', 'asset-desk', 'Asset desk')
}

interface Mounting {
  readonly firm: Firm
  readonly site: string
  /** What it measures: a room, or a vehicle that starts at `mountedAt`. */
  readonly asset: string
  readonly mountedAt: string
}

function thermometer(device: string, name: string, mounting: Mounting): Sensor {
  const { firm, site, asset, mountedAt } = mounting
  const epc = assetKey(firm.prefix, `TH-${device}`)
  const desk = assetDesk(firm)
  return { ...reader(firm, site, device, name), channel: 'telemetry', epc, asset, desk, mountedAt }
}

function roomThermometer(firm: Firm, site: string, device: string, room: Place): Sensor {
  const mounting = { firm, site, asset: room.key, mountedAt: room.key }
  return thermometer(device, `Thermometer of ${room.names.en}`, mounting)
}

export function milkingLine(farm: Farm): Device {
  return reader(farm.firm, 'barn', 'milking-line', 'Milking line')
}

export const dairyReaders = {
  intake: reader(dairy, 'plant', 'milk-intake', 'Milk intake terminal'),
  vats: reader(dairy, 'plant', 'vats', 'Pasteuriser control'),
  filler: reader(dairy, 'plant', 'filler', 'Filling line', true),
  packer: reader(dairy, 'plant', 'packer', 'Case and pallet packer', true),
  dock: reader(dairy, 'plant', 'dock', 'Dock portal'),
}

export const centreReaders = {
  inbound: reader(centre, 'hub', 'inbound', 'Inbound portal'),
  sorter: reader(centre, 'hub', 'sorter', 'Sorting station', true),
  outbound: reader(centre, 'hub', 'outbound', 'Outbound portal'),
}

export interface ShopDevices {
  readonly shop: Shop
  readonly backDoor: Device
  readonly handheld: Device
  readonly till: Device
  readonly chiller: Sensor
}

export const shopDevices: readonly ShopDevices[] = shops.map((shop) => {
  const { firm, site, chiller } = shop
  return {
    shop,
    backDoor: reader(firm, site, `${site}-door`, 'Back door reader'),
    handheld: reader(firm, site, `${site}-handheld`, 'Handheld reader'),
    till: reader(firm, site, `${site}-till`, 'Till'),
    chiller: roomThermometer(firm, site, `${site}-chiller`, chiller),
  }
})

const sensorOwners = [dairy, centre, ...new Set(shops.map(({ firm }) => firm))]

/** Sensors that stay in one cold room. */
export const roomSensors: readonly Sensor[] = [
  roomThermometer(dairy, 'plant', 'cold-store', dairyPlaces.coldStore),
  roomThermometer(centre, 'hub', 'cold-store', centrePlaces.coldStore),
  ...shopDevices.map(({ chiller }) => chiller),
]

function vehicle(firm: Firm, kind: string, lane: number, yard: Place): Vehicle {
  const device = `${kind}-${lane + 1}`
  const key = assetKey(firm.prefix, device.toUpperCase())
  const mounting = { firm, site: 'fleet', asset: key, mountedAt: yard.key }
  return { key, sensor: thermometer(device, `Thermometer of ${device}`, mounting) }
}

export function lanes(count: number): Lane[] {
  return Array.from({ length: count }, (_, index) => ({
    index,
    tanker: vehicle(dairy, 'tanker', index, dairyPlaces.intake),
    truck: vehicle(centre, 'truck', index, centrePlaces.inbound),
    van: vehicle(centre, 'van', index, centrePlaces.outbound),
  }))
}

/** What stays in the chain and comes back, with the desk that gives each its tag. */
export function assetsOf(all: readonly Lane[]): { desk: Device; place: Place; keys: string[] }[] {
  const cages = all.flatMap((lane) =>
    cageSets.flatMap((set) => shops.map((_, index) => rollCage(lane, set, index))),
  )
  const vehicles = all.flatMap(({ truck, van }) => [truck.key, van.key])
  const tankers = all.map(({ tanker }) => tanker.key)
  return [
    { desk: assetDesk(dairy), place: dairyPlaces.intake, keys: tankers },
    { desk: assetDesk(centre), place: centrePlaces.outbound, keys: [...vehicles, ...cages] },
  ]
}

const cageSets = [0, 1]

/**
 * The cage that brings one shop its share; a cage is back two days later, and then filled again.
 */
export function rollCage(lane: Lane, day: number, shopIndex: number): string {
  return returnableKey(
    centre.prefix,
    1,
    `${lane.index + 1}-${day % cageSets.length}-${shopIndex + 1}`,
  )
}

export function devices(all: readonly Lane[]): Device[] {
  return [
    ...farms.map(milkingLine),
    ...Object.values(dairyReaders),
    ...Object.values(centreReaders),
    ...shopDevices.flatMap(({ backDoor, handheld, till }) => [backDoor, handheld, till]),
    ...sensorOwners.map(assetDesk),
    ...roomSensors,
    ...all.flatMap(({ tanker, truck, van }) => [tanker, truck, van].map(({ sensor }) => sensor)),
  ]
}
