/** What belongs to a recall and is heard of after its scope was traced. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contentsRecalled } from '#api/recalled-contents.ts'
import { amount, lot, pallet, product, serial } from '../trace/world.ts'
import {
  became,
  type Dairy,
  Desk,
  made,
  packed,
  seen,
  startDairy,
  verdictIn,
} from './recall-world.ts'

let dairy: Dairy
let desk: Desk
beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})
afterEach(() => dairy.world.close())

const assume = { sameLineAndDay: false }
const capture = (...events: object[]) => dairy.world.capture(dairy.maker, ...events)
const RANGE = [{ product: product(1), fromLot: '00112', toLot: '00113' }]

/** A recall of some suspects that is in force. */
const approved = (from: readonly object[], more: object = {}) =>
  desk.approved(from, { assume, ...more })

async function steps(id: string): Promise<string[]> {
  const { json } = await desk.get(`/v1/recalls/${id}/steps?perPage=100`)
  return (json['items'] as { step: string }[]).map(({ step }) => step)
}

const G1 = async () => {
  await dairy.world.watched()
  const found = dairy.world.alerts.reader.alerts({ rules: ['G1'] }, { limit: 99 })
  return found.filter(({ state }) => state === 'open').map(({ finding }) => finding.subject)
}
/** Not before a recall that is approved now. */
const soon = { eventTime: new Date(Date.now() + 3_600_000).toISOString() }

describe('a lot in the range of a recall', () => {
  beforeEach(() => capture(made(1, [amount(lot('00113'), 5)])))

  it('is blocked by its number alone, though no event has told of it', async () => {
    const id = await approved(RANGE)
    for (const [number, status] of [
      ['00112', 404],
      ['113', 404],
      ['00113', 200],
    ] as const) {
      const answer = await desk.get(`/v1/items/${encodeURIComponent(lot(number))}`, '')
      expect(answer.status).toBe(status)
      expect(verdictIn(answer.json)).toBe('do_not_sell')
      expect(answer.json).toMatchObject({ recalls: [{ recall: id }] })
    }
    const other = await desk.get(`/v1/items/${encodeURIComponent(lot('00114'))}`, '')
    expect(other.json).not.toHaveProperty('verdict')
    await desk.step(id, { action: 'cancel' })
    const lifted = await desk.get(`/v1/items/${encodeURIComponent(lot('00112'))}`, '')
    expect(lifted.json).not.toHaveProperty('verdict')
  })

  it('that is told of later is blocked and told when it moves, and so are its serials', async () => {
    const id = await approved(RANGE)
    await capture(
      made(3, [serial('q')], '00112'),
      seen(4, 'shipping', 1, [serial('q')], soon),
      seen(4, 'shipping', 1, [amount(lot('00112'), 5)], soon),
    )
    expect(await desk.verdict(lot('00112'))).toBe('do_not_sell')
    expect(await desk.verdict(serial('q'))).toBe('do_not_sell')
    expect(await G1()).toEqual(expect.arrayContaining([serial('q'), lot('00112')]))
    await dairy.world.traced()
    const { json } = await desk.get(`/v1/recalls/${id}`)
    expect(json).toMatchObject({ version: 1, outOfDate: { items: 2 } })
  })
})

