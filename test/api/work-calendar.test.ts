/** Holidays, as an administrator loads them, and the deadlines that they move. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lot } from '../trace/world.ts'
import { captureMilk, type Dairy, Desk, startDairy } from './recall-world.ts'
import { adminKey } from './world.ts'

/** Labour Day of 2025, with the Sunday before it that was worked on. */
const MAY = {
  ...{ from: '2025-01-01', to: '2025-12-31', source: 'gov.cn, as published' },
  holidays: ['2025-05-01', '2025-05-02', '2025-05-05'],
  workdays: ['2025-04-27'],
}

let dairy: Dairy
beforeEach(async () => {
  dairy = await startDairy()
})
afterEach(() => dairy.world.close())

const PATH = '/v1/work-calendar'
const load = (body: object, key = adminKey) =>
  dairy.world.call(PATH, { method: 'PUT', key, body: { basedOn: 0, ...MAY, ...body } })

describe('the calendar of working days', () => {
  it('is loaded version by version, with who and where from, and old ones stay', async () => {
    const { world, inspector } = dairy
    expect((await world.call(PATH, { key: inspector })).status).toBe(404)
    expect((await load({})).json).toMatchObject({ version: 1, by: expect.any(String), ...MAY })
    expect((await load({})).json).toMatchObject({ status: 409, code: 'calendar_changed' })
    expect((await load({ basedOn: 1, holidays: [] })).json).toMatchObject({ version: 2 })
    expect((await world.call(PATH, { key: inspector })).json).toMatchObject({ holidays: [] })
    const first = await world.call(`${PATH}?version=1`, { key: inspector })
    expect(first.json).toMatchObject({ holidays: MAY.holidays })
    expect((await world.call(`${PATH}?version=9`, { key: inspector })).status).toBe(404)
  })

  it('is refused with its place where its days do not go together', async () => {
    const refused = async (body: object) => {
      const { status, json } = await load(body)
      return [status, json['code'], json['path']]
    }
    const outside = await refused({ holidays: ['2026-01-01'] })
    expect(outside).toEqual([400, 'day_outside', '/holidays/0'])
    const twice = await refused({ holidays: ['2025-05-01', '2025-05-01'] })
    expect(twice).toEqual([400, 'day_twice', '/holidays/1'])
    // A Sunday is off as it is, and a Monday worked on.
    const sunday = await refused({ holidays: ['2025-05-04'] })
    expect(sunday).toEqual([400, 'day_without_effect', '/holidays/0'])
    const monday = await refused({ workdays: ['2025-05-12'] })
    expect(monday).toEqual([400, 'day_without_effect', '/workdays/0'])
    expect(await refused({ to: '2024-12-31' })).toEqual([400, 'calendar_reversed', '/to'])
    expect((await refused({ from: 'May' }))[0]).toBe(400)
    expect((await load({}, dairy.first)).status).toBe(403)
  })

  it('moves the deadlines of recalls, for people and for rules', async () => {
    await captureMilk(dairy)
    const desk = new Desk(dairy)
    const decided = '2025-04-25T02:00:00Z'
    const id = await desk.make([{ lot: lot('L1') }], { decided, law: 'food-cn' })
    const clock = async () => {
      const { json } = await dairy.world.call(`/v1/recalls/${id}`, { key: dairy.first })
      return (json['progress'] as { clock: Record<string, unknown> }).clock
    }
    const before = await clock()
    expect(before).toMatchObject({ calendar: { days: 'weekdays' } })
    // From the Monday on: ten days from Monday to Friday.
    expect(JSON.stringify(before['deadlines'])).toContain('2025-05-09T16:00:00.000Z')
    await load({})
    const after = await clock()
    expect(after).toMatchObject({
      calendar: { days: 'holidays', version: 1, to: MAY.to },
      notes: [],
    })
    // Three days that are off, and a Sunday that is not.
    expect(JSON.stringify(after['deadlines'])).toContain('2025-05-13T16:00:00.000Z')
    await dairy.world.watched()
    const late = dairy.world.alerts.reader.alerts({ rules: ['G2'] }, { limit: 10 })
    expect(late.map(({ finding: { words } }) => words['due'])).toContain('2025-05-14 00:00+08:00')
    await load({ basedOn: 1, to: '2025-05-06' })
    expect(JSON.stringify(await clock())).toContain('beyond the days of the calendar')
  })
})
