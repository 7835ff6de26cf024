import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editObject, itemSpans, spanAt } from '#ingest/json-text.ts'

/** JSON text with space wherever JSON allows it and characters escaped that need not be. */
function spell(value: unknown, space: string, escaped: boolean): string {
  if (typeof value === 'string') return spellString(value, escaped)
  if (Array.isArray(value)) {
    const items = value.map((item) => spell(item, space, escaped))
    return `[${space}${items.join(`${space},${space}`)}${space}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([key, item]) => `${spellString(key, escaped)}${space}:${space}${spell(item, space, escaped)}`,
  )
  return `{${space}${members.join(`${space},${space}`)}${space}}`
}

function spellString(text: string, escaped: boolean): string {
  if (!escaped) return JSON.stringify(text)
  const units = [...Array(text.length).keys()].map((at) => text.charCodeAt(at))
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`
}

const spaces = fc.constantFrom('', ' ', '\n\t ', '\r\n')

describe('the text of a part of a JSON text', () => {
  it('is what JSON.parse gives for that part, for any JSON in any spelling', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), spaces, fc.boolean(), (items, space, escaped) => {
        const sent = JSON.parse(JSON.stringify(items))
        const text = spell({ other: '}]"\\', list: sent }, space, escaped)
        const list = spanAt(text, ['list'])
        const spans = list === undefined ? [] : itemSpans(text, list.start)
        expect(spans.map(({ start, end }) => JSON.parse(text.slice(start, end)))).toEqual(sent)
      }),
    )
  })

  it('is found where JSON.parse finds it when a key stands twice', () => {
    const text = '{"a":{"b":1},"a":{"b":[2],"b":[3]}}'
    const span = spanAt(text, ['a', 'b'])
    expect(span && text.slice(span.start, span.end)).toBe('[3]')
  })

  it('is not there under a path that leads nowhere', () => {
    expect(spanAt('{"a":[1]}', ['a', 'b'])).toBeUndefined()
    expect(spanAt('{"a":[1]}', ['b'])).toBeUndefined()
    expect(spanAt('[]', ['a'])).toBeUndefined()
  })
})

describe('editing an object of a text', () => {
  it('adds and drops members and leaves the rest as it is written', () => {
    const text = ' {"x" : 26.0, "record\\u0054ime":"2020-01-01", "n":12345678901234567890}'
    const span = { start: 1, end: text.length }
    const edited = editObject(text, span, { add: { id: 'a"b' }, drop: ['recordTime'] })
    expect(edited).toBe('{"id":"a\\"b","x" : 26.0,"n":12345678901234567890}')
  })

  it('makes an object of one that was empty', () => {
    expect(editObject('{ }', { start: 0, end: 3 }, { add: { id: 'a' }, drop: [] })).toBe(
      '{"id":"a"}',
    )
    expect(editObject('{"a":1}', { start: 0, end: 7 }, { add: {}, drop: ['a'] })).toBe('{}')
  })
})
