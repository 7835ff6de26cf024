/** Who has to take an alert up, and what everybody is told of goods that are not to move. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { amount, epc, lot, made, report, startWatched, things, type Watched } from './watched.ts'

let watched: Watched
beforeEach(async () => {
  watched = await startWatched('drugs')
})
afterEach(() => watched.world.close())

type Step = { readonly step: string; readonly to?: string; readonly by: string }
const notice = { zh: '请勿食用', en: 'Do not eat it' }

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)

async function step(id: string, body: object, key = watched.regulator) {
  const { world } = watched
  return await world.call(`/v1/alerts/${id}/steps`, { method: 'POST', key, body })
}

/** A serial that was commissioned twice: a critical alert that concerns its maker. */
async function twice(name = 'A'): Promise<string> {
  await capture(made(1, [name], 'L1'), made(2, [name], 'L1'))
  const [alert] = await watched.raised('C2', 0)
  return String(alert?.['id'])
}

/** To whom it has gone, as of several times one behind the other. */
async function escalated(id: string, ...hoursAhead: number[]): Promise<(string | undefined)[]> {
  for (const hours of hoursAhead) await watched.world.watched(hours)
  const { steps } = (await watched.detail(id)) as unknown as { steps: Step[] }
  return steps.filter((each) => each.step === 'escalated').map(({ to }) => to)
}

describe('an alert that nobody takes up', () => {
  it('goes on being escalated where whom it concerns has acknowledged it', async () => {
    const id = await twice()
    const { maker } = watched
    expect((await step(id, { action: 'acknowledge', reason: 'seen' }, maker)).status).toBe(201)
    expect(await escalated(id, 0.5)).toEqual(['duty_officer'])
    // An authority may acknowledge it beside that, once, and ends it.
    expect((await step(id, { action: 'acknowledge', reason: 'ours' })).status).toBe(201)
    const again = await step(id, { action: 'acknowledge', reason: 'ours' })
    expect(again.json).toMatchObject({ code: 'wrong_state' })
    expect(await escalated(id, 9)).toEqual(['duty_officer'])
  })

  it('is escalated anew, level by level, once it is reopened', async () => {
    const id = await twice()
    expect(await escalated(id, 0.5)).toEqual(['duty_officer'])
    await step(id, { action: 'resolve', reason: 'x', causeCode: 'genuine' })
    expect(await escalated(id, 9)).toEqual(['duty_officer'])
    await step(id, { action: 'reopen', reason: 'it goes on' })
    expect(await watched.detail(id)).toMatchObject({ state: 'open', escalation: 0 })
    expect(await escalated(id, 9.2)).toEqual(['duty_officer'])
    expect(await escalated(id, 9.3)).toEqual(['duty_officer', 'duty_officer'])
    expect((await escalated(id, 10.1, 13.2)).slice(1)).toEqual([
      ...['duty_officer', 'section_head', 'office'],
    ])
  })

  it('goes to each level its whole time after the one before, however late that is', async () => {
    const id = await twice()
    // As where nothing has watched for five hours.
    expect(await escalated(id, 5, 5.7)).toEqual(['duty_officer'])
    expect(await escalated(id, 5.8, 8.7)).toEqual(['duty_officer', 'section_head'])
    expect(await escalated(id, 8.9)).toEqual(['duty_officer', 'section_head', 'office'])
    expect(await escalated(id, 48)).toHaveLength(3)
  })

  it('gives whom it is forwarded to the whole time of the level that it is at', async () => {
    const id = await twice()
    await watched.world.watched(0.2)
    const forward = { action: 'forward', reason: 'yours', to: 'shop' }
    expect((await step(id, forward)).status).toBe(201)
    expect(await escalated(id, 0.4)).toEqual([])
    expect(await escalated(id, 0.5)).toEqual(['duty_officer'])
    await watched.world.watched(1.2)
    await step(id, forward)
    expect(await escalated(id, 1.9)).toEqual(['duty_officer'])
    expect(await escalated(id, 2)).toEqual(['duty_officer', 'section_head'])
    // Once somebody has taken it up, forwarding begins nothing anew.
    await step(id, { action: 'acknowledge', reason: 'ours' })
    await step(id, forward)
    expect(await escalated(id, 48)).toHaveLength(2)
  })

  it('is escalated anew once it is raised again', async () => {
    const id = await twice()
    const rules = (basedOn: number, changes: object[]) =>
      watched.world.call('/v1/rules', {
        ...{ method: 'PUT', key: watched.regulator },
        body: { basedOn, changes, reason: 'x' },
      })
    await rules(0, [{ revision: 'r', rule: 'C2', enabled: false, fromUs: 0, reason: 'x' }])
    await watched.world.watched()
    expect(await watched.states('C2')).toEqual(['withdrawn'])
    await rules(1, [])
    await watched.world.watched()
    expect(await watched.states('C2')).toEqual(['open'])
    const all = ['duty_officer', 'section_head', 'office']
    expect(await escalated(id, 0.3, 1.1, 4.2, 30)).toEqual(all)
  })
})

