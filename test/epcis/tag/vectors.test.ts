import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readEpcUrn, toUrn } from '#epcis/epc-urn.ts'
import { decodeTag } from '#epcis/tag/decode.ts'
import { encodeTag, type TagContents } from '#epcis/tag/encode.ts'
import { bytesOfHex } from '#epcis/tag/hex.ts'
import type { TagRead } from '#epcis/tag/read.ts'
import { readTagUri } from '#epcis/tag/tag-uri.ts'
import { sharedData } from '../../shared-data.ts'
import { unpadded } from './fields.ts'

interface Example {
  readonly scheme: string
  readonly hex: string
  readonly pureIdentityUri?: string
  readonly tagUri?: string
  readonly digitalLink?: string
  readonly elementString?: string
  readonly note?: string
}

interface Vector {
  readonly scheme: string
  readonly kind: string
  readonly valid: boolean
  readonly uri: string
  readonly hex?: string
  readonly tag_uri?: string
  readonly kwargs?: { readonly binary_coding_scheme?: string; readonly filter_value?: string }
}

function readVectors<T>(file: string | undefined): readonly T[] {
  return file ? JSON.parse(readFileSync(file, 'utf8')).vectors : []
}

/** Half a byte at the end is filled up, as the annex prints some tags without it. */
function decodeHex(hex: string): TagRead {
  const bytes = bytesOfHex(hex.length % 2 === 0 ? hex : `${hex}0`)
  const read = bytes instanceof Uint8Array ? decodeTag(bytes) : bytes
  if (!read.ok) throw new Error(`${hex}: ${read.message}`)
  return read
}

/** What has to be told to write the tag again. */
function contentsOf({ scheme, filter, hostname, date }: TagRead, id: string): TagContents {
  return {
    id,
    scheme,
    ...(filter !== undefined && { filter }),
    ...(hostname !== undefined && { hostname }),
    ...(date && { date }),
  }
}

const FILES = ['tds/tds1x-annex-e3.json', 'tds/tds23-annex-e3.json'].map(sharedData)

describe('The examples of annex E.3', () => {
  const examples = FILES.flatMap((file) => readVectors<Example>(file))

  test.skipIf(FILES.includes(undefined))('are there', () => {
    expect(examples.length).toBeGreaterThan(40)
  })

  test.each(examples.map((each) => [each.scheme, each.hex, each] as const))(
    '%s %s says its scheme, its URN, its Digital Link and its elements',
    (scheme, hex, example) => {
      const read = decodeHex(hex)
      expect(read.scheme.toLowerCase()).toBe(scheme.toLowerCase())
      expect(read.urn).toBe(example.pureIdentityUri)
      expect(read.tagUri).toBe(example.tagUri)
      if (example.digitalLink) expect(read.key).toBe(example.digitalLink)
      if (example.pureIdentityUri) expect(readEpcUrn(example.pureIdentityUri)?.key).toBe(read.key)
      const elements = read.elements.map(({ ai, value }) => `(${ai})${value}`).join('')
      expect(elements).toBe(example.elementString ?? '')
      if (scheme.endsWith('++')) expect(read.hostname).toBe('id.example.com')
    },
  )

  test.each(examples.map((each) => [each.scheme, each.hex] as const))(
    '%s %s is what its identity is written as',
    (_, hex) => {
      const read = decodeHex(hex)
      for (const id of [read.urn ?? read.key, read.key]) {
        const length = read.companyPrefix?.length
        const prefix = length === undefined ? {} : { companyPrefixLength: length }
        const tag = encodeTag({ ...contentsOf(read, id), ...prefix })
        expect(tag).toMatchObject({ ok: true })
        if (tag.ok) expect(unpadded(tag.hex)).toBe(unpadded(hex))
      }
    },
  )

  test.each(examples.flatMap((each) => (each.tagUri ? [[each.tagUri, each.hex] as const] : [])))(
    '%s says what its tag says',
    (uri, hex) => {
      expect(readTagUri(uri)).toEqual(decodeHex(hex))
    },
  )
})

/** The filter values that the vectors name by the words of their library. */
const FILTERS: Readonly<Record<string, number>> = {
  ALL_OTHERS: 0,
  RAIL_VEHICLE: 1,
  POS_ITEM: 1,
  ITEM_OTHER: 1,
  CASE: 1,
  UNIT_PACK: 2,
  FULL_CASE: 2,
  UNIT_LOAD: 6,
  UNIT_LOAD_DEVICES: 12,
}

function filterOf(name: string | undefined): number | undefined {
  const reserved = name?.startsWith('RESERVED_')
    ? Number(name.slice('RESERVED_'.length))
    : undefined
  return reserved ?? FILTERS[name ?? '']
}

/** The scheme of a vector, of which those with one scheme only do not name it. */
function schemeOf({ scheme, kwargs, tag_uri }: Vector): string {
  return kwargs?.binary_coding_scheme?.replace('_', '-') ?? tag_uri?.split(':')[3] ?? scheme
}

describe('The tags of another library', () => {
  const file = sharedData('tds/epcpy-vectors.json')
  const vectors = readVectors<Vector>(file).filter((each) => each.kind === 'TagEncodable')
  const valid = vectors.filter((each) => each.valid)
  const invalid = vectors.filter((each) => !each.valid)

  test.skipIf(!file)('are there, with a filter and without, valid and not', () => {
    expect(valid.length).toBeGreaterThan(40)
    expect(invalid.length).toBeGreaterThan(8)
    expect(valid.every((each) => filterOf(each.kwargs?.filter_value) !== undefined)).toBe(false)
  })

  test.each(valid.map((each) => [each.tag_uri, each.hex, each] as const))(
    '%s is %s, in every direction',
    (tagUri = '', hex = '', vector) => {
      const filter = filterOf(vector.kwargs?.filter_value)
      const scheme = schemeOf(vector)
      const tag = encodeTag({ id: vector.uri, scheme, ...(filter !== undefined && { filter }) })
      expect(tag).toMatchObject({ ok: true, hex })
      const read = decodeHex(hex)
      expect(read).toMatchObject({ urn: vector.uri, tagUri, filter })
      expect(readTagUri(tagUri)).toEqual(read)
      if (read.companyPrefix) expect(toUrn(read.key, read.companyPrefix.length)).toBe(vector.uri)
    },
  )

  test.each(invalid.map((each) => [each.uri, schemeOf(each), each] as const))(
    '%s does not go into %s',
    (id, scheme) => {
      expect(encodeTag({ id, scheme })).toMatchObject({ ok: false, code: 'tag_no_room' })
    },
  )
})
