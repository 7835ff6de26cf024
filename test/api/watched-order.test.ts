/** Facts that are heard in another order than they happened in: what is found is the same. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { epc, lot, made, packed, sscc, startWatched, things, type Watched } from './watched.ts'

let watched: Watched
beforeEach(async () => {
  watched = await startWatched('food')
})
afterEach(() => watched.world.close())

const CARTONS = ['A', 'B', 'C', 'D'].map(epc)
const capture = (...events: object[]) => watched.world.capture(watched.maker, ...events)

/** Four cartons of one lot, on a pallet that is sent. */
const making = made(1, ['A', 'B', 'C', 'D'], 'L1')
const packing = packed(2, 'ADD', sscc(1), { childEPCs: CARTONS })
const shipping = things(3, 'shipping', [sscc(1)])

describe('a pallet that is packed before its cartons are heard to be made', () => {
  it.each([
    ['as it happened', [making, packing, shipping]],
    ['packed first', [packing, making, shipping]],
    ['made at last', [packing, shipping, making]],
    ['in one go, made at last', [[packing, shipping, making]]],
  ])('balances: %s', async (_, parts) => {
    for (const part of parts) {
      await capture(...[part].flat())
      await watched.raised('E3', 0)
    }
    const { ledger } = watched.world.alerts
    expect(ledger.entries(`lot ${lot('L1')}`)).toEqual([])
    const into = watched.world.alerts.facts.packingsOf(lot('L1'), 10)
    expect(into).toMatchObject([{ parent: sscc(1), amount: 4 }])
  })
})
