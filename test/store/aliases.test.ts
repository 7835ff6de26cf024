import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { identify } from '#epcis/identifier.ts'
import { type AliasDeclaration, aliasSchema } from '#store/registry/schema.ts'
import { migrations, openRegistry, type Registry } from '#store/registry.ts'
import { openDatabase } from '#store/sqlite/database.ts'

let directory: string
let registry: Registry
const nowUs = Date.UTC(2026, 2, 1) * 1000

const file = () => join(directory, 'registry.db')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'suyuan-aliases-'))
  registry = openRegistry(file())
})

afterEach(() => {
  registry.close()
  rmSync(directory, { recursive: true })
})

const base = 'https://id.gs1.org/01/09521321000018'
const serial = (name: string | number) => `${base}/21/${name}`
const lot = (name: string) => `${base}/10/${name}`
const declarer = { party: 'farm', keyId: 'k7', nowUs }

function declare(alias: string, of: string, more: Partial<AliasDeclaration> = {}) {
  return registry.aliases.declare({ alias, of, ...more }, declarer)
}

/** Declares what must be taken. */
function declared(...pairs: readonly (readonly [string, string])[]): void {
  for (const [alias, of] of pairs) expect(declare(alias, of)).toMatchObject({ ok: true })
}

const resolved = (key: string) => registry.aliases.resolve([key])[0]
const group = (primary: string) => [...(registry.aliases.members([primary]).get(primary) ?? [])]

describe('an alias', () => {
  it('resolves to what it is of, also after the file was closed and opened again', () => {
    expect(registry.aliases.isEmpty()).toBe(true)
    const made = declare('urn:x:a', 'urn:x:b', { reason: 'new label' })
    const alias = {
      alias: 'urn:x:a',
      of: 'urn:x:b',
      primary: 'urn:x:b',
      party: 'farm',
      declaredBy: 'k7',
      declaredAtUs: nowUs,
      reason: 'new label',
    }
    expect(made).toEqual({ ok: true, created: true, alias })
    registry.close()
    registry = openRegistry(file())
    expect(registry.aliases.isEmpty()).toBe(false)
    expect(registry.aliases.get('urn:x:a')).toEqual(alias)
    expect(registry.aliases.resolve(['urn:x:c', 'urn:x:a', 'urn:x:b', 'urn:x:a'])).toEqual([
      'urn:x:c',
      'urn:x:b',
      'urn:x:b',
      'urn:x:b',
    ])
    expect([...registry.aliases.members(['urn:x:a', 'urn:x:b', 'urn:x:c'])]).toEqual([
      ['urn:x:b', ['urn:x:b', 'urn:x:a']],
    ])
  })

  it('is taken in any spelling', () => {
    const alias = 'urn:epc:id:sgtin:9521321.000001.1'
    const of = 'https://example.com/01/09521321000018/21/2?x=1'
    expect(aliasSchema.parse({ alias, of })).toEqual({ alias: serial(1), of: serial(2) })
  })

  it('of an alias resolves to the end of the chain, in whatever order they were declared', () => {
    declared(['urn:x:a', 'urn:x:b'], ['urn:x:b', 'urn:x:c'], ['urn:x:d', 'urn:x:a'])
    for (const key of ['a', 'b', 'c', 'd']) expect(resolved(`urn:x:${key}`)).toBe('urn:x:c')
    expect(group('urn:x:c').sort()).toEqual(['urn:x:a', 'urn:x:b', 'urn:x:c', 'urn:x:d'])
    expect(registry.aliases.group('urn:x:d').map(({ alias }) => alias)).toEqual([
      'urn:x:a',
      'urn:x:b',
      'urn:x:d',
    ])
  })

  it('declared again changes nothing', () => {
    declared(['urn:x:a', 'urn:x:b'])
    const again = registry.aliases.declare(
      { alias: 'urn:x:a', of: 'urn:x:b', reason: 'other' },
      { party: 'mill', keyId: 'k9', nowUs: nowUs + 5 },
    )
    expect(again).toMatchObject({ ok: true, created: false, alias: { party: 'farm' } })
    expect(registry.aliases.get('urn:x:a')).toMatchObject({
      declaredBy: 'k7',
      declaredAtUs: nowUs,
      reason: undefined,
    })
  })

  it('that is removed lets go of what came through it, and of nothing else', () => {
    declared(
      ['urn:x:a', 'urn:x:b'],
      ['urn:x:b', 'urn:x:c'],
      ['urn:x:c', 'urn:x:d'],
      ['urn:x:e', 'urn:x:d'],
    )
    expect(registry.aliases.remove('urn:x:b')).toEqual({ ok: true, removed: true })
    expect(registry.aliases.remove('urn:x:b')).toEqual({ ok: true, removed: false })
    expect(group('urn:x:b')).toEqual(['urn:x:b', 'urn:x:a'])
    expect(group('urn:x:d').sort()).toEqual(['urn:x:c', 'urn:x:d', 'urn:x:e'])
    registry.aliases.remove('urn:x:a')
    registry.aliases.remove('urn:x:c')
    registry.aliases.remove('urn:x:e')
    expect(registry.aliases.isEmpty()).toBe(true)
  })

  it('is seen by another connection, in the version too', () => {
    const reader = openRegistry(file(), { readOnly: true })
    const before = reader.version()
    expect(reader.aliases.isEmpty()).toBe(true)
    declared(['urn:x:a', 'urn:x:b'])
    expect(reader.version()).toBeGreaterThan(before)
    expect(reader.aliases.isEmpty()).toBe(false)
    expect(reader.aliases.resolve(['urn:x:a'])).toEqual(['urn:x:b'])
    registry.aliases.remove('urn:x:a')
    expect(reader.aliases.resolve(['urn:x:a'])).toEqual(['urn:x:a'])
    reader.close()
  })

  it('can be declared in a file of the first version', () => {
    registry.close()
    rmSync(directory, { recursive: true })
    directory = mkdtempSync(join(tmpdir(), 'suyuan-aliases-'))
    openDatabase(file(), { migrations: migrations.slice(0, 1) }).close()
    registry = openRegistry(file())
    declared(['urn:x:a', 'urn:x:b'])
    expect(resolved('urn:x:a')).toBe('urn:x:b')
  })
})

