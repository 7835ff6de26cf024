/** A worker that follows a journal until it has seen `count` messages, and then tells which. */
import { parentPort, workerData } from 'node:worker_threads'
import { register } from 'tsx/esm/api'

register()
const { JournalReader } = await import('#store/journal/reader.ts')
const { folder, watermark, count } = workerData
const reader = new JournalReader(folder, watermark)
const seen = []
for (let cursor = 0; seen.length < count; ) {
  await reader.wait(cursor, 60_000)
  const { records, next } = await reader.read(cursor, { maxBytes: 4096 })
  seen.push(...records.map(({ payload }) => Buffer.from(payload).toString()))
  cursor = next
}
parentPort?.postMessage(seen)
