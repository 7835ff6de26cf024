import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { areasOf, regionsOf } from '#api/public/places.ts'
import { cloudEvent, eventId } from '#api/webhooks/cloud-event.ts'
import { OutboxFollower } from '#api/webhooks/follower.ts'
import type { Entry, EventSource } from '#api/webhooks/source.ts'
import { CursorMoved } from '#store/webhooks/writer.ts'
import { event, startWorld, type World } from '../world.ts'
import { type Receiver, startReceiver, status } from './receiver.ts'

let world: World
let receiver: Receiver
let regulator: string

beforeEach(async () => {
  world = await startWorld()
  receiver = await startReceiver()
  regulator = world.key({ role: 'regulator', label: '' })
  const made = await world.call('/v1/webhooks', {
    ...{ method: 'POST', key: regulator, body: { url: receiver.url } },
  })
  expect(made.json).toMatchObject({ status: 'active' })
})
afterEach(async () => {
  await world.close()
  await receiver.close()
})

/** A ledger of another kind than that of alerts, as long as the test makes it. */
function ledger(name: string, entries: number): EventSource {
  return {
    name,
    last: () => entries,
    after: (seq, limit) =>
      Array.from({ length: Math.min(limit, entries - seq) }, (_, at): Entry => {
        const n = seq + at + 1
        const facets = { type: 'suyuan.recall.opened' }
        const happening = { seq: n, atUs: n, subject: `recall-${n}`, facets }
        const data = { whole: { n }, short: { n } }
        const made = cloudEvent('urn:x', eventId([name, n]), 'all', happening, data)
        return { seq: n, events: [made], bulletins: [] }
      }),
  }
}

function followerOf(...sources: EventSource[]) {
  const { writer, deliverer } = world.office
  return new OutboxFollower({
    ...{ writer, sources, nowUs: () => Date.now() * 1000 },
    onDeliveries: (ids) => deliverer.pump(ids),
  })
}

describe('sources of events', () => {
  it('each have a cursor of their own, and are told once', async () => {
    const follower = followerOf(ledger('one', 450), ledger('two', 3))
    while (follower.advance());
    while (followerOf(ledger('one', 450)).advance());
    await world.delivered()
    expect(receiver.received).toHaveLength(453)
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(453)
    const { writer } = world.office
    expect([writer.cursor('one'), writer.cursor('two')]).toEqual([450, 3])
  })

  it('of which one was made anew are told from the start, and what is known not again', async () => {
    while (followerOf(ledger('one', 5)).advance());
    while (followerOf(ledger('one', 3)).advance());
    await world.delivered()
    expect(receiver.received).toHaveLength(5)
    expect(world.office.writer.cursor('one')).toBe(3)
  })

  it('move with what they tell or not at all', () => {
    const { writer } = world.office
    const told = { source: 'one', from: 7, to: 8, events: [], bulletins: [] }
    expect(() => writer.tell(told, 0)).toThrow(CursorMoved)
    expect(writer.cursor('one')).toBe(0)
  })
})

describe('an event', () => {
  const happening = { seq: 7, atUs: 1e15, subject: 's', facets: { type: 'suyuan.x' } }

  it('has an id that follows from what happened, and goes into a header', () => {
    expect(eventId(['alerts', 1, 2])).toBe(eventId(['alerts', 1, 2]))
    expect(eventId(['alerts', 1, 2])).not.toBe(eventId(['alerts', 1, 3]))
    expect(eventId(['alerts', 1, 2])).toMatch(/^evt_[\w-]{27}$/)
  })

  it('is told in short where it would be longer than receivers take', () => {
    const short = { id: 'a' }
    const made = (length: number) =>
      cloudEvent('urn:x', 'evt_1', 'all', happening, {
        whole: { text: '长'.repeat(length) },
        short,
      })
    expect(JSON.parse(made(6000).body).data).toHaveProperty('text')
    expect(JSON.parse(made(7000).body)).toMatchObject({ type: 'suyuan.x', data: short })
  })
})

describe('where an alert is', () => {
  it('follows from its parties and the places that it names', async () => {
    const key = world.party('maker')
    const parties = world.registry.parties
    const maker = { slug: 'maker', name: 'M', domain: 'food' as const }
    parties.put({ ...maker, uscc: '91330106MA27XL0D0G' })
    const place = 'https://id.gs1.org/414/9521321000018'
    const at = { latitude: 30.2, longitude: 120.1, radiusKm: 2, region: '330108' }
    world.registry.locations.put({ key: place, party: 'maker', name: 'Dock', ...at })
    const born = (day: number) =>
      event({
        ...{ eventTime: `2026-03-0${day}T08:00:00Z`, action: 'ADD', bizStep: 'commissioning' },
        epcList: ['https://id.gs1.org/01/09521321000018/21/A'],
      })
    await world.capture(key, born(1), born(2))
    await world.watched()
    const alert = world.alerts.reader.alerts({ rules: ['C2'] }, { limit: 1 })[0]
    if (!alert) throw new Error('there is no alert')
    const { registry } = world
    expect(regionsOf(alert, ['maker'], registry)).toEqual(['330106'])
    const words = { ...alert.finding.words, place }
    const there = { ...alert, finding: { ...alert.finding, words } }
    expect(regionsOf(there, ['maker'], registry)).toEqual(['330106', '330108'])
    expect(areasOf(there, registry)).toEqual([{ areaDesc: 'Dock', circle: [30.2, 120.1, 2] }])
    parties.put({ ...maker, region: '310000' })
    expect(regionsOf(alert, ['maker'], registry)).toEqual(['310000'])
  })
})

describe('what is old', () => {
  it('is given up after four days, and let go of after thirty', async () => {
    const { office } = world
    receiver.behave(status(500))
    while (followerOf(ledger('one', 2)).advance());
    await world.delivered()
    await world.delivered(4 * 24 + 1)
    while (office.tidy());
    expect(office.writer.reader.counts()).toMatchObject({ pending: 0, dead: 2 })
    await world.delivered(36 * 24)
    while (office.tidy());
    expect(office.writer.reader.counts()).toMatchObject({ pending: 0, dead: 0 })
  })

  it('a webhook of a party that is gone is disabled', async () => {
    const shop = world.party('shop')
    const made = await world.call('/v1/webhooks', {
      ...{ method: 'POST', key: shop, body: { url: receiver.url } },
    })
    world.registry.parties.remove('shop')
    world.office.tidy()
    const told = await world.call(`/v1/webhooks/${made.json['id']}`, { key: regulator })
    expect(told.json).toMatchObject({ status: 'disabled', disabledFor: 'no_party' })
  })
})
