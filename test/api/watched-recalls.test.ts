/** Rules about recalls, end to end, over a reader of recalls that a test holds: G1 to G4. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { HeldRecalls, RECALL } from './held-recalls.ts'
import { epc, lot, made, packed, sscc, startWatched, things, type Watched } from './watched.ts'

let watched: Watched
let recalls: HeldRecalls
beforeEach(async () => {
  recalls = new HeldRecalls()
  watched = await startWatched('food', {}, { recalls })
})
afterEach(() => watched.world.close())

const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)
const captureAt = (key: string, ...events: object[]) => watched.world.capture(key, ...events)
const subjects = async (rule: string, hoursAhead = 0) =>
  (await watched.raised(rule, hoursAhead)).map(({ subject }) => subject)
/** Hours from now until a day of March 2026, which is past: the clock of a test cannot go back. */
const sinceDecided = (hoursAgo: number) => (Date.now() - hoursAgo * 3600e3) * 1000

describe('recalled, and still moving (G1)', () => {
  beforeEach(async () => {
    recalls.put({})
    await capture(made(1, ['A'], 'L1'))
  })

  it('shipped after the recall is told at once; before it is not', async () => {
    recalls.open([lot('L1')])
    await capture(things(2, 'shipping', [epc('A')]))
    expect(await subjects('G1')).toEqual([])
    await captureAt(watched.shop, things(4, 'retail_selling', [epc('A')]))
    const [alert] = await watched.raised('G1', 0)
    expect(alert).toMatchObject({ subject: epc('A'), severity: 'critical' })
  })

  it('is found of what moved before it was known to be recalled', async () => {
    await captureAt(watched.shop, things(4, 'retail_selling', [epc('A')]))
    expect(await subjects('G1')).toEqual([])
    recalls.open([epc('A')])
    expect(await subjects('G1')).toEqual([epc('A')])
  })

  it('is withdrawn once it is no longer in the scope, with the reason', async () => {
    recalls.open([epc('A')])
    await captureAt(watched.shop, things(4, 'retail_selling', [epc('A')]))
    expect(await subjects('G1')).toEqual([epc('A')])
    recalls.release(epc('A'))
    expect(await subjects('G1')).toEqual([])
    expect(await watched.states('G1')).toEqual(['withdrawn'])
  })

  it('going back to whoever recalls is what was asked for', async () => {
    recalls.open([lot('L1')])
    const destinationList = [{ type: 'owning_party', destination: 'party:maker' }]
    await captureAt(watched.shop, things(4, 'shipping', [epc('A')], { destinationList }))
    expect(await subjects('G1')).toEqual([])
  })

  it('sees what is in a pallet, and says that it is inferred', async () => {
    recalls.open([epc('A')])
    await capture(
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('A')] }),
      things(4, 'shipping', [sscc(1)]),
    )
    const [alert] = await watched.raised('G1', 0)
    expect(alert).toMatchObject({ subject: sscc(1), certainty: 'inferred' })
    const { affected } = await watched.detail(alert?.['id'])
    expect(affected).toMatchObject([{ key: epc('A'), path: [sscc(1)] }])
  })

  it('sees the pallet that left before anybody knew', async () => {
    await capture(
      packed(2, 'ADD', sscc(1), { childEPCs: [epc('A')] }),
      things(4, 'shipping', [sscc(1)]),
    )
    expect(await subjects('G1')).toEqual([])
    recalls.open([epc('A')])
    expect(await subjects('G1')).toEqual([sscc(1)])
  })
})

describe('clocks of a recall (G2)', () => {
  it('warn before a deadline, and are late after it', async () => {
    recalls.put({ decidedUs: sinceDecided(0) })
    expect(await subjects('G2', 19)).toEqual([])
    expect(await watched.raised('G2', 20)).toMatchObject([{ severity: 'warning' }])
    expect(await watched.raised('G2', 25)).toMatchObject([{ severity: 'critical' }])
    expect((await watched.states('G2')).length).toBe(1)
  })

  it('say nothing of what was done in time', async () => {
    const decidedUs = sinceDecided(0)
    recalls.put({ decidedUs, done: [{ step: 'start', timeUs: decidedUs + 1 }] })
    expect(await subjects('G2', 25)).toEqual([])
  })
})

describe('no answer (G3), and a scope that is too wide (G4)', () => {
  const holder = { key: 'party:shop', shipped: 1, onHand: 0, returned: 0, destroyed: 0, used: 0 }

  it('is told a day after the notice, once, and ends with the answer', async () => {
    const notifiedUs = sinceDecided(0)
    recalls.put({ decidedUs: notifiedUs, consignees: [{ ...holder, notifiedUs }] })
    expect(await subjects('G3', 23)).toEqual([])
    const [alert] = await watched.raised('G3', 25)
    expect(alert).toMatchObject({ subject: 'party:shop', parties: ['shop'] })
    await watched.raised('G3', 30)
    const { steps } = (await watched.detail(alert?.['id'])) as { steps: { step: string }[] }
    expect(steps.filter(({ step }) => step !== 'escalated')).toHaveLength(1)
    const acknowledgedUs = notifiedUs + 31 * 3600e6
    recalls.put({ decidedUs: notifiedUs, consignees: [{ ...holder, notifiedUs, acknowledgedUs }] })
    expect(await watched.raised('G3', 32)).toMatchObject([{ to: expect.any(String) }])
  })

  it('an answer in time, and a holder who was not told, are none', async () => {
    const notifiedUs = sinceDecided(0)
    const answered = { ...holder, notifiedUs, acknowledgedUs: notifiedUs + 3600e6 }
    recalls.put({
      decidedUs: notifiedUs,
      consignees: [answered, { ...holder, key: 'party:maker' }],
    })
    expect(await subjects('G3', 99)).toEqual([])
  })

  it('a scope of which little is proven is told; one of which most is, is not', async () => {
    const scope = { part: 'summary', suspects: 1, added: {} } as const
    recalls.put({ scope: { ...scope, tiers: { proven: 9, inferred: 1, possible: 0 } } })
    expect(await subjects('G4')).toEqual([])
    recalls.put({ scope: { ...scope, tiers: { proven: 1, inferred: 0, possible: 9 } } })
    expect(await subjects('G4')).toEqual([RECALL])
  })
})
