import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FieldBook, openField, type Report, sealOf } from '#store/field.ts'

const key = 'https://id.gs1.org/01/09521321000018/21/1'

let folder: string
let field: FieldBook

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'suyuan-field-'))
  field = openField(join(folder, 'field.db'))
})
afterEach(() => {
  field.close()
  rmSync(folder, { recursive: true })
})

const report = (number: number, more: Partial<Report> = {}): Report => ({
  id: `00000000-0000-4000-8000-00000000000${number}`,
  kind: 'finding',
  code: key,
  note: 'torn',
  madeAt: '2026-03-04T08:00:00Z',
  ...more,
})

function reopen(): void {
  field.close()
  field = openField(join(folder, 'field.db'))
}

describe('reports from the field', () => {
  it('are kept once, however often they are sent', () => {
    expect(field.put(report(1), key, 'inspector:k1', 5)).toBe('made')
    reopen()
    expect(field.put(report(1), key, 'inspector:k1', 9)).toBe('known')
    expect(field.about([key], 10)).toMatchObject([{ seq: 1, receivedUs: 5, report: report(1) }])
  })

  it('with one id and other content are a conflict, and what was there stays', () => {
    field.put(report(1), key, 'inspector:k1', 5)
    expect(field.put(report(1, { note: 'wet' }), key, 'inspector:k1', 6)).toBe('conflict')
    expect(field.put(report(1), key, 'inspector:k2', 6)).toBe('conflict')
    expect(field.get(report(1).id)?.report.note).toBe('torn')
  })

  it('seal goods until they are released', () => {
    const sealed = () => sealOf(field.about([key], 10))?.report.id
    field.put(report(1), key, 'i', 1)
    expect(sealed()).toBeUndefined()
    field.put(report(2, { kind: 'seal' }), key, 'i', 2)
    field.put(report(3), key, 'i', 3)
    expect(sealed()).toBe(report(2).id)
    field.put(report(4, { kind: 'release' }), key, 'i', 4)
    expect(sealed()).toBeUndefined()
    field.put(report(5, { kind: 'seal' }), key, 'i', 5)
    expect(sealed()).toBe(report(5).id)
  })

  it('are listed by kind, the newest first, page by page', () => {
    for (const number of [1, 2, 3, 4]) field.put(report(number), key, 'i', number)
    field.put(report(5, { kind: 'problem' }), key, 'i', 5)
    const page = (before: number | undefined) =>
      field.list({ kinds: ['finding'], before, limit: 3 }).map(({ seq }) => seq)
    expect(page(undefined)).toEqual([4, 3, 2])
    expect(page(2)).toEqual([1])
  })
})

describe('look-ups', () => {
  it('are counted, also those that are not written yet, and outlast the program', () => {
    expect(field.scansOf(key)).toBeUndefined()
    field.countScan(key, 10)
    field.countScan(key, 20)
    expect(field.scansOf(key)).toEqual({ count: 2, firstUs: 10, lastUs: 20 })
    reopen()
    field.countScan(key, 30)
    expect(field.scansOf(key)).toEqual({ count: 3, firstUs: 10, lastUs: 30 })
    reopen()
    expect(field.scansOf(key)).toEqual({ count: 3, firstUs: 10, lastUs: 30 })
  })
})
