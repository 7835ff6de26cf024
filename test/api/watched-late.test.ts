/** What is told late or wrongly of stock and lots; and crates that are sent and sent back. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  epc,
  lot,
  made,
  on,
  packed,
  place,
  some,
  sscc,
  startWatched,
  things,
  type Watched,
  wrong,
} from './watched.ts'

const CRATE = 'https://id.gs1.org/8003/09521321000018C1'
const LORRY = 'https://id.gs1.org/8004/9521321LORRY'

let watched: Watched
beforeEach(async () => {
  watched = await startWatched()
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const subjects = async (rule: string) =>
  (await watched.raised(rule)).map(({ subject }) => subject).sort()

describe('not first expired, first out (B3), where the stock is told late', () => {
  const older = () => made(1, ['A'], 'OLD', '2026-06-01')
  const newer = () => made(1, ['B', 'C'], 'NEW', '2026-09-01')
  const pick = (name: string, day: number) => things(day, 'picking', [epc(name)])

  it('is raised once it is known that an older lot was there, of what was picked since', async () => {
    await capture(newer(), pick('B', 3))
    expect(await subjects('B3')).toEqual([])
    await capture({ ...older(), eventTime: '2026-03-02T08:00:00Z' })
    expect(await subjects('B3')).toEqual([epc('B')])
  })

  it('is not of what was picked before it came', async () => {
    await capture(newer(), pick('B', 2), pick('C', 5))
    await capture({ ...older(), eventTime: '2026-03-03T08:00:00Z' })
    expect(await subjects('B3')).toEqual([epc('C')])
  })

  it('is withdrawn once it is known that the older lot had left', async () => {
    await capture(older(), newer(), pick('B', 4))
    expect(await subjects('B3')).toEqual([epc('B')])
    await capture(things(3, 'shipping', [epc('A')]))
    expect(await subjects('B3')).toEqual([])
    expect(await watched.states('B3')).toEqual(['withdrawn'])
  })

  it('is withdrawn when the older lot was never there, as its making was declared wrong', async () => {
    const mistaken = { ...older(), eventID: 'urn:uuid:33333333-0000-4000-8000-000000000001' }
    await capture(mistaken, newer(), pick('B', 4))
    expect(await subjects('B3')).toEqual([epc('B')])
    await capture(wrong(mistaken))
    expect(await subjects('B3')).toEqual([])
  })

  it('reaches what was picked in more events than are gone through at once', async () => {
    const names = Array.from({ length: 104 }, (_, at) => `P${at}`)
    await capture(made(1, names, 'NEW', '2026-09-01'))
    for (const [at, name] of names.entries()) {
      const eventTime = new Date(Date.UTC(2026, 2, 3, 0, at)).toISOString()
      await capture({ ...pick(name, 3), eventTime })
    }
    expect(await subjects('B3')).toEqual([])
    await capture({ ...older(), eventTime: '2026-03-02T08:00:00Z' })
    await watched.raised('B3')
    const found = watched.world.alerts.reader.alerts({ rules: ['B3'] }, { limit: 500 })
    expect(found).toHaveLength(104)
  })
})

describe('a lot that was shipped and never made (C12)', () => {
  it('is withdrawn when its making is told late, and raised when that was wrong', async () => {
    const making = {
      ...some(1, 'commissioning', 'L1', 10),
      eventID: 'urn:uuid:33333333-0000-4000-8000-000000000002',
    }
    await capture(some(2, 'shipping', 'L1', 5))
    expect(await subjects('C12')).toEqual([lot('L1')])
    await capture(making)
    expect(await subjects('C12')).toEqual([])
    expect(await watched.states('C12')).toEqual(['withdrawn'])
    await capture(wrong(making))
    expect(await subjects('C12')).toEqual([lot('L1')])
  })

  it('is raised of the shipment that turns out to be before its making', async () => {
    await capture(some(3, 'commissioning', 'L1', 10), some(4, 'shipping', 'L1', 5))
    expect(await subjects('C12')).toEqual([])
    await capture(some(2, 'shipping', 'L1', 5))
    expect(await subjects('C12')).toEqual([lot('L1')])
  })
})

describe('crates', () => {
  const to = (n: number) => ({
    destinationList: [{ type: 'location', destination: place(n).id }],
  })
  const arrive = (day: number, at: number, key = CRATE) =>
    things(day, 'receiving', [key], { readPoint: place(at), bizLocation: place(at) })

  it('that never come back are shipped and not received (C14); a lorry is nobody’s to receive', async () => {
    await capture(things(2, 'shipping', [CRATE], to(2)), things(2, 'departing', [LORRY], to(2)))
    expect(await subjects('C14')).toEqual([CRATE])
  })

  it('that came in time, and later, are not: later is told with how late', async () => {
    await capture(things(2, 'shipping', [CRATE], to(2)), arrive(8, 2))
    expect(await subjects('C14')).toEqual([])
    await capture(things(9, 'shipping', [CRATE], to(2)), arrive(19, 2))
    expect(await watched.raised('C14')).toMatchObject([{ subject: CRATE, to: expect.any(String) }])
  })

  it('that arrive where they were not sent have a route that broke (D4)', async () => {
    for (const n of [2, 3]) {
      const location = { key: place(n).id, party: 'shop', name: `place ${n}` }
      watched.world.registry.locations.put({ ...location, party: n === 2 ? 'shop' : 'laboratory' })
    }
    const received = (at: number) => watched.world.capture(watched.laboratory, arrive(3, at))
    await capture(things(2, 'shipping', [CRATE], to(2)))
    await received(3)
    expect(await subjects('D4')).toEqual([CRATE])
  })

  it('that carry goods do not make these be what they are', async () => {
    await capture(
      made(1, ['A'], 'L1'),
      packed(2, 'ADD', CRATE, { childEPCs: [epc('A')] }),
      things(3, 'shipping', [CRATE], to(2)),
      on(4, 9, { epcList: [CRATE], bizStep: 'receiving', readPoint: place(2) }),
      packed(5, 'ADD', sscc(1), { childEPCs: [epc('A')] }),
    )
    for (const rule of ['C1', 'C3', 'C8']) expect(await subjects(rule)).toEqual([])
  })
})
