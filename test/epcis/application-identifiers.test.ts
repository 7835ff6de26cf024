import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import type { Check } from '#epcis/ai-content.ts'
import type { Component } from '#epcis/ai-format.ts'
import {
  ALL_IDENTIFIERS,
  applicationIdentifier,
  identifierAt,
} from '#epcis/application-identifiers.ts'
import { sharedData } from '../shared-data.ts'

/** What the published dictionary calls the checks. */
const LINTERS: Readonly<Record<string, Check>> = {
  csum: 'checkDigit',
  csumalpha: 'checkPair',
  gcppos1: 'companyPrefix',
  gcppos2: 'companyPrefixBehindDigit',
  yymmdd: 'date',
  yymmd0: 'dateOrMonth',
  yyyymmdd: 'fullDate',
  hhmi: 'hourMinute',
  hh: 'hour',
  mi: 'minute',
  ss: 'second',
  iso3166: 'countryNumber',
  iso3166999: 'countryNumberOrMany',
  iso3166alpha2: 'countryLetters',
  iso4217: 'currency',
  iso5218: 'sex',
  pieceoftotal: 'pieceOfTotal',
  posinseqslash: 'birthOfBirths',
  nozeroprefix: 'noLeadingZero',
  nonzero: 'notZero',
  zero: 'zero',
  winding: 'winding',
  latitude: 'latitude',
  longitude: 'longitude',
  pcenc: 'escapes',
  iban: 'bankAccount',
  mediatype: 'mediaType',
  packagetype: 'packageType',
  yesno: 'yesOrNo',
  importeridx: 'importerIndex',
  hasnondigit: 'notDigitsAlone',
  hyphen: 'minus',
  couponcode: 'coupon',
  couponposoffer: 'offer',
}
const SETS: Readonly<Record<string, Component['set']>> = {
  N: 'digits',
  X: 'set82',
  Y: 'set39',
  Z: 'base64url',
}

interface Entry {
  readonly predefinedLength: boolean
  readonly attribute: boolean
  readonly components: readonly Component[]
  readonly needs: string
  readonly excludes: string
  readonly keyWith: string | undefined
}

const LINE = /^(\d{2,4})(?:-(\d{2,4}))? +([*?]*) +(\S.*)$/
const COMPONENT = /^(\[?)([NXYZ])(\.\.)?(\d+)\]?((?:,\w+)*)$/

function readDictionary(text: string): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const line of text.split('\n')) {
    const [, first, last = first, flags = '', rest = ''] = LINE.exec(line) ?? []
    if (!first) continue
    const words = (rest.split(' # ')[0] ?? '').trim().split(/\s+/)
    const attributes = words.filter((word) => !COMPONENT.test(word))
    const values = (name: string) =>
      attributes.filter((word) => word.startsWith(`${name}=`)).map((word) => word.split('=')[1])
    const entry = {
      predefinedLength: flags.includes('*'),
      attribute: flags.includes('?'),
      components: words.filter((word) => COMPONENT.test(word)).map(readComponent),
      needs: plain(values('req').join(' & ')),
      excludes: plain(values('ex').join(' ')),
      keyWith: attributes.includes('dlpkey') ? '' : values('dlpkey').map(plain)[0],
    }
    for (let ai = Number(first); ai <= Number(last); ai++) {
      entries.set(String(ai).padStart(first.length, '0'), entry)
    }
  }
  return entries
}

/** `01,31nn` -> `01 31`. */
function plain(text = ''): string {
  return text.replaceAll(',', ' ').replaceAll('n', '')
}

function readComponent(word: string): Component {
  const [, bracket, set = '', dots, length, linters = ''] = COMPONENT.exec(word) ?? []
  const checks = linters
    .split(',')
    .slice(1)
    .map((linter) => LINTERS[linter] ?? expect.fail(`no check for ${linter}`))
  return {
    set: SETS[set] ?? expect.fail(set),
    least: dots ? 1 : Number(length),
    most: Number(length),
    optional: bracket === '[',
    // The dictionary has the padding of base64 in the character set.
    checks: set === 'Z' ? [...checks, 'padding'] : checks,
  }
}

describe('The table', () => {
  const file = sharedData('tds/gs1-syntax-dictionary.txt')
  const published = file ? readDictionary(readFileSync(file, 'utf8')) : new Map<string, Entry>()

  test.skipIf(!file)('has every published application identifier and no other', () => {
    expect(published.size).toBeGreaterThan(400)
    expect(ALL_IDENTIFIERS.map(({ ai }) => ai).sort()).toEqual([...published.keys()].sort())
  })

  test.skipIf(!file)('says of each what the dictionary says', () => {
    for (const { ai, format, index: _, ...rest } of ALL_IDENTIFIERS) {
      expect({ ...rest, components: format.components }, ai).toEqual(published.get(ai))
    }
  })

  it('knows only identifiers of predefined length whose values have one length', () => {
    const fixed = ALL_IDENTIFIERS.filter((its) => its.predefinedLength)
    expect(fixed.length).toBeGreaterThan(300)
    for (const { ai, format } of fixed) expect(format.least, ai).toBe(format.most)
  })

  it('finds each by its text and at its place in a text', () => {
    for (const its of ALL_IDENTIFIERS) {
      expect(applicationIdentifier(its.ai)).toBe(its)
      expect(identifierAt(`xx${its.ai}A`, 2)).toBe(its)
      expect(identifierAt(`${its.ai.slice(0, -1)}`, 0)).toBeUndefined()
      expect(ALL_IDENTIFIERS[its.index]).toBe(its)
    }
    for (const none of ['', '0', '04', '18', '3106', '319', '7', '9', 'A1', '1A', '31A0', '0\0']) {
      expect(identifierAt(none, 0), none).toBeUndefined()
    }
    expect(applicationIdentifier('1')).toBeUndefined()
    expect(applicationIdentifier('001')).toBeUndefined()
  })
})
