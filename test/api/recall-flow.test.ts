import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sendNotices } from '#ingest/recalls/sender.ts'
import { lot, serial } from '../trace/world.ts'
import {
  approvedMilk,
  captureMilk,
  type Dairy,
  Desk,
  newRecall,
  notifiedMilk,
  seen,
  startDairy,
} from './recall-world.ts'
import { startReceiver } from './webhooks/receiver.ts'

let dairy: Dairy
let desk: Desk

beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})

afterEach(() => dairy.world.close())

const approved = (more: object = {}) => approvedMilk(dairy, more)
const notified = (more: object = {}) => notifiedMilk(dairy, more)
const answersOf = (onHand: number, used = 0, uom = '') => ({
  answers: [{ uom, onHand, returned: 0, destroyed: 0, used }],
})
const answer = (id: string, party: string, body: object, key?: string) =>
  desk.post(`/v1/recalls/${id}/consignees/${party}/answers`, body, key)
const check = (id: string, party: string, result: string) =>
  desk.post(`/v1/recalls/${id}/consignees/${party}/checks`, { result, reason: 'visited' })

async function answerAll(id: string): Promise<void> {
  await answer(id, 'maker', answersOf(60, 0, 'LTR'), dairy.maker)
  await answer(id, 'depot', answersOf(2), dairy.depot)
  await answer(id, 'shop', answersOf(1, 1), dairy.shop)
}

interface Progress {
  readonly clock: {
    readonly verified: boolean
    readonly statutory: boolean
    readonly notes: readonly { zh: string; en: string }[]
    readonly source?: string
    readonly deadlines: { step: string; due: string; done?: string; overdue: boolean }[]
  }
  readonly balance: Record<string, unknown>[]
  readonly checks: { readonly sample: string[]; readonly left: string[] }
  readonly timeToTrace?: { readonly seconds: number; readonly percentAccounted?: number }
}

const progressOf = async (id: string) =>
  (await desk.get(`/v1/recalls/${id}`)).json['progress'] as Progress

describe('consignees', () => {
  it('are those who had it last, with what they got', async () => {
    const id = await approved()
    dairy.world.registry.parties.put({
      slug: 'shop',
      name: 'Shop',
      domain: 'food',
      contact: { name: 'Li', phone: '+86 10 1234' },
    })
    const { json } = await desk.get(`/v1/recalls/${id}/consignees`)
    expect(json).toMatchObject([
      { party: 'depot', lines: [{ uom: '', expected: { held: 2 } }] },
      { party: 'maker', lines: [{ uom: 'LTR', expected: { held: 60, used: 40 } }] },
      {
        party: 'shop',
        contact: { phone: '+86 10 1234' },
        lines: [{ uom: '', expected: { held: 1, sold: 1 } }],
      },
    ])
  })

  it('see and answer their own line, and nothing of others', async () => {
    const id = await notified()
    const own = await desk.get(`/v1/recalls/${id}`, dairy.shop)
    expect(own.json).toMatchObject({ id, consignee: { party: 'shop' } })
    expect(own.text).not.toContain('depot')
    const items = await desk.get(`/v1/recalls/${id}/items`, dairy.shop)
    const keys = (items.json['items'] as { key: string }[]).map(({ key }) => key)
    expect(keys).toEqual([serial('c1', 2), serial('c2', 2)])
    const foreign = await desk.get(
      `/v1/recalls/${id}/items/${encodeURIComponent(serial('c3', 2))}`,
      dairy.shop,
    )
    expect(foreign.json).toMatchObject({ status: 404, code: 'not_in_scope' })
    const list = await desk.get(`/v1/recalls/${id}/consignees`, dairy.shop)
    expect(list.json).toMatchObject([{ party: 'shop' }])
    expect((await answer(id, 'depot', {}, dairy.shop)).status).toBe(403)
    const answered = await answer(id, 'shop', { ...answersOf(1, 1), subNotified: true }, dairy.shop)
    expect(answered.json).toMatchObject({
      acknowledged: expect.any(String),
      subNotified: true,
      lines: [{ answered: { onHand: 1, used: 1 } }],
    })
    const other = dairy.world.party('other')
    expect((await desk.get(`/v1/recalls/${id}`, other)).json).not.toHaveProperty('consignee')
    expect((await answer(id, 'other', {}, other)).json).toMatchObject({ code: 'unknown_consignee' })
  })

  it('are told by a command to their devices, until one has taken it, and not twice', async () => {
    const id = await notified()
    const sent: { party: string; payload: string }[] = []
    let listening = ['shop']
    const send = (taken: number) =>
      sendNotices({
        recalls: dairy.world.recalls.reader,
        desk: { delivered: async (at, n) => dairy.world.recalls.delivered(at, n, 5_000_000) },
        devices: {
          listening: () => listening,
          async publishNotice(party, payload) {
            sent.push({ party, payload })
            return taken
          },
        },
      })
    expect(await send(0)).toBe(0)
    expect(await send(2)).toBe(1)
    expect(await send(2)).toBe(0)
    expect(JSON.parse(sent[1]?.payload ?? '')).toMatchObject({
      ...{ command: 'recall', recall: id, class: 'I', sell: false, state: 'notified' },
      amounts: [{ uom: '', held: 1, sold: 1 }],
    })
    listening = ['shop', 'depot', 'maker']
    expect(await send(1)).toBe(2)
    await desk.step(id, { action: 'cancel' })
    expect(await send(1)).toBe(3)
    expect(JSON.parse(sent.at(-1)?.payload ?? '')).toMatchObject({
      command: 'recall_cancelled',
      sell: true,
    })
    const { json } = await desk.get(`/v1/recalls/${id}/consignees`)
    expect(json).toMatchObject([{}, {}, { party: 'shop', delivered: '1970-01-01T00:00:05.000Z' }])
  })

  it('may not sell what another recall holds when one is cancelled', async () => {
    const id = await notified()
    const other = await desk.make([{ item: serial('c1', 2) }], { domain: 'food' })
    await desk.step(other, { action: 'approve', version: 1 })
    await desk.step(id, { action: 'cancel' })
    const sent: Record<string, unknown>[] = []
    await sendNotices({
      recalls: dairy.world.recalls.reader,
      desk: { delivered: async () => undefined },
      devices: {
        listening: () => ['shop', 'depot'],
        async publishNotice(party, payload) {
          sent.push({ party, ...JSON.parse(payload) })
          return 1
        },
      },
    })
    const lifted = sent.filter(({ command }) => command === 'recall_cancelled')
    expect(lifted.find(({ party }) => party === 'shop')).toMatchObject({
      sell: false,
      heldBy: [other],
    })
    expect(lifted.find(({ party }) => party === 'depot')).toMatchObject({ sell: true })
  })
})