describe('what is made of recalled goods', () => {
  beforeEach(() => capture(made(1, [amount(lot('L1'), 5)])))

  it('later is blocked, with all that comes of it, before anybody approves that', async () => {
    const id = await approved([{ lot: lot('L1') }])
    // The second step is told before the first.
    await capture(became(9, [amount(lot('B', 2), 1)], [serial('pie', 3)]))
    await dairy.world.traced()
    expect(await desk.verdict(serial('pie', 3))).toBe('sell')
    await capture(became(8, [amount(lot('L1'), 1)], [amount(lot('B', 2), 1)]))
    await dairy.world.traced()
    expect(await desk.verdict(lot('B', 2))).toBe('do_not_sell')
    expect(await desk.verdict(serial('pie', 3))).toBe('do_not_sell')
    await capture(seen(12, 'retail_selling', 1, [serial('pie', 3)], soon))
    expect(await G1()).toEqual([serial('pie', 3)])
    const { json } = await desk.get(`/v1/recalls/${id}`)
    expect(json).toMatchObject({
      version: 1,
      outOfDate: {
        items: 2,
        first: [
          {
            key: serial('pie', 3),
            tier: 'inferred',
            path: [lot('L1'), lot('B', 2), serial('pie', 3)],
          },
          { key: lot('B', 2), path: [lot('L1'), lot('B', 2)] },
        ],
      },
      versions: [{ version: 1 }, { version: 2, state: 'known', by: 'trace' }],
    })
    expect((await steps(id)).filter((step) => step === 'scope_outdated')).toHaveLength(1)
  })

  it('is in the next version, which one person approves, and stays told', async () => {
    const id = await approved([{ lot: lot('L1') }])
    await capture(became(8, [amount(lot('L1'), 1)], [serial('pie', 3)]))
    await dairy.world.traced()
    await capture(seen(12, 'retail_selling', 1, [serial('pie', 3)], soon))
    expect(await G1()).toEqual([serial('pie', 3)])
    expect((await desk.step(id, { action: 'approve', version: 2 }, dairy.first)).status).toBe(201)
    const { json } = await desk.get(`/v1/recalls/${id}`)
    expect(json).toMatchObject({ version: 2 })
    expect(json).not.toHaveProperty('outOfDate')
    expect(await desk.verdict(serial('pie', 3))).toBe('do_not_sell')
    expect(await G1()).toEqual([serial('pie', 3)])
  })

  it('and told between tracing and approval is blocked with the approval', async () => {
    const id = await desk.make([{ lot: lot('L1') }], { assume })
    await capture(became(8, [amount(lot('L1'), 1)], [serial('pie', 3)]))
    await dairy.world.traced()
    expect(await desk.verdict(serial('pie', 3))).toBe('sell')
    await desk.step(id, { action: 'approve', version: 1 })
    expect(await desk.verdict(serial('pie', 3))).toBe('do_not_sell')
    expect(await steps(id)).toContain('scope_outdated')
  })

  it('of a serial of it, or of a pallet that it is on, is blocked as well', async () => {
    const id = await approved([{ lot: lot('L1') }])
    await capture(
      made(3, [serial('s')], 'L1'),
      became(8, [serial('s')], [serial('pie', 3)]),
      packed(9, 1, pallet(1), [amount(lot('L1'), 1)]),
      became(10, [pallet(1)], [serial('cake', 4)]),
    )
    await dairy.world.traced()
    expect(await desk.verdict(serial('pie', 3))).toBe('do_not_sell')
    expect(await desk.verdict(serial('cake', 4))).toBe('do_not_sell')
    await desk.step(id, { action: 'cancel' })
    expect(await desk.verdict(serial('pie', 3))).toBe('sell')
  })

  it('is only to be checked where its origin is only possible; that of other lots is free', async () => {
    await capture(made(1.5, [amount(lot('L2'), 5)]), made(40, [amount(lot('L3'), 5)]))
    await approved([{ lot: lot('L1') }], { assume: { sameLineAndDay: true } })
    await capture(
      became(50, [amount(lot('L2'), 1)], [serial('maybe', 3)]),
      became(50, [amount(lot('L3'), 1)], [serial('free', 3)]),
    )
    await dairy.world.traced()
    expect(await desk.verdict(serial('maybe', 3))).toBe('check')
    expect(await desk.verdict(serial('free', 3))).toBe('sell')
  })
})

it('what was made in a time that is suspected, and told of later, is blocked', async () => {
  await capture(made(1, [amount(lot('L1'), 5)]))
  const day = { madeFrom: '2026-03-01T00:00:00Z', madeTo: '2026-03-02T00:00:00Z' }
  await approved([{ product: product(1), ...day }])
  await capture(made(2, [amount(lot('L2'), 5)]), made(30, [amount(lot('L3'), 5)]))
  await dairy.world.traced()
  expect(await desk.verdict(lot('L2'))).toBe('do_not_sell')
  expect(await desk.verdict(lot('L3'))).toBe('sell')
})

