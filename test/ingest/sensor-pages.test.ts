/** What a sensor measured, in order and page by page, however much it is. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type SamplePage, samplesOf } from '#ingest/watch/sensor-states.ts'
import type { Reading } from '#store/trail.ts'
import { openStores } from './stores.ts'

const SENSOR = { key: 'urn:suyuan:device:farm:probe', party: 'farm', mounts: [] }

const point = (timeUs: number, value: number, more: Partial<Reading> = {}): Reading => ({
  ...{ device: SENSOR.key, type: 'Temperature', component: '', uom: 'CEL', party: 'farm' },
  ...{ timeUs, value, ...more },
})

/** Series follow one another in the store; their times may lie within, beside or apart. */
const readings = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom('', 'a', 'b'), fc.boolean()), {
    maxLength: 300,
  })
  .map((all) =>
    all.map(([timeUs, component, isOurs]) =>
      point(timeUs, timeUs, { component, party: isOurs ? 'farm' : 'other' }),
    ),
  )

it('gives each value of its own party once, in order, in pages that are bounded', async () => {
  await fc.assert(
    fc.asyncProperty(readings, fc.integer({ min: 5, max: 60 }), async (all, most) => {
      const stores = openStores()
      await stores.writer.apply({ events: [], readings: all, follower: 'ingest', to: 1 })
      const pages: SamplePage[] = []
      for await (const page of samplesOf(stores.writer, SENSOR, { fromUs: 0 }, most)) {
        pages.push(page)
      }
      await stores.close()
      const found = pages.flatMap(({ samples }) => samples)
      const wanted = new Set(
        all
          .filter(({ party }) => party === 'farm')
          .map((each) => `${each.timeUs} ${each.component}`),
      )
      expect(found).toHaveLength(wanted.size)
      expect(found.map(({ timeUs }) => timeUs)).toEqual(
        found.map(({ timeUs }) => timeUs).sort((one, other) => one - other),
      )
      // Three series may have a value at one time, which is not parted.
      for (const { samples } of pages) expect(samples.length).toBeLessThanOrEqual(most + 3)
      expect(pages.map(({ isLast }) => isLast)).toEqual(
        pages.map((_, at) => at === pages.length - 1),
      )
    }),
    { numRuns: 25 },
  )
})
