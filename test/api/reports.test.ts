import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { carton, type Supply, supply } from './supply.ts'
import { startWorld, type World } from './world.ts'

let world: World
let keys: Supply
let inspector: string

beforeAll(async () => {
  world = await startWorld()
  keys = await supply(world)
  inspector = world.key({ role: 'inspector', label: '' })
})
afterAll(() => world.close())

let serial = 0
const newId = () => `00000000-0000-4000-8000-${String(++serial).padStart(12, '0')}`

const bodyOf = (more: object = {}) => ({
  kind: 'finding',
  code: carton,
  note: 'The film is torn',
  madeAt: '2026-03-04T09:00:00+08:00',
  ...more,
})

const put = (id: string, body: object, key?: string) =>
  world.call(`/v1/reports/${id}`, { method: 'PUT', body, key })

const verdictFor = async (key?: string) =>
  (await world.call(`/v1/items/${carton}`, { key })).json['verdict'] as {
    verdict: string
    reasons: { fact: string }[]
  }

describe('a report', () => {
  it('is kept once, and answered the same each time it is sent', async () => {
    const id = newId()
    const first = await put(id, bodyOf(), inspector)
    expect(first.status).toBe(201)
    expect(first.json).toMatchObject({ id, key: carton, by: expect.stringMatching(/^inspector:k/) })
    const second = await put(id, bodyOf(), inspector)
    expect([second.status, second.json]).toEqual([200, first.json])
    const other = await put(id, bodyOf({ note: 'Another' }), inspector)
    expect([other.status, other.json['code']]).toEqual([409, 'report_conflict'])
  })

  it('that is none is refused, and says where', async () => {
    const refused = async (id: string, body: object) => {
      const { status, json } = await put(id, body, inspector)
      return [status, json['path']]
    }
    expect(await refused('x', bodyOf())).toEqual([400, '/id'])
    expect(await refused(newId(), bodyOf({ note: ' ' }))).toEqual([400, '/note'])
    expect(await refused(newId(), bodyOf({ kind: 'sample' }))).toEqual([400, '/sampleNumber'])
    expect(await refused(newId(), bodyOf({ madeAt: 'today' }))).toEqual([400, '/madeAt'])
    expect(await refused(newId(), bodyOf({ id: newId() }))).toEqual([400, '/id'])
  })

  it('of whoever is no authority is a problem, and nothing else', async () => {
    for (const key of [undefined, keys.shop]) {
      expect((await put(newId(), bodyOf(), key)).status).toBe(403)
      expect((await put(newId(), bodyOf({ kind: 'problem' }), key)).status).toBe(201)
    }
  })

  it('without a key is one of few in a minute, so that nobody fills the disk', async () => {
    const statuses: number[] = []
    for (let count = 0; count < 61; count += 1) {
      statuses.push((await put(newId(), bodyOf({ kind: 'problem' }))).status)
    }
    expect(statuses.at(-1)).toBe(503)
    expect((await put(newId(), bodyOf({ kind: 'problem' }), inspector)).status).toBe(201)
  })
})

describe('what inspectors report', () => {
  it('decides the verdict, for everybody where goods are sealed', async () => {
    const facts = async (key?: string) => {
      const { verdict, reasons } = await verdictFor(key)
      return [verdict, reasons.map(({ fact }) => fact)]
    }
    await put(newId(), bodyOf({ kind: 'release', note: '' }), inspector)
    // The carton expired in March: what is told beside that is what changes.
    const before = await facts()
    await put(newId(), bodyOf({ kind: 'seal', note: '' }), inspector)
    expect(await facts()).toEqual(['do_not_sell', ['sealed', ...(before[1] ?? [])]])
    await put(newId(), bodyOf(), inspector)
    expect((await facts(inspector))[1]).toContain('finding_reported')
    expect((await facts())[1]).not.toContain('finding_reported')
    await put(newId(), bodyOf({ kind: 'release', note: '' }), inspector)
    expect(await facts()).toEqual(before)
  })
})

describe('a code', () => {
  it('is compared with what is recorded of the item', async () => {
    const compared = async (more: string) =>
      (await world.call(`/v1/items/(01)09521321000018${more}(21)carton-1`, { key: inspector }))
        .json['compared']
    expect(await compared('(10)LOT-7(17)260320')).toEqual([
      { what: 'lot', scanned: 'LOT-7', recorded: 'LOT-7', agrees: true },
      { what: 'expiry', scanned: '2026-03-20', recorded: '2026-03-20', agrees: true },
    ])
    expect(await compared('(10)LOT-8(17)270320')).toMatchObject([
      { scanned: 'LOT-8', agrees: false },
      { scanned: '2027-03-20', agrees: false },
    ])
  })

  it('is counted when somebody scans it, and when it is only looked at not', async () => {
    const countOf = async (query: string) => {
      const { json } = await world.call(`/v1/items/${carton}${query}`, { key: inspector })
      return (json['scans'] as { count: number } | undefined)?.count
    }
    expect(await countOf('')).toBeUndefined()
    expect(await countOf('?scanned=1')).toBe(1)
    await world.call(new URL(carton).pathname)
    expect(await countOf('')).toBe(2)
  })
})