describe('a declaration is refused', () => {
  it('of the key itself', () => {
    expect(declare('urn:x:a', 'urn:x:a')).toMatchObject({ ok: false, code: 'alias_same' })
  })

  it('where it is an alias of something else, saying of what, by whom and when', () => {
    declared(['urn:x:a', 'urn:x:b'])
    const refused = declare('urn:x:a', 'urn:x:c')
    expect(refused).toMatchObject({ ok: false, code: 'alias_clash', path: '/alias' })
    expect(refused).toHaveProperty(
      'message',
      'urn:x:a is an alias of urn:x:b already, declared by party farm at 2026-03-01T00:00:00.000Z',
    )
    expect(resolved('urn:x:a')).toBe('urn:x:b')
  })

  it('where it leads back to itself, showing the way', () => {
    declared(['urn:x:a', 'urn:x:b'], ['urn:x:b', 'urn:x:c'])
    const refused = declare('urn:x:c', 'urn:x:a')
    expect(refused).toMatchObject({ ok: false, code: 'alias_cycle' })
    expect(refused).toHaveProperty(
      'message',
      'it would lead back to itself: urn:x:c -> urn:x:a -> urn:x:b -> urn:x:c',
    )
  })

  it('of things of different kinds, also by way of a URI that goes with either', () => {
    expect(declare(serial(1), lot('l'))).toMatchObject({ ok: false, code: 'alias_kind' })
    expect(declare(serial(1), base)).toMatchObject({ ok: false, code: 'alias_kind' })
    declared(['urn:x:code', serial(1)])
    declared([lot('m'), 'urn:x:other'])
    expect(declare('urn:x:other', 'urn:x:code')).toMatchObject({ ok: false, code: 'alias_kind' })
    expect(declare(lot('l'), 'urn:x:code')).toMatchObject({ ok: false, code: 'alias_kind' })
    declared([serial(2), 'urn:x:code'])
  })

  it('where the chain gets longer than 16 steps, from whichever end', () => {
    for (let n = 0; n < 15; n++) declared([`urn:x:${n}`, `urn:x:${n + 1}`])
    declared(['urn:x:15', 'urn:x:top'])
    expect(declare('urn:x:top', 'urn:x:over')).toMatchObject({ ok: false, code: 'alias_too_deep' })
    expect(declare('urn:x:under', 'urn:x:0')).toMatchObject({ ok: false, code: 'alias_too_deep' })
    declared(['urn:x:side', 'urn:x:1'])
    expect(resolved('urn:x:side')).toBe('urn:x:top')
  })

  it('where a group gets larger than 1,000 keys', () => {
    for (let n = 1; n < 600; n++) declared([`urn:x:a${n}`, 'urn:x:a'])
    for (let n = 1; n < 400; n++) declared([`urn:x:b${n}`, 'urn:x:b'])
    declared(['urn:x:b', 'urn:x:a'])
    expect(group('urn:x:a')).toHaveLength(1000)
    expect(declare('urn:x:c', 'urn:x:b7')).toMatchObject({ ok: false, code: 'alias_group_full' })
    expect(declare('urn:x:a', 'urn:x:c')).toMatchObject({ ok: false, code: 'alias_group_full' })
    registry.aliases.remove('urn:x:b')
    declared(['urn:x:a', 'urn:x:c'])
    expect(resolved('urn:x:a599')).toBe('urn:x:c')
    expect(resolved('urn:x:b399')).toBe('urn:x:b')
  })

  it.each([
    [{ alias: 'urn:x:a', of: 'urn:x:\ud800' }],
    [{ alias: 'urn:x:\0', of: 'urn:x:b' }],
    [{ alias: '', of: 'urn:x:b' }],
    [{ alias: 'urn:x:a', of: `urn:x:${'b'.repeat(2048)}` }],
    [{ alias: 'urn:x:a', of: 'urn:x:b', reason: 'x'.repeat(501) }],
    [{ alias: 'urn:x:a' }],
  ])('where a text is none that can be kept: %j', (body) => {
    expect(aliasSchema.safeParse(body).success).toBe(false)
  })
})

