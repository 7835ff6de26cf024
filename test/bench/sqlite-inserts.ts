/**
 * The second baseline: how fast the embedded database itself takes the same event bodies, a
 * thousand a transaction, durable after each, with one integer key and nothing else. Prints one
 * line of JSON.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase, transaction } from '#store/sqlite/database.ts'
import { payload } from './payload.ts'

export interface InsertResult {
  readonly events: number
  readonly eventsPerSecond: number
}

const { seconds }: { seconds: number } = JSON.parse(process.argv[2] ?? '{}')
const batch = 1000
const folder = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
const database = openDatabase(join(folder, 'bodies.db'), {
  migrations: ['CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB NOT NULL);'],
})
const insert = database.prepare('INSERT INTO bodies (id, body) VALUES (?, ?)')
const started = performance.now()
let events = 0
let elapsed = 0
while (elapsed < seconds) {
  transaction(database, () => {
    for (let at = 0; at < batch; at += 1) insert.run(events + at, payload(0, events + at))
  })
  events += batch
  elapsed = (performance.now() - started) / 1000
}
database.close()
rmSync(folder, { recursive: true })
const result: InsertResult = { events, eventsPerSecond: Math.round(events / elapsed) }
process.stdout.write(`${JSON.stringify(result)}\n`)
