/**
 * A process that stores one batch of a stream after the other until it is killed, and says on its
 * output which is durable. Two are under way at a time; what fails for a while is tried again, as
 * the follower does. Arguments: the side file, the URL, the database, the number of the first
 * batch, the size of a batch.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { isStoreFault } from '#store/fault.ts'
import { writeInfluxTrail } from '#store/influx/trail.ts'
import type { Underway } from '#store/trail.ts'
import { streamBatch } from './contract/data.ts'

const [file = '', url = '', database = '', first = '', size = ''] = process.argv.slice(2)
const writer = await writeInfluxTrail(file, { url, database, timeoutMs: 5000 }, () => undefined)
const underway: Underway[] = []
for (let n = Number(first); ; ) {
  try {
    while (underway.length < 2) {
      underway.push(await writer.begin(streamBatch(n + underway.length, Number(size))))
    }
    await underway[0]?.applied
    underway.shift()
    process.stdout.write(`${n}\n`)
    n += 1
  } catch (error) {
    if (!isStoreFault(error)) throw error
    underway.length = 0
    await pause(50)
  }
}