describe('webhooks', () => {
  it('tell authorities every step, and a consignee what it has to know; drills by other types', async () => {
    const receiver = await startReceiver()
    try {
      const subscribe = (key: string, url: string) => desk.post('/v1/webhooks', { url }, key)
      expect((await subscribe(dairy.first, receiver.url)).status).toBe(201)
      const id = await notified()
      const { world } = dairy
      await world.watched()
      expect((await subscribe(dairy.shop, receiver.url)).status).toBe(201)
      await answer(id, 'depot', {}, dairy.depot)
      await answer(id, 'shop', {}, dairy.shop)
      await desk.step(id, { action: 'cancel' })
      await world.watched()
      await world.delivered()
      const told = receiver.received.filter(({ event }) => event.subject === id)
      const types = told.map(({ event }) => event.type.replace('suyuan.recall.', '')).sort()
      expect(types).toEqual([
        ...['acknowledged', 'acknowledged', 'acknowledged', 'approved', 'cancelled', 'cancelled'],
        ...['created', 'notified', 'scope_asked', 'scope_known'],
      ])
      const drill = await desk.make([{ lot: lot('L1') }], { drill: true })
      await world.watched()
      await world.delivered()
      const drilled = receiver.received.filter(({ event }) => event.subject === drill)
      expect(drilled.every(({ event }) => event.type.startsWith('suyuan.drill.'))).toBe(true)
      expect(drilled).toHaveLength(3)
    } finally {
      await receiver.close()
    }
  })
})

describe('rules', () => {
  it('find what is recalled and still moves, and who does not answer', async () => {
    const id = await notified()
    await dairy.world.capture(dairy.depot, {
      ...seen(12, 'shipping', 2, [serial('c3', 2)]),
      eventTime: new Date(Date.now() + 3_600_000).toISOString(),
    })
    await dairy.world.watched(24 * 30)
    const alerts = dairy.world.alerts.reader.alerts({ rules: ['G1', 'G2', 'G3'] }, { limit: 99 })
    const about = alerts.map(({ finding }) => `${finding.rule} ${finding.subject}`)
    expect(about).toContain(`G1 ${serial('c3', 2)}`)
    expect(about).toContain('G3 party:shop')
    expect(about).toContain(`G2 recall:${id}`)
  })
})

