/**
 * A process that stores one batch of a stream after the other until it is killed, and says on its
 * output which is durable. Arguments: the file, the number of the first batch, the size of a batch.
 */
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import { streamBatch } from './contract/data.ts'

const [file = '', first = '', size = ''] = process.argv.slice(2)
const writer = openSqliteTrail(file, 'write')
for (let n = Number(first); ; n += 1) {
  await writer.apply(streamBatch(n, Number(size)))
  process.stdout.write(`${n}\n`)
}
