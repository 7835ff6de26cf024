import { describe, expect, it } from 'vitest'
import { checkEvent } from '#epcis/check.ts'
import { readDocument } from '#epcis/document.ts'
import { identify } from '#epcis/identifier.ts'
import { allFaults } from '#simulators/faults.ts'
import { faultsIn } from '#simulators/worlds.ts'
import {
  amounts,
  childrenOf,
  eventsOf,
  eventsOfRun,
  intervalsOf,
  objectsOf,
  type SeenEvent,
} from './replay.ts'
import { bytesOf, linesOf, type Run, runOfWorld } from './run.ts'

const worlds = ['milk', 'pork', 'drugs', 'materials'] as const
const calm = new Map(
  worlds.map((world) => [world, runOfWorld({ world, items: 700, seed: 'calm' })]),
)
const faulty = new Map(
  worlds.map((world) => {
    return [world, runOfWorld({ world, items: 1200, seed: 'faulty', faults: allFaults })]
  }),
)

function run(runs: ReadonlyMap<string, Run>, world: string): Run {
  const found = runs.get(world)
  if (found === undefined) throw new Error(`no run of ${world}`)
  return found
}

describe.each(worlds)('the chain of %s', (world) => {
  it('is the same to the byte for the same options, and another for another seed', () => {
    const options = { world, items: 1200, seed: 'faulty', faults: allFaults }
    expect(bytesOf(runOfWorld(options))).toBe(bytesOf(run(faulty, world)))
    const names = new Set(itemsOf(run(faulty, world)))
    const other = runOfWorld({ ...options, seed: 'other' })
    expect(itemsOf(other).filter((key) => names.has(key))).toEqual([])
  })

  it('tells everything in time order and within its span', () => {
    for (const { timesUs, world: played } of [run(calm, world), run(faulty, world)]) {
      expect([...timesUs].sort((a, b) => a - b)).toEqual(timesUs)
      expect(timesUs[0]).toBeGreaterThanOrEqual(played.fromUs)
      expect(timesUs.at(-1)).toBeLessThanOrEqual(played.toUs)
    }
  })

  it('sends only events that hold, with nothing odd about them', () => {
    const found = run(faulty, world)
      .messages.filter(({ device }) => device.channel === 'epcis')
      .flatMap(({ payload }) => {
        const read = readDocument(JSON.parse(payload))
        if (!read.ok) return [read]
        return read.events
          .map(({ event, context }) => checkEvent(event, context))
          .filter((checked) => !checked.ok || checked.warnings.length > 0)
      })
    expect(found).toEqual([])
  })

  it('names nothing before an event has made it', () => {
    const known = new Set(itemLotsOf(run(calm, world)))
    const aliases = new Set(linesOf(run(calm, world), 'alias').map(({ alias }) => alias))
    const unmade = eventsOfRun(run(calm, world).messages).flatMap((event) => {
      const isMaking = event.type === 'ObjectEvent' && event.action === 'ADD'
      const made = [
        ...(isMaking ? objectsOf(event) : []),
        ...amounts(event, 'outputEPCList', 'outputQuantityList'),
      ]
      for (const { key } of made) known.add(key)
      const named = [
        ...objectsOf(event),
        ...childrenOf(event),
        ...amounts(event, 'inputEPCList', 'inputQuantityList'),
      ]
      return named.map(({ key }) => key).filter((key) => !known.has(key) && !aliases.has(key))
    })
    expect(unmade).toEqual([])
  })

  it('registers every place and product that its events name', () => {
    const { world: played, messages, truth } = run(faulty, world)
    const places = new Set(played.places.map(({ key }) => key))
    const named = messages
      .flatMap(eventsOf)
      .flatMap(({ readPoint, bizLocation }) => [readPoint, bizLocation ?? readPoint])
      .map(({ id }) => identify(id).key)
    expect(named.filter((key) => !places.has(key))).toEqual([])
    const products = new Set(played.products.map(({ key }) => key))
    const classes = truth
      .flatMap((line) => (line.kind === 'becomes' ? [...line.inputs, ...line.outputs] : []))
      .filter(({ key }) => !key.includes('/8004/'))
      .map(({ key }) => (key.startsWith('drugcode:') ? key.slice(0, 16) : key.slice(0, 36)))
    expect(classes.filter((key) => !products.has(key))).toEqual([])
  })

  it('makes exactly as many items as it is asked, each with an end', () => {
    for (const items of [1, 7, 241, 500]) {
      const ends = linesOf(runOfWorld({ world, items }), 'item')
      expect(new Set(ends.map(({ key }) => key)).size).toBe(items)
      expect(ends).toHaveLength(items)
    }
  })

  it('has in its truth what is in what and when, as a replay of the events finds it', () => {
    const seen = intervalsOf(eventsOfRun(run(calm, world).messages), 'AggregationEvent')
    const told = linesOf(run(calm, world), 'contains').map(({ kind: _, ...line }) => line)
    expect(textsOf(told)).toEqual(textsOf(seen))
  })

  it('lets no more come out than went in, but where it is told to be diluted', () => {
    const grams = gramsOf(run(faulty, world))
    const diluted = linesOf(run(faulty, world), 'fault')
      .filter(({ fault }) => fault === 'dilution')
      .map(({ subject }) => subject)
    expect(diluted.length).toBeGreaterThan(0)
    for (const { inputs, outputs } of linesOf(run(faulty, world), 'becomes')) {
      const isWeighed = [...inputs, ...outputs].every(({ key }) => grams(key) !== undefined)
      if (!isWeighed) continue
      const total = (goods: typeof inputs) =>
        goods.reduce((sum, { key, quantity }) => sum + (quantity ?? (grams(key) ?? 0) / 1000), 0)
      const isDiluted = outputs.some(({ key }) => diluted.includes(key))
      if (isDiluted) expect(total(outputs)).toBeGreaterThan(total(inputs) * 1.1)
      else expect(total(outputs)).toBeLessThanOrEqual(total(inputs) + 1e-6)
    }
  })

  it('lets every fault happen that it can, and tells when it can be known', () => {
    const faults = linesOf(run(faulty, world), 'fault')
    expect(new Set(faults.map(({ fault }) => fault))).toEqual(new Set(faultsIn(world)))
    expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length)
    for (const { knowable, happened } of faults) expect(knowable >= happened).toBe(true)
    const reported = new Set(run(faulty, world).messages.flatMap(({ eventIDs }) => eventIDs))
    for (const { fault, eventIDs } of faults) {
      if (fault === 'missing_receipt') continue
      expect(eventIDs.filter((eventID) => !reported.has(eventID))).toEqual([])
    }
    expect(linesOf(run(calm, world), 'fault')).toEqual([])
  })

  it('tells of every critical fault which items it touches, each an item of the run', () => {
    const items = new Set(itemsOf(run(faulty, world)))
    const touched = new Map<string, number>()
    for (const { fault, keys } of linesOf(run(faulty, world), 'touched')) {
      expect(keys.filter((key) => !items.has(key))).toEqual([])
      touched.set(fault, (touched.get(fault) ?? 0) + keys.length)
    }
    const critical = linesOf(run(faulty, world), 'fault').filter((line) => line.critical)
    const unlicensed = 'unlicensed_supplier'
    for (const { id, fault } of critical.filter((line) => line.fault !== unlicensed)) {
      expect([fault, touched.get(id) ?? 0]).not.toEqual([fault, 0])
    }
  })
})

