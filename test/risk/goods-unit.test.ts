import { describe, expect, it } from 'vitest'
import { goodsUnit, sumUnit } from '#risk/goods-unit.ts'

describe('units of goods', () => {
  it.each([
    ['GRM', 'KGM', 1e-3],
    ['TNE', 'KGM', 1000],
    ['MLT', 'LTR', 1e-3],
    ['LTR', 'LTR', 1],
    ['MMT', 'MTR', 1e-3],
    ['C62', '', 1],
    ['', '', 1],
  ])('%s is added up in %s', (uom, unit, factor) => {
    expect(sumUnit(uom)).toEqual({ unit, factor })
  })

  it('that are not known stand for themselves', () => {
    expect(goodsUnit('XYZ')).toBeUndefined()
    expect(sumUnit('XYZ')).toEqual({ unit: 'XYZ', factor: 1 })
  })
})