describe('the way of a recall', () => {
  it('goes step by step, and closes only when all is done', async () => {
    const id = await notified({ level: 'A' })
    const now = { eventTime: new Date().toISOString() }
    await dairy.world.capture(dairy.depot, seen(12, 'shipping', 2, [serial('c3', 2)], now))
    const moved = async () => {
      await dairy.world.watched()
      const found = dairy.world.alerts.reader.alerts({ rules: ['G1'] }, { limit: 9 })
      return found.map(({ state }) => state)
    }
    expect(await moved()).toEqual(['open'])
    const missing = async (action: string) => (await desk.step(id, { action })).json['missing']
    expect(await missing('seal')).toHaveLength(3)
    for (const party of ['maker', 'depot', 'shop'] as const) {
      await answer(id, party, {}, dairy[party])
    }
    expect((await desk.step(id, { action: 'seal' })).status).toBe(201)
    expect(await missing('recover')).toContainEqual({ what: 'answer', party: 'shop' })
    await answerAll(id)
    expect((await desk.step(id, { action: 'recover' })).status).toBe(201)
    for (const party of ['depot', 'shop']) await check(id, party, 'effective')
    await check(id, 'maker', 'ineffective')
    expect((await desk.step(id, { action: 'close' })).json).toMatchObject({
      ...{ status: 409, code: 'checks_missing' },
      missing: [{ what: 'effectiveness_check', party: 'maker' }],
    })
    await check(id, 'maker', 'effective')
    expect((await desk.step(id, { action: 'close' }, dairy.first)).json).toMatchObject({
      code: 'four_eyes',
    })
    expect((await desk.step(id, { action: 'close' })).json).toMatchObject({ state: 'closed' })
    expect((await desk.step(id, { action: 'cancel' })).json).toMatchObject({ code: 'wrong_state' })
    // Recalled goods are not to flow back.
    expect(await desk.verdict(serial('c1', 2))).toBe('do_not_sell')
    expect(await moved()).toEqual(['open'])
    dairy.world.follower.replay()
    expect(await moved()).toEqual(['open'])
    const steps = (await desk.get(`/v1/recalls/${id}/steps?perPage=100`)).json['items']
    const told = (steps as { step: string; by: string; reason?: string }[]).map(({ step }) => step)
    expect(told.slice(0, 5)).toEqual([
      ...['created', 'scope_asked', 'scope_known', 'approve', 'notify'],
    ])
    expect(told.at(-1)).toBe('close')
    expect(new Set(dairy.world.recalls.reader.stepsAfter(0, 500).map(({ seq }) => seq)).size).toBe(
      dairy.world.recalls.reader.lastStep(),
    )
  })

  it('tells what is accounted for, and the balance of what was expected', async () => {
    const id = await notified()
    await answerAll(id)
    const { balance, timeToTrace } = await progressOf(id)
    expect(balance).toMatchObject([
      { uom: '', shipped: 4, accounted: 4, percent: 100, unaccounted: 0 },
      { uom: 'LTR', shipped: 100, accounted: 60, percent: 60, unaccounted: 40 },
    ])
    expect(timeToTrace).toMatchObject({ percentAccounted: 100 })
    expect(timeToTrace?.seconds).toBeGreaterThanOrEqual(0)
  })

  it('draws who is checked by lot, and the same every time', async () => {
    const id = await notified({ level: 'C' })
    const { checks } = await progressOf(id)
    expect(checks.sample).toHaveLength(1)
    expect((await progressOf(id)).checks).toEqual(checks)
  })

  it('changes as a draft, and the draft alone', async () => {
    await captureMilk(dairy)
    const id = await desk.make([{ lot: lot('L1') }])
    const patch = (body: object) =>
      dairy.world.call(`/v1/recalls/${id}`, { method: 'PATCH', key: dairy.first, body })
    const changed = await patch({ title: 'Salmonella', level: 'B', levelPercent: 30, why: 'typo' })
    expect(changed.json).toMatchObject({ title: 'Salmonella', level: 'B', levelPercent: 30 })
    expect((await patch({ why: '' })).json).toMatchObject({ status: 400, path: '/why' })
    await desk.step(id, { action: 'approve', version: 1 })
    expect((await patch({ title: 'x', why: 'y' })).json).toMatchObject({ code: 'wrong_state' })
  })

  it('is refused with its reason where it is not ready or not for one', async () => {
    await captureMilk(dairy)
    const made = await desk.post('/v1/recalls', newRecall([{ lot: lot('L1') }]))
    const id = String(made.json['id'])
    const approve = { action: 'approve', version: 1 }
    expect((await desk.step(id, approve)).json).toMatchObject({ code: 'scope_not_known' })
    expect((await desk.get(`/v1/recalls/${id}/items`)).json).toMatchObject({
      status: 409,
      code: 'scope_not_known',
    })
    await dairy.world.traced()
    expect((await desk.step(id, { action: 'notify' })).json).toMatchObject({ code: 'wrong_state' })
    expect((await desk.step(id, { action: 'approve' })).json).toMatchObject({ path: '/version' })
    const later = await desk.step(id, { action: 'approve', version: 9 })
    expect(later.json).toMatchObject({ code: 'unknown_version' })
    expect((await desk.step(id, approve, dairy.shop)).status).toBe(403)
    expect((await desk.step(id, approve, dairy.inspector)).status).toBe(403)
    expect((await desk.step('R-999999', approve)).json).toMatchObject({ code: 'unknown_recall' })
    expect((await answer(id, 'shop', {})).json).toMatchObject({ code: 'unknown_consignee' })
  })
})

