import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOfBase64, bytesOfHex, hexOfBytes } from '#epcis/tag/hex.ts'

const bytes = fc.uint8Array({ minLength: 1, maxLength: 62 })

describe('A tag in hexadecimal digits', () => {
  it('is its bytes, in upper and in lower case', () => {
    fc.assert(
      fc.property(bytes, (tag) => {
        const hex = hexOfBytes(tag)
        expect(hex).toBe(Buffer.from(tag).toString('hex').toUpperCase())
        expect(bytesOfHex(hex)).toEqual(tag)
        expect(bytesOfHex(hex.toLowerCase())).toEqual(tag)
      }),
    )
  })

  it.each([
    ['', 'empty'],
    ['30742', 'tag_hex_odd'],
    ['3O74', 'tag_hex'],
    ['30 74257', 'tag_hex'],
    ['0x3074', 'tag_hex'],
    ['30:74', 'tag_hex_odd'],
    ['３０７４', 'tag_hex'],
    ['30'.repeat(200), 'too_long'],
  ])('%j is none: %s', (text, code) => {
    expect(bytesOfHex(text)).toMatchObject({ ok: false, code })
  })
})

describe('A tag in base64', () => {
  it('is its bytes, in either alphabet, with its padding and without', () => {
    fc.assert(
      fc.property(bytes, (tag) => {
        const text = Buffer.from(tag).toString('base64')
        expect(bytesOfBase64(text)).toEqual(tag)
        expect(bytesOfBase64(text.replace(/=+$/, ''))).toEqual(tag)
        expect(bytesOfBase64(Buffer.from(tag).toString('base64url'))).toEqual(tag)
      }),
    )
  })

  it.each([
    ['', 'empty'],
    ['M', 'tag_base64'],
    ['MHQ', undefined],
    ['MHQ=', undefined],
    ['MHQ==', 'tag_base64'],
    ['MH', 'tag_base64'],
    ['MA==', undefined],
    ['MA=', 'tag_base64'],
    ['MB==', 'tag_base64'],
    ['====', 'tag_base64'],
    ['M=A=', 'tag_base64'],
    ['M A=', 'tag_base64'],
    ['MHQl'.repeat(100), 'too_long'],
  ])('%j is none where %s', (text, code) => {
    const read = bytesOfBase64(text)
    if (code) expect(read).toMatchObject({ ok: false, code })
    else expect(read).toBeInstanceOf(Uint8Array)
  })
})
