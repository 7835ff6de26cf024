import { describe, expect, it } from 'vitest'
import { identify } from '#epcis/identifier.ts'
import {
  amounts,
  eventsOfRun,
  type Interval,
  intervalsOf,
  objectsOf,
  type SeenAmount,
  type SeenEvent,
} from './replay.ts'
import { linesOf, runOf } from './run.ts'

// Two days of production: the second uses the farms, trucks and cages of the first again.
const run = runOf({ seed: 'truth', items: 1700 })
const events = eventsOfRun(run.messages)
const inside = intervalsOf(events, 'AggregationEvent')

describe('the truth of a simulated world', () => {
  it('has what is in what and when, as a replay of the events finds it', () => {
    expect(sorted(inside)).toEqual(
      sorted(linesOf(run, 'contains').map(({ kind: _, ...line }) => line)),
    )
  })

  it('has what each sensor is mounted on and when', () => {
    const mounted = intervalsOf(events, 'AssociationEvent')
    const told = linesOf(run, 'associated').map(
      ({ kind: _, asset: parent, sensor: child, ...line }): Interval => ({
        parent,
        child,
        ...line,
      }),
    )
    expect(sorted(mounted)).toEqual(sorted(told))
    expect(told.some(({ until }) => until !== undefined)).toBe(true)
  })

  it('has which lots became what', () => {
    const seen = events
      .filter(({ type }) => type === 'TransformationEvent')
      .map((event) => ({
        kind: 'becomes',
        time: event.eventTime,
        inputs: amounts(event, 'inputEPCList', 'inputQuantityList'),
        outputs: amounts(event, 'outputEPCList', 'outputQuantityList'),
        eventIDs: [event.eventID],
      }))
    expect(sorted(linesOf(run, 'becomes'))).toEqual(sorted(seen))
    const mixing = seen.filter(({ inputs }) => inputs.length === 3)
    expect(mixing.length).toBeGreaterThan(0)
  })

  it('has every shipment with its receipt', () => {
    const shipped = new Map<string, SeenEvent>()
    const seen = events.flatMap((event) => {
      const units = objectsOf(event).map(({ key }) => key)
      if (event.bizStep === 'shipping') for (const unit of units) shipped.set(unit, event)
      if (event.bizStep !== 'receiving') return []
      return units.map((unit) => {
        const start = shipped.get(unit)
        return {
          kind: 'moves',
          unit,
          from: identify(start?.readPoint.id ?? '').key,
          to: identify(event.readPoint.id).key,
          shipped: start?.eventTime,
          received: event.eventTime,
          eventIDs: [start?.eventID, event.eventID],
        }
      })
    })
    expect(sorted(linesOf(run, 'moves'))).toEqual(sorted(seen))
  })

  it('has the end of every item: its lot, where it is, in what', () => {
    const seen = endsOf(events, inside)
    expect(sorted(linesOf(run, 'item'))).toEqual(sorted(seen))
    const states = new Set(seen.map(({ state }) => state))
    expect(states).toEqual(new Set(['sold', 'on_shelf', 'stored']))
  })
})

describe('quantities', () => {
  const becomes = linesOf(run, 'becomes')
  const made = new Map<string, number>()
  const used = new Map<string, number>()
  const add = (sums: Map<string, number>, goods: readonly SeenAmount[]) => {
    for (const { key, quantity } of goods)
      sums.set(key, (sums.get(key) ?? 0) + millilitres(quantity))
  }
  for (const event of events) {
    if (event.action === 'ADD' && event.type === 'ObjectEvent') add(made, objectsOf(event))
  }
  for (const { inputs, outputs } of becomes) {
    add(used, inputs)
    add(made, outputs)
  }

  it('of a lot that goes in are never more than were made', () => {
    const overdrawn = [...used].filter(([key, ml]) => ml > (made.get(key) ?? 0))
    expect(overdrawn).toEqual([])
  })

  it('of a tank are all filled, and of a farm’s milk all that was taken in', () => {
    for (const [key, ml] of used) {
      // What is added to it comes in a lot that is to last for days.
      if (!key.includes('/10/G')) expect([key, ml]).toEqual([key, made.get(key)])
    }
  })

  it('that come out of a transformation are 98 to 100 % of what goes in', () => {
    for (const { inputs, outputs } of becomes) {
      const yields = litresOf(outputs) / litresOf(inputs)
      expect(yields).toBeGreaterThan(0.98)
      expect(yields).toBeLessThanOrEqual(1)
    }
  })
})

/** 950 ml is what a carton holds. */
function millilitres(quantity: number | undefined): number {
  return quantity === undefined ? 950 : Math.round(quantity * 1000)
}

function litresOf(goods: readonly SeenAmount[]): number {
  return goods.reduce((sum, { quantity }) => sum + millilitres(quantity), 0)
}

function endsOf(all: readonly SeenEvent[], intervals: readonly Interval[]) {
  const lots = new Map<string, string>()
  const last = new Map<string, SeenEvent>()
  for (const event of all) {
    const lot = event.ilmd?.['cbvmda:lotNumber']
    for (const { key } of amounts(event, 'outputEPCList', '')) {
      lots.set(key, key.replace(/21\/.*$/, `10/${lot}`))
    }
    for (const { key } of objectsOf(event)) {
      const before = last.get(key)
      if (isSold(before)) throw new Error(`${key} is seen after its sale`)
      last.set(key, event)
    }
    // An unpacking tells where parent and children are after it [EPCIS 7.4.3].
    if (event.type !== 'AggregationEvent') continue
    const touched = intervals.filter(({ eventIDs }) => eventIDs.at(-1) === event.eventID)
    for (const { child } of touched) last.set(child, event)
  }
  const holder = new Map(
    intervals.filter(({ until }) => until === undefined).map((one) => [one.child, one.parent]),
  )
  const containersOf = (key: string): string[] => {
    const parent = holder.get(key)
    return parent === undefined ? [] : [parent, ...containersOf(parent)]
  }
  return [...lots].map(([key, lot]) => {
    const containers = containersOf(key)
    const event = last.get(containers.at(-1) ?? key)
    const sold = isSold(event)
    const onShelf = event?.disposition === 'sellable_accessible'
    const state = sold ? 'sold' : onShelf ? 'on_shelf' : 'stored'
    const place = identify((event?.bizLocation ?? event?.readPoint)?.id ?? '').key
    return { kind: 'item', key, lot, state, place, containers }
  })
}

function isSold(event: SeenEvent | undefined): boolean {
  return ['retail_sold', 'dispensed'].includes(event?.disposition ?? '')
}

function sorted(lines: readonly object[]): string[] {
  const flat = lines.map((line) => JSON.stringify(Object.entries(line).sort()))
  return flat.sort()
}
