import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const css = readFileSync(new URL('../../../dashboards/ui/tokens.css', import.meta.url), 'utf8')

/** Token -> colour in a block that begins with a selector. */
function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(selector)
  const block = css.slice(css.indexOf('{', start), css.indexOf('}', start))
  return new Map(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map(([, name, value]) => {
      return [name ?? '', value ?? '']
    }),
  )
}

const light = tokensOf(':root {')
const dark = tokensOf(':root[data-theme="dark"]')

/** What stands on what. */
const pairs = [
  ...[
    'text',
    'text-quiet',
    'stop',
    'warn',
    'fine',
    'inferred',
    'brand',
    'upstream',
    'downstream',
  ].flatMap((text) => [
    [text, 'card'],
    [text, 'ground'],
  ]),
  ['text', 'brand-ground'],
  ['brand', 'brand-ground'],
  ['on-brand', 'brand'],
  ['on-stop', 'stop'],
  ...['stop', 'warn', 'fine', 'inferred'].flatMap((tone) => [
    [tone, `${tone}-ground`],
    ['text', `${tone}-ground`],
  ]),
]

/** WCAG 2.2, 1.4.3. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [one, other].map(luminance).sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

describe('the colours', () => {
  it.each([
    ['light', light],
    ['dark', dark],
  ])('of the %s theme can be read', (_name, tokens) => {
    const weak = pairs.filter(
      ([text = '', ground = '']) =>
        contrast(tokens.get(text) ?? '', tokens.get(ground) ?? '') < 4.5,
    )
    expect(weak).toEqual([])
  })

  it('are the same when dark is chosen and when the system is dark', () => {
    expect(tokensOf(':root:not([data-theme="light"])')).toEqual(dark)
    expect([...dark.keys()].sort()).toEqual([...light.keys()].sort())
  })
})