describe('a container', () => {
  const inside = (key: string) => desk.get(`/v1/items/${encodeURIComponent(key)}`, '')

  it('with recalled goods in it may not be sold as it is, and says why, to everybody', async () => {
    await capture(
      made(1, [amount(lot('L1'), 5)]),
      made(2, [serial('good')]),
      made(3, [serial('bad')], 'L1'),
      packed(4, 1, pallet(2), [serial('good'), serial('bad')]),
      packed(5, 1, pallet(1), [pallet(2)]),
    )
    const id = await approved([{ lot: lot('L1') }])
    for (const text of [pallet(1), pallet(2)]) {
      for (const key of ['', dairy.maker, dairy.inspector]) {
        const { json } = await desk.get(`/v1/items/${encodeURIComponent(text)}`, key)
        expect(json).toMatchObject({
          verdict: {
            verdict: 'do_not_sell',
            reasons: [{ fact: 'holds_recalled', text: { en: expect.stringMatching(/^1\/[23] /) } }],
          },
          recalls: [{ recall: id, key: text, verdict: 'do_not_sell' }],
        })
      }
      // It may not see the events of the pallet, and is told all the same.
      const unseen = await desk.get(`/v1/items/${encodeURIComponent(text)}`, dairy.shop)
      expect(unseen).toMatchObject({ status: 404, json: { recalls: [{ recall: id, key: text }] } })
      expect(verdictIn(unseen.json)).toBe('do_not_sell')
    }
    await capture(packed(6, 1, pallet(2), [serial('bad')], 'DELETE'))
    expect(verdictIn((await inside(pallet(1))).json)).toBe('sell')
  })

  it('with what may be recalled is to be checked', async () => {
    await capture(
      made(1, [amount(lot('L1'), 5)]),
      made(2, [amount(lot('L2'), 5)]),
      packed(4, 1, pallet(1), [amount(lot('L2'), 5)]),
    )
    await approved([{ lot: lot('L1') }], { assume: { sameLineAndDay: true } })
    expect(verdictIn((await inside(pallet(1))).json)).toBe('check')
  })

  it('is told when it is shipped with what was told of a recalled lot later', async () => {
    await capture(made(1, [amount(lot('L1'), 5)]))
    await approved([{ lot: lot('L1') }])
    await capture(
      made(2, [serial('q')], 'L1'),
      packed(3, 1, pallet(1), [serial('q')]),
      seen(4, 'shipping', 1, [pallet(1)], soon),
    )
    expect(await G1()).toEqual([pallet(1)])
  })
})

describe('what is in a container', () => {
  it('is looked at up to a bound, and where there is more that is said', async () => {
    const serials = ['a', 'b', 'c'].map((name) => serial(name))
    await capture(made(1, serials), packed(2, 1, pallet(1), serials))
    const { trail, registry, recalls } = dairy.world
    const [item] = await trail.find([pallet(1)])
    if (!item) throw new Error('it was packed just now')
    const parts = { trail, registry, recalls: recalls.reader }
    const look = (most: number) => contentsRecalled(parts, { reach: 'all' }, item, undefined, most)
    expect((await look(3)).facts).toEqual([])
    expect((await look(2)).facts).toMatchObject([{ fact: 'contents_not_looked_at' }])
  })
})

describe('a recall that is cancelled', () => {
  it('was none: what moved is withdrawn, and that is why', async () => {
    await capture(made(1, [amount(lot('L1'), 5)]))
    const id = await approved([{ lot: lot('L1') }], { ordered: '2026-03-02T00:00:00Z' })
    await capture(seen(60, 'shipping', 1, [amount(lot('L1'), 1)]))
    expect(await G1()).toEqual([lot('L1')])
    expect((await desk.step(id, { action: 'cancel' })).status).toBe(201)
    // As where rules are changed before it is looked at.
    dairy.world.follower.replay()
    expect(await G1()).toEqual([])
    const steps = dairy.world.alerts.reader.stepsAfter(0, 99)
    expect(steps.filter(({ step }) => step === 'withdrawn').map(({ reason }) => reason)).toEqual([
      'The scope or the state of a recall has changed.',
    ])
  })
})

describe('a recall that is narrowed', () => {
  it('keeps what moved while it held it, and says why the rest is withdrawn', async () => {
    await capture(made(1, [amount(lot('L1'), 5)]), made(40, [amount(lot('L2'), 5)]))
    const ordered = '2026-03-02T00:00:00Z'
    const id = await approved([{ lot: lot('L1') }, { lot: lot('L2') }], { ordered })
    const future = { eventTime: new Date(Date.now() + 86_400_000).toISOString() }
    await capture(
      seen(60, 'shipping', 1, [amount(lot('L2'), 1)]),
      made(41, [serial('s')], 'L2'),
      seen(61, 'retail_selling', 1, [serial('s')], future),
    )
    expect(await G1()).toEqual(expect.arrayContaining([lot('L2'), serial('s')]))
    const narrow = { from: [{ lot: lot('L1') }], assume, reason: 'L2 is sound' }
    expect((await desk.post(`/v1/recalls/${id}/versions`, narrow)).status).toBe(202)
    await dairy.world.traced()
    expect((await desk.step(id, { action: 'approve', version: 2 })).status).toBe(201)
    expect(await desk.verdict(lot('L2'))).toBe('sell')
    // It was shipped while it was held, and that it was sold is told of later.
    expect(await G1()).toEqual([lot('L2')])
    const again = await desk.step(id, { action: 'approve', version: 1 })
    expect(again.json).toMatchObject({ code: 'version_passed' })
    const found = dairy.world.alerts.reader.alerts({ rules: ['G1'] }, { limit: 99 })
    const gone = found.find(({ state }) => state === 'withdrawn')
    const told = await desk.get(`/v1/alerts/${gone?.id}`)
    expect(told.text).toContain('The scope or the state of a recall has changed.')
  })
})