describe('the clock', () => {
  it('tells what is due by the law of the day, and what is overdue', async () => {
    const id = await notified({ decided: '2025-05-02T02:00:00Z' })
    const { clock } = await progressOf(id)
    expect(clock).toMatchObject({
      ...{ law: 'food-cn', verified: true, statutory: true },
      ...{ calendar: { days: 'weekdays' }, notes: [{ en: expect.stringContaining('weekends') }] },
      deadlines: [
        { step: 'start', due: '2025-05-03T02:00:00.000Z', done: expect.any(String), overdue: true },
        { step: 'complete', due: '2025-05-16T16:00:00.000Z', overdue: true },
      ],
    })
  })

  it('says where the figures were not compared with the law, and where there is none', async () => {
    const id = await notified({ decided: '2026-03-02T02:00:00Z' })
    const unsure = (await progressOf(id)).clock
    expect(unsure).toMatchObject({ verified: false, statutory: true })
    expect(JSON.stringify(unsure)).toContain('not compared')
    const built = await desk.make([{ lot: lot('L1') }], { domain: 'building_materials' })
    expect((await progressOf(built)).clock).toMatchObject({
      verified: false,
      statutory: false,
      deadlines: [],
      notes: [{ zh: expect.stringContaining('无法定时限') }],
    })
  })

  it('asks for a plan where the law does, and closing takes it', async () => {
    const id = await notified({ law: 'drugs-cn', domain: 'drugs', level: 'E' })
    await answerAll(id)
    for (const action of ['seal', 'recover']) await desk.step(id, { action })
    const refused = await desk.step(id, { action: 'close' })
    expect(refused.json).toMatchObject({ missing: [{ what: 'plan' }] })
    await desk.step(id, { action: 'report', report: 'plan' })
    expect((await desk.step(id, { action: 'close' })).status).toBe(201)
  })
})

describe('a drill', () => {
  it('is the same with its marks, blocks nothing, and is not sent', async () => {
    const id = await notified({ drill: true })
    expect(id).toMatch(/^D-/)
    expect(await desk.verdict(serial('c1', 2))).toBe('sell')
    // It has not seen it made, which is the one thing that speaks against it.
    expect(await desk.verdict(serial('c1', 2), dairy.shop)).toBe('check')
    const seenByUs = await desk.get(`/v1/items/${encodeURIComponent(serial('c1', 2))}`)
    expect(seenByUs.json).toMatchObject({
      verdict: { verdict: 'sell', reasons: [] },
      recalls: [{ recall: id, drill: true, verdict: 'none' }],
    })
    expect(dairy.world.recalls.reader.dueNotices(['shop', 'depot', 'maker'], 9)).toEqual([])
    expect((await desk.get('/v1/recalls', '')).json['items']).toEqual([])
    expect((await desk.get(`/v1/recalls/${id}`, '')).status).toBe(404)
    expect((await desk.get('/v1/recalls?drill=true')).json['items']).toMatchObject([
      { id, drill: true },
    ])
    expect((await desk.get(`/v1/recalls/${id}`, dairy.shop)).json).toMatchObject({ drill: true })
    await answerAll(id)
    expect((await progressOf(id)).timeToTrace).toMatchObject({ percentAccounted: 100 })
    const steps = dairy.world.recalls.reader.stepsAfter(0, 100)
    expect(steps.every(({ isDrill }) => isDrill)).toBe(true)
  })
})

describe('the public', () => {
  it('reads notices once holders have been told, and nothing else', async () => {
    const id = await approved()
    expect((await desk.get('/v1/recalls', '')).json['items']).toEqual([])
    await desk.step(id, { action: 'notify' })
    const { json } = await desk.get(`/v1/recalls/${id}`, '')
    expect(json).toMatchObject({ id, title: 'Listeria in milk', instructions: 'do not drink it' })
    expect(Object.keys(json)).not.toContain('progress')
    for (const path of ['items', 'consignees', 'steps', 'versions']) {
      expect((await desk.get(`/v1/recalls/${id}/${path}`, '')).status).toBe(401)
    }
    expect((await desk.post('/v1/recalls', {}, '')).status).toBe(401)
  })
})
