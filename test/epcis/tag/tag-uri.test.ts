import { describe, expect, it } from 'vitest'
import { beginsAsTagUri, readTagUri } from '#epcis/tag/tag-uri.ts'

const ITEM = {
  ok: true,
  scheme: 'SGTIN-96',
  key: 'https://id.gs1.org/01/06901234567892/21/7',
  urn: 'urn:epc:id:sgtin:6901234.056789.7',
  tagUri: 'urn:epc:tag:sgtin-96:3.6901234.056789.7',
  filter: 3,
  companyPrefix: '6901234',
}

describe('An EPC Tag URI', () => {
  it.each([
    'urn:epc:tag:sgtin-96:3.6901234.056789.7',
    'urn:epc:tag:[att=x01]:sgtin-96:3.6901234.056789.7',
    'urn:epc:tag:[att=x01][umi=1][xpc=x0004]:sgtin-96:3.6901234.056789.7',
    'urn:epc:tag:[xpc-w1=x0004]:sgtin-96:3.6901234.056789.7',
  ])('%s says what its tag says', (uri) => {
    expect(beginsAsTagUri(uri)).toBe(true)
    expect(readTagUri(uri)).toMatchObject(ITEM)
  })

  it('of every scheme has the name of the scheme in it', () => {
    for (const [uri, key] of [
      ['urn:epc:tag:sgtin-198:0.6901234.056789.007', 'https://id.gs1.org/01/06901234567892/21/007'],
      ['urn:epc:tag:gdti-113:7.6901234.00001.01', 'https://id.gs1.org/253/690123400001601'],
      ['urn:epc:tag:cpi-var:0.6901234.A%2F1.7', 'https://id.gs1.org/8010/6901234A%2F1/8011/7'],
      ['urn:epc:tag:gid-96:1.2.3', 'urn:epc:id:gid:1.2.3'],
      ['urn:epc:tag:usdod-96:15.2S194.7', 'urn:epc:id:usdod:2S194.7'],
      ['urn:epc:tag:adi-var:63.2S194..7', 'urn:epc:id:adi:2S194..7'],
    ]) {
      expect(readTagUri(uri ?? '')).toMatchObject({ ok: true, key, tagUri: uri })
    }
  })

  it.each([
    ['urn:epc:tag:sgtin-64:3.6901234.056789.7', 'urn_malformed'],
    ['urn:epc:tag:sgtin+:3.6901234.056789.7', 'urn_malformed'],
    ['urn:epc:tag:sgtin-96:6901234.056789.7', 'urn_malformed'],
    ['urn:epc:tag:sgtin-96:03.6901234.056789.7', 'urn_malformed'],
    ['urn:epc:tag:sgtin-96:3.69012.05678.7', 'urn_malformed'],
    ['urn:epc:tag:sgtin-96:3.6901234.056789.', 'urn_malformed'],
    ['urn:epc:tag:gid-96:3.1.2.3', 'urn_malformed'],
    ['urn:epc:tag:[umi=1][att=x01]:sgtin-96:3.6901234.056789.7', 'urn_malformed'],
    ['urn:epc:tag:', 'urn_malformed'],
    ['urn:epc:id:sgtin:6901234.056789.7', 'urn_malformed'],
    ['urn:epc:tag:sgtin-96:3.6901234.056789.007', 'tag_no_room'],
    ['urn:epc:tag:sgtin-96:8.6901234.056789.7', 'tag_no_room'],
    ['urn:epc:tag:sgtin-96:3.6901234.056789.A', 'tag_no_room'],
    [`urn:epc:tag:sgtin-96:3.6901234.056789.${'9'.repeat(1_000_000)}`, 'too_long'],
  ])('%s is refused: %s', (uri, code) => {
    expect(readTagUri(uri)).toMatchObject({ ok: false, code })
  })

  it('tells which of its parts is wrong', () => {
    expect(readTagUri('urn:epc:tag:sgtin-96:3.6901234.05678.7')).toMatchObject({
      message: expect.stringContaining('The reference has 6 digits here, not 5.'),
    })
  })
})

describe('An EPC Raw URI', () => {
  it.each([
    'urn:epc:raw:96.x3075A537C837754000000007',
    'urn:epc:raw:[att=x01][umi=1][xpc=x0004]:96.x3075A537C837754000000007',
    'urn:epc:raw:96.x3075a537c837754000000007',
    'urn:epc:raw:[att=xc1][umi=1][xpc=xabcd]:96.x3075a537C837754000000007',
    'urn:epc:raw:112.x3075A537C8377540000000070000',
    'urn:epc:raw:96.14997505011787201306758742023',
  ])('%s is what the tag of its bits is', (uri) => {
    expect(beginsAsTagUri(uri)).toBe(true)
    expect(readTagUri(uri)).toMatchObject(ITEM)
  })

  it('has bits of any number, the first of its number being the first of the tag', () => {
    const uri = 'urn:epc:raw:198.xD9D694DF20DDD560C1B800000000000000000000000000000'
    const key = 'https://id.gs1.org/01/06901234567892/21/007'
    expect(readTagUri(uri)).toMatchObject({ ok: true, scheme: 'SGTIN-198', key })
  })

  it.each([
    ['urn:epc:raw:96.xE2801234567890ABCDEF0123', 'tag_header_unknown'],
    ['urn:epc:raw:80.x3075A537C83775400000', 'tag_truncated'],
    ['urn:epc:raw:96.x', 'tag_header_unknown'],
    ['urn:epc:raw:64.x31.x0123456890ABCDEF', 'tag_other_family'],
    ['urn:epc:raw:96.xe2801234567890abcdef0123', 'urn_malformed'],
    ['urn:epc:raw:64.x3a.x0123456890abcdef', 'tag_other_family'],
    ['urn:epc:raw:96.x13075A537C837754000000007', 'urn_malformed'],
    ['urn:epc:raw:512.x3075A537C837754000000007', 'urn_malformed'],
    ['urn:epc:raw:96.3075A537C837754000000007', 'urn_malformed'],
    ['urn:epc:raw:0.x', 'urn_malformed'],
    ['urn:epc:raw:', 'urn_malformed'],
    [`urn:epc:raw:96.${'9'.repeat(1_000)}`, 'urn_malformed'],
  ])('%s is refused: %s', (uri, code) => {
    expect(readTagUri(uri)).toMatchObject({ ok: false, code })
  })
})
