/**
 * The ingest worker thread: opens its own connections to the data folder, the only ones that write
 * the trail store and the intake file, and follows the journal until it is told to end.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { openIntake } from '#store/intake.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { openTrail } from '#store/open.ts'
import { openRegistry } from '#store/registry.ts'
import { type FollowerParts, follow, startOf } from './follower.ts'
import type { IngestFiles, ToIngest } from './start.ts'

const port = parentPort
if (port === null) throw new Error('this file is the body of a worker thread')
const files = workerData as IngestFiles

let end: ToIngest | undefined
port.on('message', (message: ToIngest) => {
  end = message
})

const parts: FollowerParts & { reader: JournalReader } = {
  reader: new JournalReader(files.journal, files.watermark),
  writer: await openTrail(files, 'write'),
  intake: openIntake(files.intake),
  registry: openRegistry(files.registry, { readOnly: true }),
  nowUs: () => Date.now() * 1000,
  report: (message) => port.postMessage(message),
  isOver: (cursor) =>
    end !== undefined && (cursor >= end.settledTo || Date.now() >= end.deadlineMs),
  pause,
}
await follow(parts, await startOf(parts, files.journal))
parts.registry.close()
parts.intake.close()
await parts.writer.close()
await parts.reader.close()
port.close()
