import { describe, expect, it } from 'vitest'
import { membersWithLots, resolveWithLots } from '#store/registry/lot-aliases.ts'

const GTIN = 'https://id.gs1.org/01/09521321000018'
const OTHER = 'https://id.gs1.org/01/09521321000025'
const CODE = 'drugcode:8952001'

/** Declared: both codes are of the GTIN, and one lot of the code is another of the GTIN. */
const declared = new Map([
  [CODE, GTIN],
  [OTHER, GTIN],
  [`${CODE}/10/B`, `${GTIN}/10/C`],
  ['urn:lot:x', `${CODE}/10/A`],
])
const resolve = (keys: readonly string[]) => keys.map((key) => declared.get(key) ?? key)
const members = (primaries: readonly string[]) =>
  new Map(
    primaries.flatMap((primary) => {
      const its = [...declared].flatMap(([alias, of]) => (of === primary ? [alias] : []))
      return its.length === 0 ? [] : [[primary, [primary, ...its]] as const]
    }),
  )

describe('lots of a product under several keys', () => {
  it('come to the lot of its primary, by whatever key they are named', () => {
    const keys = [`${CODE}/10/A`, `${OTHER}/10/A`, `${GTIN}/10/A`, 'urn:lot:x']
    expect(resolveWithLots(keys, resolve)).toEqual(Array(4).fill(`${GTIN}/10/A`))
  })

  it('go where they were declared to go by themselves', () => {
    expect(resolveWithLots([`${CODE}/10/B`], resolve)).toEqual([`${GTIN}/10/C`])
  })

  it('leave everything else as it is: serials, products and other lots', () => {
    const keys = [`${OTHER}/21/1`, `${CODE}0000000000001`, CODE, 'urn:y', `${GTIN}9/10/A`]
    expect(resolveWithLots(keys, resolve)).toEqual([...keys.slice(0, 2), GTIN, ...keys.slice(3)])
  })

  it('stay what they are where their product goes under what is no product', () => {
    const uri = 'urn:drug:1'
    const keys = [`${CODE}/10/A`]
    expect(resolveWithLots(keys, (some) => some.map((key) => (key === CODE ? uri : key)))).toEqual(
      keys,
    )
    const of = (some: readonly string[]) => {
      return new Map(some.includes(GTIN) ? [[GTIN, [GTIN, uri]]] : [])
    }
    expect(membersWithLots([`${GTIN}/10/A`], of).size).toBe(0)
  })

  it('are the group of the primary lot, with the aliases of each', () => {
    const groups = membersWithLots([`${GTIN}/10/A`, `${GTIN}/10/C`, 'urn:y'], members)
    expect(groups.get(`${GTIN}/10/A`)).toEqual([
      ...[`${GTIN}/10/A`, `${CODE}/10/A`, `${OTHER}/10/A`, 'urn:lot:x'],
    ])
    expect(groups.get(`${GTIN}/10/C`)).toEqual([
      ...[`${GTIN}/10/C`, `${CODE}/10/B`, `${CODE}/10/C`, `${OTHER}/10/C`],
    ])
    expect([...groups.keys()]).toHaveLength(2)
  })
})
