import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type PrefixTable,
  prefixTableOfJson,
  prefixTableOfXml,
} from '#store/registry/prefix-table.ts'
import { openRegistry, type Registry } from '#store/registry.ts'

let directory: string
let registry: Registry
const nowUs = Date.UTC(2026, 2, 1) * 1000
const file = () => join(directory, 'registry.db')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-prefixes-'))
  registry = openRegistry(file())
})

afterEach(() => {
  registry.close()
  rmSync(directory, { recursive: true })
})

type Entry = readonly [prefix: unknown, gcpLength: unknown]

const json = (entries: readonly Entry[], date: unknown = '2026-01-01T00:00:00Z') => ({
  GCPPrefixFormatList: {
    date,
    entry: entries.map(([prefix, gcpLength]) => ({ prefix, gcpLength })),
  },
})

const xml = (entries: readonly Entry[], date = '2026-01-01T00:00:00Z') => {
  const lines = entries.map(
    ([prefix, length]) => `<entry prefix="${prefix}" gcpLength='${length}' />`,
  )
  return `<?xml version="1.0" encoding="UTF-8"?>
<!-- made for a test -->
<GCPPrefixFormatList xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" date="${date}">
  ${lines.join('\n  ')}
</GCPPrefixFormatList>
`
}

function tableOf(read: ReturnType<typeof prefixTableOfJson>): PrefixTable {
  if (!read.ok) throw new Error(read.message)
  return read
}

const load = (entries: readonly Entry[], date?: string) =>
  registry.companyPrefixes.load(tableOf(prefixTableOfJson(json(entries, date))), nowUs)
const lengthOf = (digits: string) => registry.companyPrefixes.lengthOf(digits)

