/** What the sensors of items measured: as if it were read for each item, and read once for all. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SensorSamples } from '#ingest/watch/sensor-samples.ts'
import type { Reading, TelemetryQuery } from '#store/trail.ts'
import type { SensorStay } from '#trace/exposure.ts'
import { openStores } from './stores.ts'

const LATEST = 450
const certainty = 'observed' as const

const deviceOf = (name: string) => `urn:suyuan:device:farm:${name}`
const stay = (name: string, fromUs: number, toUs: number): SensorStay => {
  return { device: deviceOf(name), fromUs, toUs, certainty, via: [] }
}
const point = (name: string, timeUs: number, value: number, party = 'farm'): Reading => ({
  ...{ device: deviceOf(name), type: 'Temperature', component: '', uom: 'CEL' },
  ...{ timeUs, value, party },
})

const names = fc.constantFrom('a', 'b')
const times = fc.integer({ min: 1, max: 500 })
const readings = fc.array(
  fc
    .tuple(names, times, fc.constantFrom(4, 5), fc.constantFrom('farm', 'other'))
    .map((each) => point(...each)),
  { maxLength: 200 },
)
const stays = fc.array(
  fc
    .tuple(names, fc.oneof(times, fc.constant(-Infinity)), fc.oneof(times, fc.constant(Infinity)))
    .map((each) => stay(...each)),
  { maxLength: 5 },
)

/** The values of some stays, each once, gone through one by one. */
function valuesOf(all: readonly Reading[], its: readonly SensorStay[]): Set<string> {
  const last = new Map(all.map((each) => [`${each.device} ${each.party} ${each.timeUs}`, each]))
  const isIn = ({ device, timeUs }: Reading) =>
    timeUs <= LATEST &&
    its.some((each) => each.device === device && each.fromUs <= timeUs && timeUs <= each.toUs)
  return new Set([...last.values()].filter(isIn).map(nameOf))
}

const nameOf = ({ device, timeUs, value }: Pick<Reading, 'device' | 'timeUs' | 'value'>) =>
  `${device} ${timeUs} ${value}`

describe('what the sensors of items measured', () => {
  it('is for each of many items what it would be for that one, or as much of it as is held', async () => {
    const items = fc.array(stays, { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        readings,
        items,
        fc.integer({ min: 5, max: 250 }),
        async (all, asked, most) => {
          const stores = openStores()
          await stores.writer.apply({ events: [], readings: all, follower: 'ingest', to: 1 })
          const known = new SensorSamples(stores.writer, LATEST, most)
          for (const its of asked) {
            const { samples, isCut } = await known.during(its)
            const found = samples.map(({ device, timeUs, celsius }) =>
              nameOf({ device, timeUs, value: celsius }),
            )
            const wanted = valuesOf(all, its)
            expect(isCut).toBe(wanted.size > most)
            expect(new Set(found).size).toBe(found.length)
            if (isCut) expect(found.length).toBeGreaterThan(most)
            if (isCut) for (const each of found) expect(wanted).toContain(each)
            else expect(new Set(found)).toEqual(wanted)
          }
          await stores.close()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('is read once, and of what was not asked for yet no more than that', async () => {
    const { writer, close } = openStores()
    const all = Array.from({ length: 500 }, (_, at) => point('a', at, 5))
    await writer.apply({ events: [], readings: all, follower: 'ingest', to: 1 })
    const asked: TelemetryQuery[] = []
    const trail = {
      telemetry(query: TelemetryQuery) {
        asked.push(query)
        return writer.telemetry(query)
      },
    }
    const known = new SensorSamples(trail, LATEST, 1000)
    await known.during([stay('a', 100, 200)])
    expect((await known.during([stay('a', 120, 180)])).samples).toHaveLength(61)
    expect((await known.during([stay('a', 150, 300)])).samples).toHaveLength(151)
    expect((await known.during([stay('a', 90, 310)])).samples).toHaveLength(221)
    expect(asked.map(({ fromUs, toUs }) => [fromUs, toUs])).toEqual([
      [100, 200],
      [201, 300],
      [90, 99],
      [301, 310],
    ])
    await close()
  })
})
