import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkEvent } from '#epcis/check.ts'
import { readDocument } from '#epcis/document.ts'
import type { EpcisEvent } from '#epcis/event.ts'
import { type Members, membersOf, sensorValuesOf } from '#trace/members.ts'
import { sharedData } from '../shared-data.ts'
import { amount, hour, lot, product, sensor, serial } from './world.ts'

const common = { eventTime: '2026-03-01T01:00:00Z', eventTimeZoneOffset: '+00:00' }
const event = (fields: object) => ({ ...common, ...fields }) as EpcisEvent
const made = (fields: object) => event({ type: 'ObjectEvent', action: 'ADD', ...fields })

/** `role key`, with the amount where there is one. */
function told({ members }: Members): string[] {
  return members.map(({ role, key, quantity, uom }) =>
    [role, key, quantity, uom].filter((each) => each !== undefined).join(' '),
  )
}

describe('the members of an event', () => {
  it('are its objects, each once however it is spelled', () => {
    const spellings = [
      'urn:epc:id:sgtin:9521321.000001.s1',
      'https://example.com/gtin/9521321000018/ser/s1?4=5',
      'https://id.gs1.org/01/09521321000018/21/s2',
    ]
    expect(told(membersOf(made({ epcList: spellings })))).toEqual([
      'object https://id.gs1.org/01/09521321000018/21/s1',
      'object https://id.gs1.org/01/09521321000018/21/s2',
    ])
  })

  it('are parent and children of an aggregation or association, with amounts', () => {
    for (const type of ['AggregationEvent', 'AssociationEvent']) {
      const fields = { type, action: 'ADD', parentID: serial('p'), childEPCs: [serial('c')] }
      const childQuantityList = [amount(lot('l'), 2.5, 'KGM')]
      expect(told(membersOf(event({ ...fields, childQuantityList })))).toEqual([
        `parent ${serial('p')}`,
        `child ${serial('c')}`,
        `child ${lot('l')} 2.5 KGM`,
      ])
    }
  })

  it('are parent and objects of a transaction, and not the transaction', () => {
    const bizTransactionList = [{ type: 'po', bizTransaction: 'urn:my:order:1' }]
    const fields = { type: 'TransactionEvent', action: 'ADD', bizTransactionList }
    const found = membersOf(event({ ...fields, parentID: serial('p'), epcList: [serial('a')] }))
    expect(told(found)).toEqual([`parent ${serial('p')}`, `object ${serial('a')}`])
  })

  it('are both sides of a transformation, and what it has in common with others', () => {
    const found = membersOf(
      event({
        type: 'TransformationEvent',
        inputEPCList: [serial('in')],
        inputQuantityList: [amount(lot('in'), 3)],
        outputEPCList: [serial('out', 2)],
        transformationID: 'urn:my:transformation:1',
      }),
    )
    expect(told(found)).toEqual([
      `input ${serial('in')}`,
      `input ${lot('in')} 3`,
      `output ${serial('out', 2)}`,
      'transformation urn:my:transformation:1',
    ])
  })

  it('come once a role; amounts of one unit are added up', () => {
    const quantityList = [amount(lot('l'), 2, 'KGM'), amount(lot('l'), 3, 'KGM')]
    expect(told(membersOf(made({ quantityList })))).toEqual([`object ${lot('l')} 5 KGM`])
    const mixed = [amount(lot('l'), 2, 'KGM'), amount(lot('l'), 3)]
    expect(membersOf(made({ quantityList: mixed })).members[0]?.quantity).toBeUndefined()
  })

  it('are flagged, and kept, where a check digit is wrong', () => {
    const wrong = 'https://id.gs1.org/01/09521321000010/21/a'
    const found = membersOf(made({ epcList: [wrong, `${wrong}b`] }))
    expect(told(found)).toEqual([`object ${wrong}`, `object ${wrong}b`])
    expect(found.warnings).toEqual(['check_digit'])
  })
})

