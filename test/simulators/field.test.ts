import { describe, expect, it } from 'vitest'
import { quietField } from '#simulators/field/field.ts'
import { childrenOf, eventsOf, objectsOf } from './replay.ts'
import { bytesOf, linesOf, runOfWorld } from './run.ts'

const options = { world: 'pork', items: 900, seed: 'field' } as const
const calm = runOfWorld(options)
const calmEvents = new Map(calm.messages.flatMap(eventsOf).map((event) => [event.eventID, event]))
const runWith = (rates: Partial<typeof quietField>) =>
  runOfWorld({ ...options, field: { ...quietField, ...rates } })

/** The truth without what is told of the field. */
function happened(run: typeof calm): string[] {
  return run.truth.filter(({ kind }) => kind !== 'field').map((line) => JSON.stringify(line))
}

describe('what lies between what happens and what is reported', () => {
  it('leaves what happens alone, and its own doings are the same for one seed', () => {
    const rates = { missedReads: 0.05, duplicates: 0.1, late: 0.02, wrongClocks: 0.2, lost: 0.01 }
    const rough = runWith(rates)
    expect(happened(rough).sort()).toEqual(happened(calm).sort())
    expect(bytesOf(runWith(rates))).toBe(bytesOf(rough))
    expect(bytesOf(rough)).not.toBe(bytesOf(calm))
  })

  it('keeps the last message last, and all others in the order in which they are sent', () => {
    const rough = runWith({ late: 0.5, lost: 0.2 })
    expect(rough.messages.at(-1)?.payload).toBe(calm.messages.at(-1)?.payload)
    const sent = rough.messages.map(({ atUs }) => atUs)
    expect([...sent].sort((a, b) => a - b)).toEqual(sent)
  })

  it('tells of each read that is missed which event misses what', () => {
    const rough = runWith({ missedReads: 0.05 })
    const reported = new Map(
      rough.messages.flatMap(eventsOf).map((event) => [event.eventID, event]),
    )
    const lines = linesOf(rough, 'field')
    const lost = lines.filter(({ what }) => what === 'lost')
    expect(lost.filter(({ eventID }) => reported.has(eventID))).toEqual([])
    expect(reported.size + lost.length).toBe(calmEvents.size)
    const missed = lines.filter(({ what }) => what === 'missed-read')
    let [reads, left] = [0, 0]
    for (const [eventID, event] of calmEvents) {
      const told = missed.find((line) => line.eventID === eventID)?.keys ?? []
      const now = reported.get(eventID)
      if (now === undefined) continue
      const keys = (one: typeof event) =>
        [...objectsOf(one), ...childrenOf(one)].map((it) => it.key)
      const named = new Set(keys(now))
      expect(
        keys(event)
          .filter((key) => !named.has(key))
          .sort(),
      ).toEqual([...told].sort())
      if (event.action !== 'ADD' || event.type !== 'ObjectEvent') {
        reads += keys(event).length
        left += named.size
      }
    }
    expect(1 - left / reads).toBeGreaterThan(0.03)
    expect(1 - left / reads).toBeLessThan(0.07)
  })

  it('never misses what a machine makes or uses up', () => {
    const rough = runWith({ missedReads: 0.9, wrongScans: 0.9 })
    const kinds = ['TransformationEvent']
    const made = (events: Iterable<{ type: string; action?: string }>) =>
      [...events].filter(({ type, action }) => kinds.includes(type) || isMaking(type, action))
    expect(made(rough.messages.flatMap(eventsOf))).toEqual(made(calmEvents.values()))
  })

  it('sends in duplicate what it says it does, byte for byte', () => {
    const rough = runWith({ duplicates: 0.1 })
    const counts = new Map<string, number>()
    for (const { payload, device } of rough.messages) {
      const name = `${device.party} ${device.device} ${payload}`
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    const doubled = [...counts.values()].filter((count) => count === 2).length
    expect(rough.messages.length - calm.messages.length).toBe(doubled)
    expect(doubled / calm.messages.length).toBeGreaterThan(0.08)
    expect(linesOf(rough, 'field').every(({ what }) => what === 'duplicate')).toBe(true)
  })

  it('reports at the time of a wrong clock, and says which time that is', () => {
    const rough = runWith({ wrongClocks: 0.3 })
    const told = new Map(linesOf(rough, 'field').map(({ eventID, time }) => [eventID, time]))
    expect(told.size).toBeGreaterThan(20)
    for (const event of rough.messages.flatMap(eventsOf)) {
      const time = told.get(event.eventID) ?? calmEvents.get(event.eventID)?.eventTime
      expect(event.eventTime).toBe(time)
    }
  })

  it('leaves out the unpackings that nobody sees', () => {
    const rough = runWith({ unseenUnpacking: 0.5 })
    const reported = new Set(rough.messages.flatMap(eventsOf).map(({ eventID }) => eventID))
    const unseen = [...calmEvents.values()].filter(({ eventID }) => !reported.has(eventID))
    expect(unseen.length).toBeGreaterThan(20)
    expect(unseen.every(({ action, type }) => action === 'DELETE' && type === 'AggregationEvent'))
    expect(
      linesOf(rough, 'field')
        .map(({ eventID }) => eventID)
        .sort(),
    ).toEqual(unseen.map(({ eventID }) => eventID).sort())
  })
})

function isMaking(type: string, action: string | undefined): boolean {
  return type === 'ObjectEvent' && action === 'ADD'
}
