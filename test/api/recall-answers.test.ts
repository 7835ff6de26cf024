/** What consignees answer, how it adds up, and from when the clock of a recall runs. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { amount, lot } from '../trace/world.ts'
import {
  type Dairy,
  Desk,
  made,
  newRecall,
  notifiedMilk,
  seen,
  startDairy,
} from './recall-world.ts'

let dairy: Dairy
let desk: Desk

beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})

afterEach(() => dairy.world.close())

const notified = (more: object = {}) => notifiedMilk(dairy, more)
const answersOf = (onHand: number, used = 0, uom = '') => ({
  answers: [{ uom, onHand, returned: 0, destroyed: 0, used }],
})
const answer = (id: string, party: string, body: object, key?: string) =>
  desk.post(`/v1/recalls/${id}/consignees/${party}/answers`, body, key)

interface Progress {
  readonly clock: {
    readonly deadlines: { step: string; due: string; done?: string; overdue: boolean }[]
  }
  readonly balance: Record<string, unknown>[]
}

const progressOf = async (id: string) =>
  (await desk.get(`/v1/recalls/${id}`)).json['progress'] as Progress

describe('answers', () => {
  it('takes no answer that cannot be, and adds up units that go together', async () => {
    const id = await notified()
    const refused = async (party: string, body: object) => (await answer(id, party, body)).json
    const much = { status: 400, code: 'more_than_expected' }
    expect(await refused('depot', answersOf(1e9))).toMatchObject(much)
    expect(await refused('depot', answersOf(1, 0, 'KGM'))).toMatchObject(much)
    const strange = { status: 400, code: 'unknown_unit' }
    expect(await refused('depot', answersOf(1, 0, 'XYZ'))).toMatchObject(strange)
    const reason = 'counted twice'
    expect((await answer(id, 'depot', { ...answersOf(5), reason })).status).toBe(201)
    await answer(id, 'maker', answersOf(60_000, 0, 'MLT'))
    const { balance } = await progressOf(id)
    expect(balance).toMatchObject([
      { uom: '', shipped: 4, accounted: 2, over: 3, unaccounted: 2, percent: 50 },
      { uom: 'LTR', shipped: 100, accounted: 60 },
    ])
  })

  it('has an answer only once it says of each unit what became of it', async () => {
    const id = await notified()
    await answer(id, 'maker', { ...answersOf(0), reason: 'no pieces here' })
    const said = async () => {
      const { json } = await desk.get(`/v1/recalls/${id}/consignees`)
      const all = json as unknown as { party: string; answered?: string }[]
      return all.find(({ party }) => party === 'maker')?.answered
    }
    expect(await said()).toBeUndefined()
    for (const party of ['maker', 'depot', 'shop']) await answer(id, party, {})
    await answer(id, 'depot', answersOf(2))
    await answer(id, 'shop', answersOf(1, 1))
    await desk.step(id, { action: 'seal' })
    expect((await desk.step(id, { action: 'recover' })).json).toMatchObject({
      missing: [{ what: 'answer', party: 'maker' }],
    })
    await answer(id, 'maker', answersOf(60, 40, 'LTR'))
    expect(await said()).toBeDefined()
    expect((await desk.step(id, { action: 'recover' })).status).toBe(201)
  })

  it('know what was sent in grams of what was made in kilograms', async () => {
    await dairy.world.capture(
      dairy.maker,
      made(0, [amount(lot('L1'), 10, 'KGM')]),
      seen(1, 'shipping', 1, [amount(lot('L1'), 9000, 'GRM')]),
    )
    const id = await desk.make([{ lot: lot('L1') }])
    const { balance } = await progressOf(id)
    expect(balance).toMatchObject([
      { uom: 'KGM', shipped: 10, expected: { held: 1, in_transit: 9 } },
    ])
  })
})

describe('the clock', () => {
  it('runs from when it was ordered where that was before, and never from a time to come', async () => {
    const [decided, ordered] = ['2025-05-03T02:00:00Z', '2025-05-02T02:00:00Z']
    const id = await notified({ decided, ordered })
    expect((await progressOf(id)).clock.deadlines[0]).toMatchObject({
      due: '2025-05-03T02:00:00.000Z',
    })
    const made = (more: object) => desk.post('/v1/recalls', newRecall([{ lot: lot('L1') }], more))
    const later = new Date(Date.now() + 5 * 86_400_000).toISOString()
    expect((await made({ decided: later })).json).toMatchObject({
      ...{ status: 400, code: 'decided_later', path: '/decided' },
    })
    expect((await made({ law: 'drugs-us' })).json).toMatchObject({
      ...{ status: 400, code: 'law_of_other_domain', path: '/law' },
    })
  })
})
