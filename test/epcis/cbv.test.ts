import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { bareWord, VOCABULARIES } from '#epcis/cbv.ts'
import { sharedData } from '../shared-data.ts'

describe('The bare word', () => {
  it.each([
    ['shipping', 'shipping'],
    ['cbv:BizStep-shipping', 'shipping'],
    ['https://ref.gs1.org/cbv/BizStep-shipping', 'shipping'],
    ['https://ns.gs1.org/cbv/Disp-in_transit', 'in_transit'],
    ['urn:epcglobal:cbv:bizstep:shipping', 'shipping'],
    ['urn:epcglobal:cbv:sdt:owning_party', 'owning_party'],
    ['gs1:Temperature', 'Temperature'],
    ['https://gs1.org/voc/Temperature', 'Temperature'],
  ])('of %s is %s', (value, word) => {
    expect(bareWord(value)).toBe(word)
  })

  it.each([
    'urn:epcglobal:cbv:bt:6901234000016:4711',
    'urn:epcglobal:cbv:colour:red',
    'https://x.example/steps/shipping',
    'ex:frying',
  ])('of %s does not exist', (value) => {
    expect(bareWord(value)).toBe(value)
  })
})

describe('The vocabularies', () => {
  const schema = sharedData('gs1-epcis-schema/EPCIS-JSON-Schema.json')
  test.skipIf(!schema)('have the words of the JSON Schema, no more and no fewer', () => {
    const { definitions } = JSON.parse(readFileSync(schema ?? '', 'utf8'))
    const names = {
      bizStep: 'bizStep',
      disposition: 'disposition',
      bizTransactionType: 'bizTransaction-type',
      sourceDestinationType: 'source-dest-type',
      errorReason: 'error-reason',
      component: 'component',
      measurementType: 'measurementType',
      exception: 'sensorAlertType',
    } as const
    for (const [ours, theirs] of Object.entries(names)) {
      const words: string[] = definitions[theirs].anyOf[1].enum
      const own = VOCABULARIES[ours as keyof typeof names].words
      expect([...own].sort(), ours).toEqual([...words].sort())
    }
  })
})
