/** One carton of milk from farm by mill to shop, captured by each of the three for itself. */
import { event, type World } from './world.ts'

export const carton = 'https://id.gs1.org/01/09521321000018/21/carton-1'
export const pallet = 'https://id.gs1.org/00/095213210000000019'
export const lot = 'https://id.gs1.org/01/09521321000018/10/LOT-7'
export const sensor = 'https://id.gs1.org/8004/9521321SENSOR1'
export const barn = 'https://id.gs1.org/414/9521321000018'

export interface Supply {
  readonly farm: string
  readonly mill: string
  readonly shop: string
}

/** Gives the keys of the three enterprises. */
export async function supply(world: World): Promise<Supply> {
  const [farm, mill, shop] = [world.party('farm'), world.party('mill'), world.party('shop')]
  await world.capture(
    farm,
    event({
      eventID: 'urn:farm:made',
      eventTime: '2026-03-01T06:00:00Z',
      action: 'ADD',
      bizStep: 'commissioning',
      epcList: [carton],
      readPoint: { id: barn },
      ilmd: { 'cbvmda:lotNumber': 'LOT-7', 'cbvmda:itemExpirationDate': '2026-03-20' },
    }),
    event({
      eventID: 'urn:farm:sensor',
      type: 'AssociationEvent',
      eventTime: '2026-03-01T06:30:00Z',
      action: 'ADD',
      bizStep: undefined,
      epcList: undefined,
      parentID: pallet,
      childEPCs: [sensor],
    }),
    event({
      eventID: 'urn:farm:packed',
      type: 'AggregationEvent',
      eventTime: '2026-03-01T07:00:00Z',
      action: 'ADD',
      bizStep: 'packing',
      epcList: undefined,
      parentID: pallet,
      childEPCs: [carton],
    }),
    event({
      eventID: 'urn:farm:shipped',
      eventTime: '2026-03-01T08:00:00Z',
      bizStep: 'shipping',
      disposition: 'in_transit',
      epcList: [pallet],
    }),
    reading('urn:farm:cold', '2026-03-01T05:00:00Z', 20),
    reading('urn:farm:warm', '2026-03-01T09:00:00Z', 4.5),
    reading('urn:farm:later', '2026-03-02T12:00:00Z', 30),
  )
  await world.capture(
    mill,
    event({
      eventID: 'urn:mill:received',
      eventTime: '2026-03-02T08:00:00Z',
      bizStep: 'receiving',
      epcList: [pallet],
    }),
    event({
      eventID: 'urn:mill:unpacked',
      type: 'AggregationEvent',
      eventTime: '2026-03-02T09:00:00Z',
      action: 'DELETE',
      bizStep: 'unpacking',
      epcList: undefined,
      parentID: pallet,
      childEPCs: [carton],
    }),
    event({
      eventID: 'urn:mill:shipped',
      eventTime: '2026-03-02T10:00:00Z',
      bizStep: 'shipping',
      disposition: 'in_transit',
      epcList: [carton],
    }),
  )
  await world.capture(
    shop,
    event({
      eventID: 'urn:shop:received',
      eventTime: '2026-03-03T08:00:00Z',
      bizStep: 'receiving',
      disposition: 'sellable_accessible',
      epcList: [carton],
    }),
    event({
      eventID: 'urn:shop:sold',
      eventTime: '2026-03-04T08:00:00Z',
      action: 'DELETE',
      bizStep: 'retail_selling',
      disposition: 'retail_sold',
      epcList: [carton],
    }),
  )
  return { farm, mill, shop }
}

function reading(eventID: string, time: string, value: number): Record<string, unknown> {
  return event({
    eventID,
    eventTime: time,
    bizStep: 'sensor_reporting',
    epcList: [],
    readPoint: { id: barn },
    sensorElementList: [
      {
        sensorMetadata: { time, deviceID: sensor },
        sensorReport: [{ type: 'Temperature', value, uom: 'CEL' }],
      },
    ],
  })
}
