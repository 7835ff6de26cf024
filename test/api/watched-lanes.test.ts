/** How long lanes take is learnt from what comes, and what is late is late for its lane (C14). */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { epc, GTIN, made, place, startWatched, type Told, type Watched, wrong } from './watched.ts'
import { event } from './world.ts'

const MS_A_DAY = 86_400_000
const [HERE, THERE, BEYOND] = [1, 2, 3] as const
type Lane = readonly [from: number, to: number]
const ends = (from: number, to: number) => ({ origin: place(from).id, goal: place(to).id })
const LANE = ends(HERE, THERE)

let watched: Watched
let start: number
beforeEach(async () => {
  watched = await startWatched('food')
  start = Date.now()
  for (const [n, party] of [
    [HERE, 'maker'],
    [THERE, 'shop'],
    [BEYOND, 'laboratory'],
  ] as const) {
    watched.world.registry.locations.put({ key: place(n).id, party, name: `place ${n}` })
  }
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)

const step = (bizStep: string, daysAgo: number, names: readonly string[], at: number, more = {}) =>
  event({
    eventTime: new Date(start - daysAgo * MS_A_DAY).toISOString(),
    ...{ bizStep, epcList: names.map(epc), readPoint: place(at), ...more },
  })

const ship = (
  daysAgo: number,
  names: readonly string[],
  [from, to]: Lane = [HERE, THERE],
  more = {},
) => {
  const destinationList = [{ type: 'location', destination: place(to).id }]
  return step('shipping', daysAgo, names, from, { destinationList, ...more })
}
const receive = (daysAgo: number, names: readonly string[], at: number = THERE, more = {}) =>
  step('receiving', daysAgo, names, at, more)

/** So many consignments that came long ago, each by itself and a day apart. */
function trips(count: number, days: number, lane: Lane = [HERE, THERE]): object[] {
  return Array.from({ length: count }, (_, at) => {
    const [name, left] = [`T${lane.join('')}-${at}`, 100 + days + at]
    return [ship(left, [name], lane), receive(left - days, [name], lane[1])]
  }).flat()
}

const transports = (lane = LANE) => watched.world.alerts.facts.transports(lane)
/** What is late by now. */
const late = () => watched.raised('C14', 0)
/** Those that came before a lane was known were late by the default. */
const isNoTrip = (subject: string) => !subject.includes('/21/T')
const subjects = (told: readonly Told[]) => told.map(({ subject }) => String(subject)).sort()

describe('a fast lane', () => {
  it('tells what is late long before the default, and by what', async () => {
    await capture(...trips(20, 1), ship(3, ['SLOW']), ship(1.9, ['GOING']))
    const [one, ...others] = await late()
    expect(others).toEqual([])
    expect(one).toMatchObject({ subject: epc('SLOW') })
    const { text } = one as { text: { zh: string; en: string } }
    expect(text.en).toMatch(/limit 2 d: of the last 20 transports .* took 1 d or less, and 24 h/)
    expect(text.zh).toContain(
      '限 2 天：该线路最近到达的 20 次运输中 95% 用时不超过 1 天，另加 24 小时',
    )
  })

  it('is not known before enough has come on it', async () => {
    await capture(...trips(19, 1), ship(3, ['SLOW']), ship(8, ['SLOWER']))
    const found = await late()
    expect(subjects(found)).toEqual([epc('SLOWER')])
    expect((found[0] as { text: { en: string } }).text.en).toMatch(
      /limit 7 d, which is the default: 19 transports of its lane .* it takes 20 /,
    )
  })

  it('takes as many as the rule says', async () => {
    const reason = 'try'
    const change = { revision: 'few', rule: 'C14', fromUs: 0, reason }
    const changes = [{ ...change, parameters: { transports: 5 } }]
    const { world, regulator } = watched
    const body = { basedOn: 0, reason, changes }
    const put = await world.call('/v1/rules', { method: 'PUT', key: regulator, body })
    expect(put.status, put.text).toBe(200)
    await capture(...trips(5, 1), ship(3, ['SLOW']))
    expect(subjects(await late())).toEqual([epc('SLOW')])
  })

  it('says nothing of the way back, or of another goal', async () => {
    await capture(...trips(20, 1), ship(3, ['BACK'], [THERE, HERE]), ship(3, ['ON'], [1, 3]))
    expect(await late()).toEqual([])
  })
})

describe('a lane that is slow by nature, as by sea', () => {
  it('does not tell of what is under way as long as all are, only of what is longer', async () => {
    await capture(...trips(20, 20), ship(20.5, ['SEA']), ship(21.5, ['LOST']))
    expect(subjects(await late()).filter(isNoTrip)).toEqual([epc('LOST')])
  })

  it('does not make those vanish that were told of before it was known', async () => {
    await capture(...trips(19, 20), ship(20, ['SEA']))
    expect(subjects(await late())).toContain(epc('SEA'))
    await capture(ship(30, ['LAST']), receive(10, ['LAST']))
    expect(subjects(await late())).toContain(epc('SEA'))
    await capture(receive(0, ['SEA']))
    expect(await late()).toContainEqual(expect.objectContaining({ subject: epc('SEA') }))
    expect(await watched.states('C14')).not.toContain('withdrawn')
  })
})

describe('a lane that becomes slower', () => {
  it('still tells of what is stuck, and takes it into account once it has come', async () => {
    await capture(...trips(20, 1), ship(40, ['S1', 'S2', 'S3']), ship(39, ['STUCK']))
    expect(subjects(await late())).toEqual(['S1', 'S2', 'S3', 'STUCK'].map(epc))
    expect(transports()).toHaveLength(20)
    await capture(receive(1, ['S1', 'S2', 'S3']))
    expect(subjects(await late())).toContain(epc('STUCK'))
    expect(transports().at(-1)).toMatchObject({ item: epc('S1') })
    expect(transports()).toHaveLength(21)
  })
})

describe('what was told of as late', () => {
  const told = async () => [await watched.states('C14'), subjects(await late())]

  it('is withdrawn once it is told that it came in time', async () => {
    await capture(ship(9, ['A']), ship(9, ['B']))
    expect(subjects(await late())).toEqual([epc('A'), epc('B')])
    await capture(receive(3, ['A']), receive(1, ['B']))
    await late()
    expect(await told()).toEqual([['open', 'withdrawn'], [epc('B')]])
    watched.world.follower.replay()
    expect(subjects(await late())).toEqual([epc('B')])
  })

  it('stays told, once, where something else of it is told late', async () => {
    await capture(ship(9, ['A']))
    const [alert] = await late()
    await capture(step('inspecting', 10, ['A'], HERE))
    expect(await late()).toMatchObject([{ id: alert?.['id'], count: 1 }])
    const { steps } = await watched.detail(alert?.['id'])
    expect(steps).toMatchObject([{ step: 'raised' }, { step: 'continued' }])
    const { products } = watched.world.registry
    const product = products.get(GTIN)
    if (product) products.put({ ...product, shelfLifeDays: 100 })
    const expiry = new Date(start + 10 * MS_A_DAY).toISOString().slice(0, 10)
    await capture(made(1, ['B'], 'L1', expiry), step('storing', 3, ['B'], HERE))
    const [near] = await watched.raised('B2', 0)
    await capture(step('inspecting', 4, ['B'], HERE))
    await watched.raised('B2', 0)
    const { steps: all } = await watched.detail(near?.['id'])
    expect(all).toMatchObject([{ step: 'raised' }])
  })

  it('is withdrawn once its shipping is taken back, and ends where it is shipped again', async () => {
    await capture(ship(9, ['A']), ship(9, ['B']))
    await late()
    await capture(step('void_shipping', 1, ['A'], HERE), ship(1, ['B']))
    expect(await late()).toMatchObject([{ subject: epc('B'), to: expect.any(String) }])
    watched.world.follower.replay()
    expect(await late()).toMatchObject([{ subject: epc('B'), to: expect.any(String) }])
  })
})

describe('what a lane is learnt from', () => {
  it('is consignments: many serials that leave and come together are one', async () => {
    await capture(ship(9, ['A', 'B', 'C', 'D']), receive(8, ['C', 'B']), receive(7, ['A', 'D']))
    await late()
    expect(transports().map(({ item }) => item)).toEqual([epc('B'), epc('A')])
  })

  it('is no arrival that was wrong, nor what left otherwise than was told', async () => {
    const [arrival, departure] = [receive(8, ['A']), ship(9, ['B'])].map((each, at) => {
      return { ...each, eventID: `urn:uuid:44444444-0000-4000-8000-00000000000${at}` }
    })
    await capture(ship(9, ['A']), arrival ?? {}, departure ?? {}, receive(7, ['B']))
    await late()
    expect(transports()).toHaveLength(2)
    await capture(wrong(arrival ?? {}), wrong(departure ?? {}))
    await late()
    expect(transports()).toEqual([])
    await capture(receive(5, ['A']), ship(8, ['B']))
    await late()
    const days = transports().map((each) => (each.arrivedUs - each.departedUs) / 1000 / MS_A_DAY)
    expect(days).toEqual([1, 4])
  })

  it('is what happened in between, also where that is told late', async () => {
    await capture(ship(9, ['A'], [HERE, BEYOND]), receive(2, ['A'], BEYOND))
    await late()
    expect(transports(ends(HERE, BEYOND))).toHaveLength(1)
    await capture(receive(8, ['A'], THERE), ship(7, ['A'], [THERE, BEYOND]))
    await late()
    expect(transports(ends(HERE, BEYOND))).toEqual([])
    expect([transports(), transports(ends(THERE, BEYOND))]).toMatchObject([
      [{ item: epc('A') }],
      [{ item: epc('A') }],
    ])
  })

  it('is each transport once, however often and in whatever parts history is gone through', async () => {
    const said = () => JSON.stringify(transports())
    const events = [...trips(6, 1), ship(5, ['X', 'Y']), receive(4, ['Y', 'X'])]
    for (const each of events) {
      await capture(each)
      await watched.world.watched()
    }
    const [oneByOne, found] = [said(), subjects(await late())]
    expect(transports()).toHaveLength(7)
    for (let times = 0; times < 2; times += 1) {
      watched.world.follower.replay()
      expect(subjects(await late())).toEqual(found)
      expect(said()).toBe(oneByOne)
    }
  })

  it('is the last that came, however many did', async () => {
    const { alerts } = watched.world
    const facts = alerts.facts
    await capture(...trips(1, 1))
    await late()
    const [one] = transports()
    if (!one) throw new Error('none came')
    const progress = alerts.ledger.progress()
    const { Draft } = await import('#ingest/watch/draft.ts')
    const draft = new Draft(alerts.ledger, facts)
    for (let at = 1; at <= 450; at += 1) {
      const arrivedUs = one.arrivedUs + at
      draft.facts.lanes.arrive({ ...one, departure: `urn:${at}`, arrivedUs, event: one.event + at })
    }
    alerts.commit({ ...draft, items: [], sensors: [], progress }, progress, 1)
    expect(transports()).toHaveLength(400)
    expect(transports().at(-1)?.departure).toBe('urn:450')
    expect(transports()[0]?.departure).toBe('urn:51')
  })
})

describe('GET /v1/lanes', () => {
  it('tells authorities what limits rest on, page by page, and nobody else', async () => {
    await capture(...trips(3, 2), ...trips(1, 5, [THERE, BEYOND]))
    await late()
    const { world, regulator, maker } = watched
    const first = await world.call('/v1/lanes?perPage=1', { key: regulator })
    expect(first.json['items']).toEqual([
      {
        ...{ from: place(HERE).id, to: place(THERE).id, transports: 3, p50: 2, p95: 2 },
        last: new Date(start - 100 * MS_A_DAY).toISOString(),
      },
    ])
    const token = String(first.json['nextPageToken'])
    const rest = await world.call(`/v1/lanes?nextPageToken=${token}`, { key: regulator })
    expect(rest.json).toMatchObject({ items: [{ from: place(THERE).id, p95: 5 }] })
    expect(rest.json['nextPageToken']).toBeUndefined()
    expect((await world.call('/v1/lanes', { key: maker })).status).toBe(403)
    const bad = await world.call('/v1/lanes?nextPageToken=eA', { key: regulator })
    expect([bad.status, bad.json['code']]).toEqual([400, 'invalid_query'])
  })
})
