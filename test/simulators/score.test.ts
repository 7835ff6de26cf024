import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { quietField } from '#simulators/field/field.ts'
import { TruthBook } from '#simulators/score/book.ts'
import { ChainTally, type FoundLink } from '#simulators/score/compare.ts'
import { Oracle } from '#simulators/score/oracle.ts'
import { ScopeTally, type Tier } from '#simulators/score/scope.ts'
import { TruthError } from '#simulators/score/truth-file.ts'
import { Reality, Reported } from '#simulators/score/view.ts'
import type { TruthLine } from '#simulators/truth.ts'
import type { WorldOptions } from '#simulators/worlds.ts'
import { runOfWorld } from './run.ts'

const folder = mkdtempSync(join(tmpdir(), 'suyuan-score-unit-'))
afterAll(() => rmSync(folder, { recursive: true }))

function bookOf(options: Partial<WorldOptions>, isRough = false): TruthBook {
  const { truth } = runOfWorld(options)
  return bookOfLines(truth, isRough)
}

function bookOfLines(truth: readonly TruthLine[], isRough = false): TruthBook {
  const field = isRough ? { field: { rough: 1 } } : {}
  const run = { kind: 'run', world: 'pork', seed: 'unit', items: 1, ...field }
  const file = join(folder, 'truth.jsonl')
  writeFileSync(file, [run, ...truth].map((line) => JSON.stringify(line)).join('\n'))
  return TruthBook.read(file)
}

const book = bookOf({ world: 'pork', items: 240, seed: 'unit' })
const [lot = ''] = book.lots()
const expected = new Oracle(new Reality(book)).forward(lot)
const perfect = expected.links.map((link): FoundLink => ({ ...link, certainty: 'observed' }))

function tallyOf(found: readonly FoundLink[]): ChainTally {
  const tally = new ChainTally(book)
  tally.add({ start: lot, real: expected.links, reported: expected.links, found })
  return tally
}

describe('the comparison of chains', () => {
  it('calls a perfect chain exact', () => {
    const { exactChains, wrong, missing } = tallyOf(perfect)
    expect({ exactChains, wrong, missing }).toEqual({ exactChains: 1, wrong: 0, missing: 0 })
    expect(perfect.length).toBeGreaterThan(500)
  })

  it('sees one link that is missing, and one that is not so', () => {
    const { exactChains, wrong, missing } = tallyOf(perfect.slice(1))
    expect({ exactChains, wrong, missing }).toEqual({ exactChains: 0, wrong: 0, missing: 1 })
    const [first] = perfect
    if (first === undefined) throw new Error('an empty chain')
    expect(tallyOf([...perfect, { ...first, to: 'urn:nobody' }]).wrong).toBe(1)
  })

  it.each(['fromTime', 'toTime', 'eventIDs'] as const)(
    'sees a link whose %s is another',
    (name) => {
      const at = perfect.findIndex((link) => link[name] !== undefined)
      const other = name === 'eventIDs' ? ['urn:other'] : '2025-01-01T00:00:00.000Z'
      const found = perfect.map((link, n) => (n === at ? { ...link, [name]: other } : link))
      const { wrong, missing } = tallyOf(found)
      expect({ wrong, missing }).toEqual({ wrong: 1, missing: 1 })
    },
  )

  it('does not count what is merely possible, but tells whether it is so', () => {
    const [first] = perfect
    if (first === undefined) throw new Error('an empty chain')
    const guesses: FoundLink[] = [
      { ...first, certainty: 'possible', eventIDs: [] },
      { ...first, certainty: 'possible', to: 'urn:nobody' },
    ]
    const tally = tallyOf([...perfect, ...guesses])
    expect(tally.wrong).toBe(0)
    const counts = [...tally.kinds.values()]
    expect(counts.reduce((sum, one) => sum + one.possible, 0)).toBe(2)
    expect(counts.reduce((sum, one) => sum + one.possibleReal, 0)).toBe(1)
  })
})

describe('the comparison of chains in a rough field', () => {
  const way = (unit: string, left: string, came: string): TruthLine => ({
    ...{ kind: 'moves', unit, from: 'urn:here', to: 'urn:there', eventIDs: [left, came] },
    ...{ shipped: '2025-01-01T00:00:00.000Z', received: '2025-01-02T00:00:00.000Z' },
  })
  const ways = [way('urn:pallet', 'e:1', 'e:2'), way('urn:load', 'e:3', 'e:4')]
  const lost = (eventID: string): TruthLine => ({ kind: 'field', what: 'lost', eventID })
  const joined: FoundLink = {
    ...{ kind: 'moves', from: 'urn:pallet', to: 'urn:load', eventIDs: ['e:1', 'e:4'] },
    certainty: 'inferred',
  }

  it('explains two ways told as one by the reports that are missing between them', () => {
    const tallyOfField = (...lines: TruthLine[]) => {
      const rough = bookOfLines([...ways, ...lines], true)
      const tally = new ChainTally(rough)
      tally.add({ start: lot, real: [], reported: [], found: [joined] })
      rough.close()
      return [tally.wrong, [...tally.excused.keys()]]
    }
    expect(tallyOfField(lost('e:2'), lost('e:3'))).toEqual([0, ['two ways told as one']])
    expect(tallyOfField(lost('e:2'))).toEqual([1, []])
    expect(tallyOfField(lost('e:3'))).toEqual([1, []])
  })
})