describe('faults, looked at as a stranger would', () => {
  const pork = run(faulty, 'pork')
  const events = eventsOfRun(pork.messages)
  const of = (fault: string) => linesOf(pork, 'fault').filter((line) => line.fault === fault)
  const sales = events.filter(({ bizStep }) => ['retail_selling', 'dispensing'].includes(bizStep))
  const salesOf = (key: string) => sales.filter((event) => keysOf(event).includes(key))

  it('a second sale is one, at another place', () => {
    for (const { subject } of of('second_sale')) {
      const places = salesOf(subject).map(({ readPoint }) => readPoint.id)
      expect(new Set(places).size).toBe(2)
    }
  })

  it('an expired item is sold after its date', () => {
    for (const { subject } of of('expired_sale')) {
      const made = events.find((event) =>
        amounts(event, 'outputEPCList', '').some(({ key }) => key === subject),
      )
      const date = made?.ilmd?.['cbvmda:itemExpirationDate'] ?? '9999'
      expect(salesOf(subject).every(({ eventTime }) => eventTime.slice(0, 10) > date)).toBe(true)
      expect(salesOf(subject)).toHaveLength(1)
    }
  })

  it('all other items are sold once at most, and in time', () => {
    const faulted = new Set(
      [...of('second_sale'), ...of('expired_sale')].map((line) => line.subject),
    )
    const counts = new Map<string, number>()
    for (const key of sales.flatMap(keysOf)) counts.set(key, (counts.get(key) ?? 0) + 1)
    expect([...counts].filter(([key, count]) => count > 1 && !faulted.has(key))).toEqual([])
  })

  it('a van whose cooling fails is over eight degrees for hours, and no other is', () => {
    const broken = new Set(of('cold_chain_break').map(({ subject }) => subject))
    const hidden = new Set(of('hidden_cold_chain_break').map(({ subject }) => subject))
    const warm = new Map<string, number>()
    for (const { device, payload } of pork.messages) {
      if (device.channel !== 'telemetry' || device.site !== 'fleet') continue
      const pack: { v: number }[] = JSON.parse(payload)
      const over = pack.filter(({ v }) => v > 8).length
      warm.set(device.epc ?? '', (warm.get(device.epc ?? '') ?? 0) + over)
    }
    // Every five minutes.
    for (const [epc, count] of warm) {
      if (broken.has(epc) || hidden.has(epc)) expect(count).toBeGreaterThan(24)
      else expect(count).toBe(0)
    }
    expect(broken.size + hidden.size).toBe(2)
  })

  it('a supplier without a licence is one whose licence ran out', () => {
    const [line] = of('unlicensed_supplier')
    const party = pork.world.parties.find(({ pgln }) => pgln === line?.subject)
    expect(party?.licence?.validUntil).toMatch(/^2023/)
    const others = pork.world.parties.filter((one) => one !== party)
    expect(others.every(({ licence }) => (licence?.validUntil ?? '') > '2025-12')).toBe(true)
  })

  it('social credit codes have the right check character', () => {
    const codes = pork.world.parties.map(({ uscc = '' }) => uscc)
    expect(new Set(codes).size).toBe(codes.length)
    for (const code of codes) expect(identify(`uscc:${code}`).warnings).toEqual([])
  })
})

function itemsOf(one: Run): string[] {
  return linesOf(one, 'item').map(({ key }) => key)
}

function itemLotsOf(one: Run): string[] {
  return linesOf(one, 'item').map(({ lot }) => lot)
}

function keysOf(event: SeenEvent): string[] {
  return objectsOf(event).map(({ key }) => key)
}

function textsOf(lines: readonly object[]): string[] {
  return lines.map((line) => JSON.stringify(Object.entries(line).sort())).sort()
}

/** Grams of an item by its class; 0 for what is weighed by quantity; undefined for the rest. */
function gramsOf({ world }: Run): (key: string) => number | undefined {
  const grams = new Map(world.products.map(({ key, netContent }) => [key, netContent]))
  return (key) => {
    if (key.includes('/10/')) return 0
    const content = grams.get(key.startsWith('drugcode:') ? key.slice(0, 16) : key.slice(0, 36))
    return content === undefined ? undefined : Number(content.replace(/ (?:g|ml)$/, ''))
  }
}
