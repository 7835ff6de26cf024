/**
 * What it costs to follow events for goods that recalls in force lack: CPU of the worker for each
 * event, by how many recalls there are. Prints one line of JSON.
 */
import { join } from 'node:path'
import { LateFollower } from '#ingest/recalls/late-follower.ts'
import { RecallTracer } from '#ingest/recalls/tracer.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { NewEvent, TrailWriter } from '#store/trail.ts'
import { approveRecall, makeRecall } from './new-recall.ts'
import { rounded } from './report.ts'
import { productMadeIn } from './shared-lots.ts'
import { trailEvents } from './trail-data.ts'

export interface LateGoodsOptions {
  /** Where the files are made. */
  readonly folder: string
  readonly recalls: number
  /** Stored before they are in force, and followed behind them. */
  readonly before: number
  readonly events: number
}

export interface LateGoodsResult extends LateGoodsOptions {
  readonly cpuUsAnEvent: number
  /** What the scopes lacked. */
  readonly late: number
}

const AT_ONCE = 500
const nowUs = () => Date.now() * 1000

const options: LateGoodsOptions = JSON.parse(process.argv[2] ?? '{}')
const { folder, recalls: count, before, events } = options
const stream = trailEvents({ seed: 'bench' })
/** Of products lately made: they are still on their way. */
const lots: string[] = []
const writer = openSqliteTrail(join(folder, 'trail.db'), 'write')
await store(writer, before)
const registry = openRegistry(join(folder, 'registry.db'), { nowUs })
const recalls = new RecallWriter(join(folder, 'recalls.db'))
const trail = openSqliteTrail(join(folder, 'trail.db'), 'read')
const tracer = new RecallTracer({ trail, recalls, registry, nowUs })
const made = lots.slice(lots.length - count).map((lot) => {
  return makeRecall(recalls, { lot, sameLineAndDay: true, nowUs: nowUs() })
})
while (await tracer.advance());
for (const recall of made) approveRecall(recalls, recall, nowUs())
await store(writer, events)
const follower = new LateFollower({
  ...{ trail, recalls, nowUs },
  ...{ siteOf: (place) => place, productsOf: (product) => [product] },
})
const startUs = process.cpuUsage()
while (await follower.advance());
const { user, system } = process.cpuUsage(startUs)
const late = made.reduce((sum, id) => sum + (recalls.reader.outdated(id)?.items ?? 0), 0)
const result: LateGoodsResult = {
  ...options,
  cpuUsAnEvent: rounded((user + system) / events),
  late,
}
recalls.close()
registry.close()
await trail.close()
await writer.close()
process.stdout.write(`${JSON.stringify(result)}\n`)

async function store(into: TrailWriter, wanted: number): Promise<void> {
  for (let stored = 0; stored < wanted; stored += AT_ONCE) {
    const batch: NewEvent[] = Array.from({ length: AT_ONCE }, () => stream.next().value)
    for (const each of batch) {
      const lot = each.members.find(({ role }) => role === 'lot')
      if (productMadeIn(each) !== undefined && lot) lots.push(lot.key)
    }
    await into.apply({ events: batch, readings: [], follower: 'bench', to: 0 })
  }
}
