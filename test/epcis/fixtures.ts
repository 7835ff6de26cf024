/** One small valid event of every type, to be changed in one place by a test. */

const when = { eventTime: '2026-03-01T08:00:00.000+08:00', eventTimeZoneOffset: '+08:00' }

export const ITEM = 'urn:epc:id:sgtin:6901234.056789.A1'
const OTHER_ITEM = 'urn:epc:id:sgtin:6901234.056789.A2'
const CASE = 'urn:epc:id:sscc:6901234.1234567890'
const LOT = { epcClass: 'urn:epc:class:lgtin:6901234.056789.L7', quantity: 12.5, uom: 'KGM' }

export const SENSOR_ELEMENT = {
  sensorMetadata: { time: '2026-03-01T07:59:00+08:00', deviceID: 'urn:epc:id:giai:6901234.t1' },
  sensorReport: [{ type: 'Temperature', value: 4.1, uom: 'CEL' }],
}

export const objectEvent = {
  type: 'ObjectEvent',
  ...when,
  action: 'OBSERVE',
  bizStep: 'shipping',
  disposition: 'in_transit',
  epcList: [ITEM],
  readPoint: { id: 'urn:epc:id:sgln:6901234.00001.dock' },
}

export const aggregationEvent = {
  type: 'AggregationEvent',
  ...when,
  action: 'ADD',
  parentID: CASE,
  childEPCs: [ITEM, OTHER_ITEM],
}

export const associationEvent = {
  type: 'AssociationEvent',
  ...when,
  action: 'ADD',
  parentID: 'urn:epc:id:grai:6901234.00001.77',
  childEPCs: ['urn:epc:id:giai:6901234.t1'],
}

export const transactionEvent = {
  type: 'TransactionEvent',
  ...when,
  action: 'ADD',
  bizTransactionList: [{ type: 'po', bizTransaction: 'urn:epcglobal:cbv:bt:6901234000016:4711' }],
  epcList: [CASE],
}

export const transformationEvent = {
  type: 'TransformationEvent',
  ...when,
  inputQuantityList: [LOT],
  outputEPCList: [ITEM],
  ilmd: { 'cbvmda:lotNumber': 'L8' },
}

export const EVENTS = [
  objectEvent,
  aggregationEvent,
  associationEvent,
  transactionEvent,
  transformationEvent,
]

/** A copy without one field. */
export function without(event: object, field: string): object {
  return Object.fromEntries(Object.entries(event).filter(([name]) => name !== field))
}
