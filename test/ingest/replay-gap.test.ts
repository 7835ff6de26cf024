/** A store that is older than what the journal still has, as after a copy was put back. */
import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { JournalGapError } from '#ingest/follower.ts'
import { replay } from '#ingest/replay.ts'
import { createLog } from '#log.ts'
import { prepareStores } from '#prepare-stores.ts'
import { Journal } from '#store/journal/journal.ts'
import { listSegments } from '#store/journal/segment.ts'
import { append, newEvent, nowUs, openStores, type Stores } from './stores.ts'

const SEGMENT_BYTES = 4096

let stores: Stores
beforeEach(() => {
  stores = openStores()
})
afterEach(() => {
  // Its writer is closed by then: replay has the folder for itself.
  stores.registry.close()
  stores.intake.close()
  rmSync(stores.folder.root, { recursive: true })
})

it('is refused until somebody goes on without what is between, which is told', async () => {
  const options = { nowUs: () => nowUs, segmentBytes: SEGMENT_BYTES }
  const journal = await Journal.open(stores.folder.journal, options)
  stores.device('gate')
  while (journal.durableEnd < 3 * SEGMENT_BYTES) await append(journal, 'epcis', newEvent())
  await journal.trim(2 * SEGMENT_BYTES)
  const { durableEnd } = journal
  await journal.close()
  await stores.writer.close()
  const { folder } = stores
  const [first = 0] = await listSegments(folder.journal)
  const log = createLog('silent')
  await expect(prepareStores(folder, log)).rejects.toThrow(JournalGapError)
  await expect(prepareStores(folder, log)).rejects.toThrow('main.ts replay --add')

  const again = { add: true, nowUs: () => nowUs, onProgress: () => undefined }
  const replayed = await replay(folder, again)
  expect(first).toBeGreaterThan(0)
  expect(replayed).toMatchObject({ passedOver: first, rejected: 0 })
  expect(replayed.stored).toBe(replayed.messages)
  expect(replayed.stored).toBeGreaterThan(0)
  expect(await prepareStores(folder, log)).toEqual([durableEnd, durableEnd])
  expect((await replay(folder, again)).passedOver).toBe(0)
})
