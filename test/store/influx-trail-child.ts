/**
 * A process that stores one batch of a stream after the other until it is killed, and says on its
 * output which is durable. What fails for a while is tried again, as the follower does. Arguments:
 * the side file, the URL, the database, the number of the first batch, the size of a batch.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { isStoreFault } from '#store/fault.ts'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import { streamBatch } from './contract/data.ts'

const [file = '', url = '', database = '', first = '', size = ''] = process.argv.slice(2)
const writer = await writeInfluxTrail(file, { url, database, timeoutMs: 5000 }, () => undefined)
for (let n = Number(first); ; ) {
  try {
    await writer.apply(streamBatch(n, Number(size)))
    process.stdout.write(`${n}\n`)
    n += 1
  } catch (error) {
    if (!isStoreFault(error)) throw error
    await pause(50)
  }
}