describe('the lots of an event', () => {
  const lotsOf = (found: Members) =>
    told(found)
      .filter((each) => each.startsWith('lot '))
      .map((each) => each.slice(4))
  const epcList = [serial('a'), serial('b'), serial('c', 2)]

  it('are the lot number of the ilmd with each product named without a lot', () => {
    const ilmd = { 'cbvmda:lotNumber': 'A/1' }
    const quantityList = [amount(product(3), 10), amount(lot('other', 4), 1)]
    expect(lotsOf(membersOf(made({ epcList, quantityList, ilmd })))).toEqual([
      lot('A%2F1'),
      lot('A%2F1', 2),
      lot('A%2F1', 3),
    ])
  })

  it('are of the outputs of a transformation, not of its inputs', () => {
    const ilmd = { 'cbvmda:lotNumber': 'A' }
    const lists = { inputEPCList: [serial('in', 9)], outputEPCList: [serial('out')] }
    const found = membersOf(event({ type: 'TransformationEvent', ...lists, ilmd }))
    expect(lotsOf(found)).toEqual([lot('A')])
  })

  it.each([
    ['another prefix of the same namespace', { 'm:lotNumber': 'A' }],
    ['a prefix without the last colon', { 'n:lotNumber': 'A' }],
    ['the name in full', { 'urn:epcglobal:cbv:mda:lotNumber': 'A' }],
    ['the web vocabulary', { 'gs1:hasBatchLotNumber': 'A' }],
    ['the web vocabulary in full', { 'https://gs1.org/voc/hasBatchLotNumber': 'A' }],
    ['the bare word', { lotNumber: 'A' }],
    ['a value object', { 'cbvmda:lotNumber': { '#text': ' A ' } }],
  ])('are found under %s', (_, ilmd) => {
    const context = [{ m: 'urn:epcglobal:cbv:mda:', n: 'urn:epcglobal:cbv:mda' }]
    expect(lotsOf(membersOf(made({ epcList: [serial('a')], ilmd }), context))).toEqual([lot('A')])
  })

  it('are not what others call a lot number, or what is no lot number', () => {
    const others = [
      { 'mine:lotNumber': 'A' },
      { 'cbvmda:lotNumber': 'longer than twenty characters' },
      { 'cbvmda:lotNumber': '' },
      { 'cbvmda:lotNumber': ['A'] },
    ]
    for (const ilmd of others) {
      const context = { mine: 'https://example.com/' }
      expect(lotsOf(membersOf(made({ epcList: [serial('a')], ilmd }), context))).toEqual([])
    }
  })

  it('are those of Digital Links with lot and serial, counted if not of all serials', () => {
    const both = (name: string, its: string) => `${lot(its)}/21/${name}`
    const all = membersOf(made({ epcList: [both('a', 'l'), both('b', 'l')] }))
    expect(lotsOf(all)).toEqual([lot('l')])
    const some = membersOf(made({ epcList: [both('a', 'l'), both('b', 'l'), both('c', 'm')] }))
    expect(lotsOf(some)).toEqual([`${lot('l')} 2`, `${lot('m')} 1`])
  })
})

describe('the sensor values of an event', () => {
  const sensors = (sensorElementList: object[]) =>
    sensorValuesOf(made({ readPoint: { id: 'urn:my:place' }, sensorElementList }))

  it('are numbers of known sensors, at the time of their measurement', () => {
    const sensorMetadata = { deviceID: sensor('1'), time: '2026-03-01T00:30:00Z' }
    const sensorReport = [
      { type: 'gs1:Temperature', value: 4.5, uom: 'CEL' },
      { type: 'Angle', value: 7, component: 'cbv:Comp-x', time: '2026-03-01T00:45:00Z' },
      { type: 'Pressure', value: 1, deviceID: sensor('2') },
      { type: 'Pressure', meanValue: 1 },
      { type: 'Illuminance', stringValue: 'dark' },
    ]
    expect(sensors([{ sensorMetadata, sensorReport }])).toMatchObject([
      { device: sensor('1'), type: 'Temperature', uom: 'CEL', value: 4.5, timeUs: hour(0.5) },
      { device: sensor('1'), type: 'Angle', component: 'x', timeUs: hour(0.75) },
      { device: sensor('2'), type: 'Pressure', component: '', uom: '', timeUs: hour(0.5) },
    ])
  })

  it('are of the time of the event where no other is given, and need a device', () => {
    const sensorReport = [{ type: 'Temperature', value: 1 }]
    expect(sensors([{ sensorReport }])).toEqual([])
    const [value] = sensors([{ sensorMetadata: { deviceID: sensor('1') }, sensorReport }])
    expect(value?.timeUs).toBe(hour(1))
  })

  it('name their sensors as members', () => {
    const sensorElementList = [
      {
        sensorMetadata: { deviceID: 'urn:epc:id:giai:9521321.1' },
        sensorReport: [{ type: 'Temperature', value: 1, deviceID: 'urn:epc:id:giai:9521321.2' }],
      },
    ]
    const found = membersOf(made({ epcList: [], sensorElementList }))
    expect(told(found)).toEqual([`device ${sensor('1')}`, `device ${sensor('2')}`])
  })
})

const examples = sharedData('gs1-epcis-json')

describe.skipIf(!examples)('the examples of GS1', () => {
  const files = examples ? readdirSync(examples, { recursive: true, encoding: 'utf8' }) : []

  it.each(files.filter((name) => name.endsWith('.jsonld')))('%s names somebody', (name) => {
    const document = readDocument(JSON.parse(readFileSync(join(examples ?? '', name), 'utf8')))
    if (!document.ok) throw new Error(document.message)
    for (const found of document.events) {
      const checked = checkEvent(found.event, found.context)
      if (!checked.ok) throw new Error(checked.message)
      const { members } = membersOf(checked.event, found.context)
      const spelled = JSON.stringify(found.event).match(
        /urn:epc:(id:s?g(?:tin|iai|rai)|class)|id\.gs1/g,
      )
      if (spelled) expect(members.length).toBeGreaterThan(0)
      expect(members.every(({ key }) => !key.startsWith('urn:epc:'))).toBe(true)
    }
  })
})