describe('the length of a company prefix', () => {
  it('is what the longest prefix in the table says', () => {
    expect(lengthOf('9521321000018')).toBeUndefined()
    load([
      ['952', 7],
      ['9521', 0],
      ['95213', 9],
      ['0000000', 11],
      ['001', 0],
      ['123456789012', 12],
    ])
    expect(lengthOf('9520321000018')).toBe(7)
    expect(lengthOf('9521321000018')).toBe(9)
    expect(lengthOf('9521421000018')).toBeUndefined()
    expect(lengthOf('0000000123456')).toBe(11)
    expect(lengthOf('0012345678905')).toBeUndefined()
    expect(lengthOf('1234567890128')).toBe(12)
    expect(lengthOf('6901234567892')).toBeUndefined()
  })

  it('is not told of fewer digits than it has, nor of other text', () => {
    load([['952', 7]])
    expect(lengthOf('9521321')).toBe(7)
    for (const text of ['952132', '952', '95', '', 'abc', '9'.repeat(100), '__proto__']) {
      expect([text, lengthOf(text)]).toEqual([text, undefined])
    }
  })

  it('is there after the file was closed and opened again', () => {
    load([['952', 7]], '2025-07-01')
    registry.close()
    registry = openRegistry(file())
    expect(registry.companyPrefixes.loaded()).toEqual({
      date: '2025-07-01',
      entries: 1,
      loadedAtUs: nowUs,
    })
    expect(lengthOf('9521321')).toBe(7)
  })

  it('comes from the table loaded last, and from no entry of one before', () => {
    load([
      ['952', 7],
      ['6901', 8],
    ])
    load([['952', 9]])
    expect(registry.companyPrefixes.loaded()?.entries).toBe(1)
    expect([lengthOf('9521321000018'), lengthOf('6901234567892')]).toEqual([9, undefined])
  })

  it('follows what another connection loads', () => {
    const reader = openRegistry(file(), { readOnly: true })
    expect(reader.companyPrefixes.lengthOf('9521321')).toBeUndefined()
    load([['952', 7]])
    expect(reader.companyPrefixes.lengthOf('9521321')).toBe(7)
    load([['952', 6]])
    expect(reader.companyPrefixes.lengthOf('9521321')).toBe(6)
    reader.close()
  })

  it('is looked up in little time, also while the registry is written to', () => {
    const entries = Array.from({ length: 200_000 }, (_, n) => [String(n).padStart(6, '0'), 7])
    load(entries as [string, number][])
    expect(lengthOf('199999123456')).toBe(7)
    const start = performance.now()
    for (let n = 0; n < 200; n++) {
      registry.parties.put({ slug: 'farm', name: String(n), domain: 'food' })
      lengthOf('199999123456')
    }
    // Reading the table again each time would take half a minute.
    expect(performance.now() - start).toBeLessThan(5_000)
  })

  it('agrees for any table with looking at every entry', () => {
    const digits = (most: number) =>
      fc
        .array(fc.constantFrom('0', '1'), { minLength: 1, maxLength: most })
        .map((all) => all.join(''))
    const entry = fc.tuple(digits(6), fc.constantFrom(0, 4, 5, 6, 8))
    const entries = fc.uniqueArray(entry, {
      selector: ([prefix]) => prefix,
      minLength: 1,
      maxLength: 20,
    })
    fc.assert(
      fc.property(entries, digits(9), (table, text) => {
        load(table)
        const [, length = 0] =
          table
            .filter(([prefix]) => text.startsWith(prefix))
            .sort(([one], [other]) => other.length - one.length)[0] ?? []
        expect(lengthOf(text)).toBe(length === 0 || length > text.length ? undefined : length)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a table of company prefixes', () => {
  it('says the same as JSON and as XML', () => {
    const entries: Entry[] = [
      ['0000000', 11],
      ['001', 0],
      ['952', 7],
    ]
    const expected = {
      ok: true,
      date: '2026-01-01T00:00:00Z',
      entries: [
        { prefix: '0000000', length: 11 },
        { prefix: '001', length: 0 },
        { prefix: '952', length: 7 },
      ],
    }
    expect(prefixTableOfJson(json(entries))).toEqual(expected)
    expect(prefixTableOfXml(xml(entries))).toEqual(expected)
    expect(prefixTableOfXml(`\uFEFF${xml(entries)}`)).toEqual(expected)
    const spread = xml(entries).replaceAll(' />', '></entry><!-- and -->')
    expect(prefixTableOfXml(spread)).toEqual(expected)
  })

  it.each<[string, Entry]>([
    ['a prefix that is no digits', ['95a', 7]],
    ['a prefix of 13 digits', ['9521321000018', 7]],
    ['an empty prefix', ['', 7]],
    ['a length of 3', ['953', 3]],
    ['a length of 13', ['953', 13]],
    ['a length that is no whole number', ['953', 7.5]],
    ['a negative length', ['953', -7]],
    ['a prefix that came before', ['952', 7]],
  ])('is refused for %s, which is named', (_, bad) => {
    const entries: Entry[] = [['952', 7], bad, ['', -1]]
    for (const read of [prefixTableOfJson(json(entries)), prefixTableOfXml(xml(entries))]) {
      expect(read).toMatchObject({
        ok: false,
        code: 'prefix_table_malformed',
        path: '/GCPPrefixFormatList/entry/1',
        message: expect.stringMatching(/^entry 2 /),
      })
    }
  })

  it.each<[unknown]>([
    [undefined],
    [null],
    [[]],
    ['text'],
    [{ GCPPrefixFormatList: null }],
    [{ GCPPrefixFormatList: { date: '2026', entry: {} } }],
    [json([], '')],
    [json([], 2026)],
    [json([])],
    [json([['952', '7']])],
    [{ GCPPrefixFormatList: { date: '2026', entry: [null] } }],
    [{ GCPPrefixFormatList: { date: '2026', entry: ['952'] } }],
  ])('is refused where its JSON is of another form: %j', (value) => {
    expect(prefixTableOfJson(value)).toMatchObject({ ok: false, code: 'prefix_table_malformed' })
  })

  const inside = (text: string) => `<GCPPrefixFormatList date="2026">${text}</GCPPrefixFormatList>`
  it.each([
    [''],
    ['{}'],
    ['<list date="2026"/>'],
    ['<GCPPrefixFormatList/>'],
    ['<GCPPrefixFormatList date="2026">'],
    ['<GCPPrefixFormatList date="2026"/><more/>'],
    ['<GCPPrefixFormatList date="2026" date="2027"/>'],
    ['<!DOCTYPE a [<!ENTITY b "952">]><GCPPrefixFormatList date="2026"/>'],
    [inside('<entry prefix="&b;" gcpLength="7"/>')],
    [inside('<entry prefix="952"/>')],
    [inside('<entry prefix="952" gcpLength="7">')],
    [inside('<entry prefix="952" gcpLength="7">text</entry>')],
    [inside('<entry prefix=952 gcpLength=7/>')],
    [inside('')],
    ['<GCPPrefixFormatList date="1"/>'],
    [inside('<other/>')],
    [inside('<entryprefix="952" gcpLength="7"/>')],
    [inside('<![CDATA[<entry prefix="952" gcpLength="7"/>]]>')],
    [inside('<?php ?>')],
    [inside('<!-- never ends')],
  ])('is refused where its XML is of another form: %s', (text) => {
    expect(prefixTableOfXml(text)).toMatchObject({ ok: false, code: 'prefix_table_malformed' })
  })

  it('is refused with more than a million entries', () => {
    const entries = Array.from({ length: 1_000_001 }, (_, n) => [String(n), 0] as const)
    const refused = { ok: false, code: 'prefix_table_too_large' }
    expect(prefixTableOfJson(json(entries))).toMatchObject(refused)
    expect(prefixTableOfXml(xml(entries))).toMatchObject(refused)
    expect(prefixTableOfJson(json(entries.slice(1))).ok).toBe(true)
  })

  it.each([
    ['spaces', ' '.repeat(1e6)],
    ['open tags', '<'.repeat(1e6)],
    ['the beginnings of comments', '<!--'.repeat(250_000)],
    ['attributes', `<GCPPrefixFormatList ${'a="b" '.repeat(150_000)}`],
    ['an attribute that does not end', `<GCPPrefixFormatList a="${' x='.repeat(300_000)}`],
    ['a declaration that does not end', `<?xml ${' a'.repeat(500_000)}`],
    ['space in a tag', `<GCPPrefixFormatList${' '.repeat(1e6)}`],
    ['space behind entries', inside(`${'<entry  '.repeat(2)}${' '.repeat(1e6)}`)],
  ])('costs little time where it is a megabyte of %s', (_, text) => {
    const start = performance.now()
    expect(prefixTableOfXml(text)).toMatchObject({ ok: false })
    expect(performance.now() - start).toBeLessThan(500)
  })

  it('of any text is read or refused, and never throws', () => {
    const part = fc.constantFrom(
      ...['<GCPPrefixFormatList', '<entry', ' date="1"', ' prefix="952"', ' gcpLength="7"', '/>'],
      ...['>', '</entry>', '</GCPPrefixFormatList>', '<!--', '-->', ' ', '"', '<?xml ?>', '\uFEFF'],
    )
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.json(), (parts, text) => {
        expect(typeof prefixTableOfXml(parts.join('')).ok).toBe('boolean')
        expect(prefixTableOfJson(JSON.parse(text)).ok).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
})
