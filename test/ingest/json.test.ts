import { describe, expect, it } from 'vitest'
import { parseJson } from '#ingest/json.ts'

const parse = (text: string | Uint8Array) => parseJson(Buffer.from(text))
const code = (text: string | Uint8Array) => {
  const parsed = parse(text)
  return parsed.ok ? undefined : parsed.code
}

describe('the bytes of a message', () => {
  it('are JSON with the text they stand in', () => {
    expect(parse('{"名":[1,"\\n"]}')).toEqual({
      ok: true,
      text: '{"名":[1,"\\n"]}',
      value: { 名: [1, '\n'] },
    })
  })

  it('are refused as json_malformed when they are not JSON, not UTF-8, or begin with a mark', () => {
    for (const text of ['', ' ', '{', '{"a":NaN}', '[1,]', "{'a':1}", '{"a":1}{"b":2}', '"\t"']) {
      expect(code(text), text).toBe('json_malformed')
    }
    expect(code(Uint8Array.of(0x22, 0xff, 0x22))).toBe('json_malformed')
    expect(code('\ufeff{}')).toBe('json_malformed')
  })

  it('are refused as nested_too_deep beyond 64 levels, brackets in texts not counted', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
    expect(code(nested(64))).toBeUndefined()
    expect(code(nested(65))).toBe('nested_too_deep')
    expect(code('['.repeat(5_000_000))).toBe('nested_too_deep')
    expect(code(JSON.stringify({ text: `\\"${'['.repeat(100)}` }))).toBeUndefined()
    expect(code(`[${'[],'.repeat(500)}[]]`)).toBeUndefined()
  })
})
