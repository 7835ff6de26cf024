import { describe, expect, it } from 'vitest'
import { applicationIdentifier } from '#epcis/application-identifiers.ts'
import { checkPair, hasCheckPair } from '#epcis/check-pair.ts'
import type { NoteCode } from '#epcis/understood.ts'

/** What is odd about a value; undefined where it does not fit at all. */
function notesOn(ai: string, value: string): readonly NoteCode[] | undefined {
  const format = applicationIdentifier(ai)?.format
  if (!format?.fits(value, 0, value.length)) return undefined
  const notes: NoteCode[] = []
  format.check(value, notes)
  return notes
}

describe('The form of a value', () => {
  it.each([
    ['01', '06901234567892', '0690123456789 0690123456789A 069012345678921'],
    ['10', 'aZ09!"%&\'()*+,-.', 'A# A^ A`b A~ A[ A\\ 012345678901234567890'],
    ['253', '6901234000016', '690123400001 6901234000016# 6901234000016012345678901234567'],
    ['253', '690123400001601234567890123456', 'A901234000016'],
    ['255', '6901234000016044', '6901234000016A'],
    ['423', '156', '15 1564 15684 1561561561561561'],
    ['423', '156840', '15684A'],
    ['423', '156840276724056', '156840276724056004'],
    ['4309', '02790858480061234567', '0279085848006123456'],
    ['4330', '000120', '00012 000120AA'],
    ['4330', '000120-', '000120--'],
    ['7007', '260101', '2601012 26010126010'],
    ['7007', '260101260102', '2601012601021'],
    ['7040', '1ABC', '1AB AABC 1ABCD'],
    ['7230', 'EMX', 'EM'],
    ['8008', '26010112', '2601011 260101123'],
    ['8008', '260101123456', '26010112345 26010112345678'],
    ['8010', '6901234A#-/9', '6901234a 6901234. 6901234_'],
    ['8030', 'aZ09-_==', 'a+b a/b a.b'],
    ['8043', '123456789012345678', '12345678901234567 123456789012345678123'],
    ['8043', '12345678901234567890', '1234567890123456789A'],
  ])('of (%s) is %s, and none of %s', (ai, value, none) => {
    expect(notesOn(ai, value)).toBeDefined()
    for (const other of ['', ...none.split(' ')]) expect(notesOn(ai, other), other).toBeUndefined()
  })
})

describe('The content of a value', () => {
  it.each([
    ['00', '169012342345678902', '169012342345678903'],
    ['8003', '06901234000016X', '06901234000017X'],
    ['8013', '1987654Ad4X4bL5ttr2310c2K', '1987654Ad4X4bL5ttr2310c2J'],
    ['8014', '1987654Ad4X4bL5ttr2310c2K', '1987654Ad4X4bL5ttr2310c2J'],
  ])('of (%s) has a check digit: %s, not %s', (ai, value, wrong) => {
    expect(notesOn(ai, value)).toEqual([])
    expect(notesOn(ai, wrong)).toEqual(['check_digit'])
  })

  it.each([
    ['11', '260100', '261300 260032 260132'],
    ['17', '240229', '230229 240230'],
    ['4326', '260131', '260100 260132'],
    ['7003', '2601312359', '2601002359'],
    ['7250', '20240229', '20230229 20241301 19000229'],
    ['7251', '200002291200', '190002291200'],
  ])('of (%s) is a day: %s, not %s', (ai, value, wrong) => {
    expect(notesOn(ai, value)).toEqual([])
    for (const other of wrong.split(' ')) expect(notesOn(ai, other), other).toEqual(['ai_date'])
  })

  it.each([
    ['401', '6901shipment', '690'],
    ['8004', '6901A', '690A'],
    ['8010', '6901A', '69A'],
    ['4307', 'CN', 'XX cn'],
    ['4309', '18000000003600000000', '18000000013600000000 18000000003600000001'],
    ['4321', '1', '2'],
    ['4324', '2601002359', '2601002459 2601002360'],
    ['4330', '000120-', '000120+'],
    ['422', '156', '157 999'],
    ['421', '156100000', '001100000'],
    ['423', '156840', '156841'],
    ['7030', '999X', '000X'],
    ['7030', '156X', '157X'],
    ['3910', '1565000', '0005000'],
    ['7040', '1AB_', '1AB!'],
    ['7041', 'PX', 'Q1 px'],
    ['7241', '10', '11 00 79'],
    ['7252', '9', '3'],
    ['7258', '1/2', '2/1 0/1 123'],
    ['4300', 'A%20B', 'A%2 %zz'],
    ['8001', '00010000100110', '00000000100110 00010000000110 00010000100010 00010000100120'],
    ['8003', '06901234000016', '16901234000016'],
    ['8006', '069012345678920102', '069012345678920000 069012345678920201 069012345678920001'],
    ['8007', 'DE91100000000123456789', 'DE92100000000123456789 XX91100000000123456789 DE9110'],
    ['8008', '26013123', '26013124'],
    ['8008', '2601312359', '2601312360'],
    ['8008', '260131235959', '260131235960'],
    ['8011', '0', '01'],
    ['8030', 'abc=', 'a=bc ===='],
    ['8110', '012345612345611110123', '712345612345611110123 01234561234561111012'],
    ['8110', '01234561234561111012395001', '01234561234561111012393001'],
    ['8112', '001234561234560123456', '201234561234560123456 0012345612345601234567'],
  ])('of (%s) can be %s, not %s', (ai, value, wrong) => {
    expect(notesOn(ai, value)).toEqual([])
    for (const other of wrong.split(' ')) {
      expect(notesOn(ai, other), other).toEqual(['ai_content'])
    }
  })

  it('that has more than one fault has a note of each kind', () => {
    expect(notesOn('7003', '2613319999')).toEqual(['ai_date', 'ai_content'])
    expect(notesOn('8014', '1234567890')).toEqual(['check_digit', 'ai_content'])
  })
})

describe('A pair of check characters', () => {
  it('belongs behind one text', () => {
    expect(checkPair('1987654Ad4X4bL5ttr2310c')).toBe('2K')
    expect(checkPair('12345678901234567890123')).toBe('NT')
    expect(hasCheckPair('1987654Ad4X4bL5ttr2310c2K')).toBe(true)
    expect(hasCheckPair('1987654Ad4X4bL5ttr2310d2K')).toBe(false)
  })

  it('belongs behind no text of other characters, or longer than a model number', () => {
    expect(checkPair('1987654#')).toBeUndefined()
    expect(checkPair('1'.repeat(24))).toBeUndefined()
    expect(hasCheckPair('2K')).toBe(false)
  })
})
