import { describe, expect, it } from 'vitest'
import { type LotEvent, lastCustody, lotPortions, stateBy } from '#risk/custody.ts'
import type { EffectiveRow } from '#trace/carriers.ts'

type Row = LotEvent['row']

const row = (bizStep: string, more: Partial<Row> = {}): Row => ({
  ...{ bizStep, type: 'ObjectEvent', action: 'OBSERVE', role: 'object' },
  ...more,
})

const at = (party: string, bizStep: string, quantity?: number, more: Partial<LotEvent> = {}) => ({
  row: row(bizStep),
  party,
  quantity,
  uom: 'KGM',
  isCarried: false,
  ...more,
})

const told = (...events: LotEvent[]) =>
  lotPortions(events).map(({ party, state, quantity }) => `${party} ${state} ${quantity}`)

const made = (quantity: number) =>
  at('maker', 'commissioning', quantity, { row: row('commissioning', { action: 'ADD' }) })

describe('what became of an item', () => {
  it.each([
    ['sold', row('retail_selling')],
    ['sold', row('dispensing')],
    ['used', row('installing')],
    [
      'used',
      row('commissioning', { type: 'TransformationEvent', action: undefined, role: 'input' }),
    ],
    ['destroyed', row('destroying')],
    ['destroyed', row('inspecting', { action: 'DELETE' })],
    ['in_transit', row('shipping')],
    ['held', row('receiving')],
    ['held', row('unpacking', { type: 'AggregationEvent', action: 'DELETE', role: 'child' })],
  ] as const)('%s is told by its last event', (state, its) => {
    expect(stateBy(its)).toBe(state)
  })
})

describe('who has a unit', () => {
  const own = (bizStep: string) => ({ row: row(bizStep), path: [] }) as unknown as EffectiveRow
  const carried = (bizStep: string) => {
    return { row: row(bizStep), path: [{}] } as unknown as EffectiveRow
  }
  const last = (...rows: EffectiveRow[]) => lastCustody(rows)?.row.bizStep

  it('is told by its sale, whatever becomes of what carried it', () => {
    expect(last(own('receiving'), own('retail_selling'), carried('shipping'))).toBe(
      'retail_selling',
    )
    expect(last(own('dispensing'), own('decommissioning'))).toBe('dispensing')
  })

  it('is whoever has it since it was taken back', () => {
    expect(last(own('retail_selling'), own('returning'), carried('shipping'))).toBe('shipping')
    expect(last(own('retail_selling'), own('receiving'), own('destroying'))).toBe('destroying')
    expect(last(own('retail_selling'), own('destroying'), carried('shipping'))).toBe('destroying')
  })
})

describe('the parts of a lot', () => {
  it('are told in decimals, and what is used up leaves nothing behind', () => {
    const consumed = at('maker', 'consuming', 0.1)
    const used = ['maker held 0', 'maker used 0.3']
    expect(told(made(0.3), consumed, consumed, consumed)).toEqual(used)
    expect(told(made(0.1), made(0.2))).toEqual(['maker held 0.3'])
  })

  it('are at whom it was made less what left, and at whom it arrived', () => {
    const sent = at('maker', 'shipping', 40, { to: 'shop' })
    expect(told(made(100), sent)).toEqual(['maker held 60', 'shop in_transit 40'])
    expect(told(made(100), sent, at('shop', 'receiving', 40))).toEqual([
      'maker held 60',
      'shop held 40',
    ])
  })

  it('that arrive in steps, or on a pallet, arrive once', () => {
    const steps = [
      at('shop', 'arriving', 40),
      at('shop', 'receiving', 40),
      at('shop', 'accepting', 40),
    ]
    expect(told(...steps)).toEqual(['shop held 40'])
    const pallet = [at('shop', 'receiving', 40, { isCarried: true }), at('shop', 'receiving', 40)]
    expect(told(...pallet)).toEqual(['shop held 40'])
  })

  it('that arrive twice are two', () => {
    expect(told(at('shop', 'receiving', 40), at('shop', 'receiving', 40))).toEqual(['shop held 80'])
  })

  it('that are used, sold or destroyed are told apart, and never less than nothing is left', () => {
    const input = {
      row: row('commissioning', { type: 'TransformationEvent', role: 'input' }),
    } as const
    expect(
      told(
        made(10),
        at('maker', '', 4, input),
        at('maker', 'retail_selling', 3),
        at('maker', 'destroying', 9),
      ),
    ).toEqual(['maker held 0', 'maker used 4', 'maker sold 3', 'maker destroyed 9'])
  })

  it('of which no amount is told are still told where they are', () => {
    expect(told(made(10), at('maker', 'shipping'), at('shop', 'receiving'))).toEqual([
      'maker held 10',
      'shop held 0',
    ])
  })
})
