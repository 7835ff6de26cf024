/** What a store has to hold of a stream of batches, whatever fell between them. */
import { expect } from 'vitest'
import type { TrailReader } from '#store/trail.ts'
import { events, reading } from './contract/data.ts'
import { collect, trailOf } from './contract/store.ts'

/**
 * Everything of the first batches of the stream is there, and nothing else; but a store may show
 * `readingsAhead` of a batch that it has taken on and not yet brought to its end.
 */
export async function expectWholeBatches(
  reader: TrailReader,
  batches: number,
  size: number,
  readingsAhead = 0,
): Promise<void> {
  const count = batches * size
  expect(await reader.counts()).toMatchObject({
    events: count,
    items: batches + 1,
    trailRows: count * 2,
    readings: count,
  })
  const all = events(1, count)
  const identities = all.map(({ eventID, party }) => ({ eventID, party, declaresError: false }))
  const refs = await reader.byIdentity(identities)
  const stored = await reader.events(refs.map((ref) => ref ?? 0))
  expect(stored.map(({ body }) => body)).toEqual(all.map(({ body }) => body))
  expect(await trailOf(reader, 'urn:shared')).toHaveLength(count)
  expect(
    await collect(
      reader.members(
        stored.map(({ eventRef }) => eventRef),
        ['object'],
      ),
    ),
  ).toHaveLength(count)
  const points = await collect(reader.telemetry({ devices: [reading().device] }))
  expect(points.length).toBeGreaterThanOrEqual(count)
  expect(points.length).toBeLessThanOrEqual(count + readingsAhead)
}