describe('the list of aliases', () => {
  it('comes in pages that together hold everything once, by party or group where asked', () => {
    for (let n = 10; n < 30; n++) {
      const party = n % 2 === 0 ? 'farm' : 'mill'
      const declaration = { alias: `urn:x:${n}`, of: n < 20 ? 'urn:x:one' : 'urn:x:other' }
      registry.aliases.declare(declaration, { ...declarer, party })
    }
    const paged = (asked: { key?: string; party?: string }): string[] => {
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = registry.aliases.list({ ...asked, after, limit: 3 })
        seen.push(...page.items.map(({ alias }) => alias))
        after = page.after
      } while (after !== undefined)
      return seen
    }
    const numbered = (from: number, to: number, step = 1) =>
      Array.from({ length: Math.ceil((to - from) / step) }, (_, n) => `urn:x:${from + n * step}`)
    expect(paged({})).toEqual(numbered(10, 30))
    expect(paged({ party: 'farm' })).toEqual(numbered(10, 30, 2))
    expect(paged({ key: 'urn:x:25' })).toEqual(numbered(20, 30))
    expect(paged({ key: 'urn:x:one', party: 'mill' })).toEqual(numbered(11, 20, 2))
    expect(paged({ key: 'urn:x:none' })).toEqual([])
  })
})

/** Aliases as a list of what was declared, resolved by following it. */
class NaiveAliases {
  readonly of = new Map<string, string>()

  primary(key: string): string {
    const next = this.of.get(key)
    return next === undefined ? key : this.primary(next)
  }

  group(primary: string): string[] {
    const aliases = [...this.of.keys()].filter((key) => this.primary(key) === primary)
    return aliases.length === 0 ? [] : [primary, ...aliases.sort()]
  }
}

/** The kinds of some keys, without that which goes with any. */
function kindsOf(keys: readonly string[]): Set<string> {
  return new Set(keys.map((each) => identify(each).kind).filter((kind) => kind !== 'other'))
}

const names = ['urn:x:a', 'urn:x:b', serial(1), serial(2), serial(3), lot('l'), lot('m'), base]
const key = fc.constantFrom(...names)
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ alias: key, of: key }) },
  { weight: 1, arbitrary: fc.record({ remove: key }) },
)

describe('for any declarations and removals', () => {
  it('what resolves together is what was declared to be one thing, and of one kind', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        for (const each of names) registry.aliases.remove(each)
        const naive = new NaiveAliases()
        for (const each of changes) {
          if ('remove' in each) {
            const { removed } = registry.aliases.remove(each.remove)
            expect(removed).toBe(naive.of.delete(each.remove))
            continue
          }
          const { alias, of } = each
          const outcome = declare(alias, of)
          const isNew = !naive.of.has(alias)
          if (outcome.ok) {
            expect(outcome.created).toBe(isNew)
            naive.of.set(alias, of)
          } else if (outcome.code === 'alias_clash') {
            expect(naive.of.get(alias)).not.toBe(of)
          } else if (outcome.code === 'alias_cycle') {
            expect(naive.primary(of)).toBe(alias)
          } else if (outcome.code === 'alias_kind') {
            const together = [alias, of].flatMap((each) => {
              return [each, naive.primary(each), ...naive.group(naive.primary(each))]
            })
            expect(kindsOf(together).size).toBe(2)
          } else {
            expect(outcome.code).toBe('alias_same')
          }
        }
        expect(registry.aliases.resolve(names)).toEqual(names.map((name) => naive.primary(name)))
        for (const name of names) {
          const [primary, ...aliases] = group(name)
          expect([...(primary ? [primary] : []), ...aliases.sort()]).toEqual(naive.group(name))
          expect(kindsOf([name, ...aliases]).size).toBeLessThan(2)
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('changes', () => {
  it('come in their order, taken back ones and those of before they were kept too', () => {
    registry.close()
    rmSync(file())
    const database = openDatabase(file(), { migrations: migrations.slice(0, -1) })
    database.exec(`INSERT INTO alias (alias, ofKey, primaryKey, keyId, declaredAtUs)
      VALUES ('urn:x:old', 'urn:x:b', 'urn:x:b', 'k', 1)`)
    database.close()
    registry = openRegistry(file())
    declared(['urn:x:a', 'urn:x:b'])
    expect(declare('urn:x:a', 'urn:x:b')).toMatchObject({ created: false })
    expect(declare('urn:x:a', 'urn:x:c')).toMatchObject({ ok: false })
    registry.aliases.remove('urn:x:a')
    registry.aliases.remove('urn:x:a')
    const all = registry.aliases.changesAfter(0, 10)
    expect(all.map(({ alias, of }) => `${alias} ${of}`)).toEqual([
      'urn:x:old urn:x:b',
      'urn:x:a urn:x:b',
      'urn:x:a urn:x:b',
    ])
    expect(registry.aliases.changesAfter(all[0]?.seq ?? 0, 1)).toEqual([all[1]])
  })
})