describe('the comparison of recall scopes', () => {
  const scopeOf = (found: ReadonlyMap<string, Tier>) => {
    const tally = new ScopeTally(book)
    tally.add({ start: lot, real: expected.traced, reported: expected.traced, found })
    return tally
  }
  const all = new Map([...expected.traced].map((key) => [key, 'observed' as Tier]))

  it('counts every item, by how certain it is', () => {
    const exact = scopeOf(all)
    expect([exact.exactScopes, exact.real, exact.tiers.observed.right]).toEqual([1, 240, 240])
    const item = book.itemAt(0) ?? ''
    const less = scopeOf(new Map([...all].filter(([key]) => key !== item)))
    expect([less.exactScopes, less.reportedFound]).toEqual([0, 239])
    const unsure = scopeOf(new Map(all).set(item, 'possible'))
    expect([unsure.exactScopes, unsure.tiers.possible]).toEqual([0, { found: 1, right: 1 }])
  })
})

describe('a truth', () => {
  it('is whole where its last line says so, and not where the line is missing', () => {
    const isComplete = (...end: TruthLine[]) => bookOfLines(end).isComplete
    expect(isComplete({ kind: 'end', isComplete: true })).toBe(true)
    expect(isComplete({ kind: 'end', isComplete: false })).toBe(false)
    expect(isComplete()).toBe(false)
  })
})

describe('what was reported of the truth', () => {
  it('is all of it in a calm field', () => {
    const reported = new Oracle(new Reported(book)).forward(lot)
    expect(reported.links.length).toBe(expected.links.length)
  })

  it('is less where reads were missed, and what is missed is known by its event', () => {
    const field = { ...quietField, missedReads: 0.1 }
    const rough = bookOf({ world: 'pork', items: 240, seed: 'unit', field }, true)
    const [real, reported] = [new Reality(rough), new Reported(rough)].map(
      (view) => new Oracle(view).forward(lot).links.length,
    )
    expect(reported).toBeLessThan((real ?? 0) * 0.97)
    expect(reported).toBeGreaterThan((real ?? 0) * 0.7)
  })

  const stay = (began: string, since: string, ended: string, until: string): TruthLine => ({
    ...{ kind: 'contains', parent: 'urn:van', child: 'urn:cage', eventIDs: [began, ended] },
    ...{ since: `2025-01-0${since}T00:00:00.000Z`, until: `2025-01-0${until}T00:00:00.000Z` },
  })
  const staysIn = (...lines: TruthLine[]) => {
    const rough = bookOfLines(lines, true)
    const stays = new Reported(rough).staysOf('urn:cage')
    rough.close()
    return stays.map(({ since, until = '', isOpenEnded }) => {
      return `${since.slice(9, 10)}-${until.slice(9, 10)}${isOpenEnded ? ' open' : ''}`
    })
  }
  const lost = (eventID: string): TruthLine => ({ kind: 'field', what: 'lost', eventID })

  it('ends a stay whose end was lost with the next that begins, or ends in the same parent', () => {
    const stays = [stay('e:1', '1', 'e:2', '2'), stay('e:3', '3', 'e:4', '4')]
    expect(staysIn(...stays, lost('e:2'))).toEqual(['1-3 open', '3-4'])
    expect(staysIn(...stays, lost('e:2'), lost('e:3'))).toEqual(['1-4 open'])
    expect(staysIn(...stays, lost('e:2'), lost('e:3'), lost('e:4'))).toEqual(['1- open'])
  })

  it('holds no item of a lot whose making was lost', () => {
    const item = 'https://id.gs1.org/01/09520129000138/21/1'
    const its = 'https://id.gs1.org/01/09520129000138/10/L'
    const lines: TruthLine[] = [
      { kind: 'item', key: item, lot: its, state: 'sold', place: 'urn:shop', containers: [] },
      {
        ...{ kind: 'becomes', time: '2025-01-01T00:00:00.000Z', eventIDs: ['e:1'], inputs: [] },
        ...{ outputs: [{ key: item }], lots: [its] },
      },
    ]
    const membersIn = (...more: TruthLine[]) => {
      const rough = bookOfLines([...lines, ...more], true)
      const members = new Reported(rough).membersOf(its)
      rough.close()
      return members
    }
    expect(membersIn(lost('e:2'))).toEqual([item])
    expect(membersIn(lost('e:1'))).toEqual([])
  })

  it('is refused where the file is no truth', () => {
    const file = join(folder, 'other.jsonl')
    writeFileSync(file, '{"kind":"moves"}\n')
    expect(() => TruthBook.read(file)).toThrow(TruthError)
  })
})