describe('what the public is told of', () => {
  const publish = { action: 'publish', reason: 'people have it' }

  it('has a notice, and is no drill once it was real, nor real once it was a drill', async () => {
    const id = await twice()
    expect((await step(id, publish)).json).toMatchObject({ status: 400, path: '/notice' })
    expect((await step(id, { ...publish, notice })).status).toBe(201)
    const asDrill = { ...publish, notice, exercise: true }
    const refused = { status: 409, code: 'published_otherwise', path: '/exercise' }
    expect((await step(id, asDrill)).json).toMatchObject(refused)
    expect((await step(id, { ...publish, notice })).status).toBe(201)
    await step(id, { action: 'unpublish', reason: 'x' })
    expect((await step(id, asDrill)).status).toBe(201)
    expect((await step(id, { ...publish, notice })).json).toMatchObject(refused)
  })
})

describe('the verdict of everybody', () => {
  async function verdict(name: string, key?: string) {
    const path = `/v1/items/${encodeURIComponent(epc(name))}`
    const { json, text } = await watched.world.call(path, key === undefined ? {} : { key })
    const { verdict: its } = json as { verdict: { verdict: string; reasons: { fact: string }[] } }
    return { says: its.verdict, facts: its.reasons.map(({ fact }) => fact), text }
  }

  it('is to sell neither what is blocked nor what the public is warned of, without details', async () => {
    const id = await twice()
    const { shop } = watched
    await watched.world.capture(shop, things(3, 'receiving', [epc('A')]))
    await watched.world.watched()
    expect((await verdict('A')).says).toBe('sell')
    await step(id, { action: 'block', reason: 'a copy' })
    for (const key of [undefined, shop]) {
      const { says, facts, text } = await verdict('A', key)
      expect([says, facts[0]]).toEqual(['do_not_sell', 'alert_blocked'])
      expect(text).not.toContain(id)
      expect(text).not.toContain('Commissioned again')
    }
    // It stays blocked until it is unblocked, whatever the alert turned out to be.
    await step(id, { action: 'resolve', reason: 'x', causeCode: 'genuine' })
    expect(await verdict('A')).toMatchObject({ says: 'do_not_sell' })
    expect((await verdict('A', watched.regulator)).facts[0]).toBe('alert_blocked')
    await step(id, { action: 'unblock', reason: 'x' })
    expect(await verdict('A')).toMatchObject({ says: 'sell' })
    await step(id, { action: 'reopen', reason: 'x' })
    const publish = { action: 'publish', reason: 'x', notice }
    await step(id, { ...publish, exercise: true })
    expect(await verdict('A')).toMatchObject({ says: 'sell' })
    await step(id, { action: 'unpublish', reason: 'x' })
    await step(id, publish)
    expect(await verdict('A')).toMatchObject({ says: 'do_not_sell', facts: ['public_warning'] })
  })

  it('is to sell nothing that a failed test holds', async () => {
    const quantityList = [amount('L1', 1)]
    const make = {
      ...{ type: 'TransformationEvent', epcList: undefined, action: undefined },
      ...{ inputQuantityList: quantityList, outputEPCList: [epc('NEW')] },
    }
    await capture(made(1, ['A'], 'L1'), { ...things(2, 'commissioning', []), ...make })
    expect((await verdict('NEW')).says).toBe('sell')
    await watched.world.capture(
      watched.laboratory,
      report(3, '1', false, { quantityList: [{ epcClass: lot('L1') }] }),
    )
    await watched.raised('F1')
    for (const name of ['A', 'NEW']) {
      const { says, facts, text } = await verdict(name)
      expect([says, facts[0]], name).toEqual(['do_not_sell', 'held'])
      expect(text).not.toMatch(/F1-|failed/)
    }
  })
})
