import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { amount, lot, product, serial } from '../trace/world.ts'
import { became, captureMilk, type Dairy, Desk, made, startDairy } from './recall-world.ts'

let dairy: Dairy
let desk: Desk

beforeEach(async () => {
  dairy = await startDairy()
  desk = new Desk(dairy)
})

afterEach(() => dairy.world.close())

const preview = (from: readonly object[], more: object = {}, key?: string) =>
  desk.post('/v1/recalls/preview', { from, ...more }, key)

describe('the preview of a recall', () => {
  it('tells tiers, assumptions, who has it and whose clock it would run by', async () => {
    await captureMilk(dairy)
    const { status, json } = await preview([{ lot: lot('L1') }])
    expect(status).toBe(200)
    expect(json).toMatchObject({
      suspects: 1,
      tiers: { proven: 5, inferred: 0, possible: 0 },
      complete: true,
      product: product(1),
      domain: 'food',
      law: 'food-cn',
      assumptions: [],
      parties: [
        { party: 'depot', items: 2 },
        { party: 'shop', items: 2 },
        { party: 'maker', items: 1 },
      ],
    })
    expect(json['items']).toHaveLength(5)
  })

  it('is what the draft then is', async () => {
    await dairy.world.capture(
      dairy.maker,
      made(0, [amount(lot('A'), 100, 'LTR')]),
      made(1, [amount(lot('B'), 100, 'LTR')]),
      became(2, [amount(lot('B'), 50, 'LTR')], [serial('x', 3), serial('y', 3)]),
      made(3, [serial('s')], 'A'),
    )
    const from = [{ lot: lot('A') }]
    const looked = await preview(from)
    const id = await desk.make(from)
    const { json } = await desk.get(`/v1/recalls/${id}/versions`)
    const [version] = json as unknown as { counts: Record<string, unknown> }[]
    const { suspects, tiers, assumptions } = version?.counts ?? {}
    expect(looked.json).toMatchObject({ suspects, tiers, assumptions })
    expect(JSON.stringify(assumptions)).toContain('same-line-and-day')
    const without = await preview(from, { assume: { sameLineAndDay: false } })
    expect(without.json['tiers']).toMatchObject({ possible: 0 })
  })

  it('keeps nothing', async () => {
    await captureMilk(dairy)
    await preview([{ lot: lot('L1') }])
    expect((await desk.get('/v1/recalls')).json['items']).toEqual([])
    expect(await desk.verdict(serial('c1', 2))).not.toBe('do_not_sell')
  })

  it('says that it has not seen all, where there is more than it looks at', async () => {
    const serials = Array.from({ length: 2_100 }, (_, at) => serial(`n${at}`))
    for (let at = 0; at < serials.length; at += 300) {
      await dairy.world.capture(dairy.maker, made(0, serials.slice(at, at + 300), 'A'))
    }
    const { json } = await preview([{ lot: lot('A') }])
    const { proven, inferred, possible } = json['tiers'] as Record<string, number>
    expect(json['complete']).toBe(false)
    expect((proven ?? 0) + (inferred ?? 0) + (possible ?? 0)).toBe(2_000)
    expect(json['items']).toHaveLength(20)
  })

  it('refuses what a draft would refuse, and those who make none', async () => {
    const refused = await preview([{ lot: lot('none') }])
    expect(refused.status).toBe(400)
    expect(refused.json).toMatchObject({ path: '/from/0' })
    expect((await preview([{ lot: lot('L1') }], {}, dairy.inspector)).status).toBe(403)
    expect((await preview([{ lot: lot('L1') }], {}, dairy.maker)).status).toBe(403)
  })
})
