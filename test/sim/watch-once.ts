/**
 * A process that watches a data folder as of a time until there is nothing left to do, and then
 * ends itself as a power cut would. Arguments: the folder, and microseconds since 1970.
 */
import { AlertFollower } from '#ingest/watch/follower.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { dataFolder } from '#store/folder.ts'
import { openTrail } from '#store/open.ts'
import { openWatchedRecalls } from '#store/recalls/watched.ts'
import { openRegistry } from '#store/registry.ts'

const [, , directory = '', nowUs = ''] = process.argv
const folder = dataFolder(directory)
const follower = new AlertFollower({
  trail: await openTrail(folder, 'read'),
  registry: openRegistry(folder.registry, { readOnly: true }),
  alerts: new AlertWriter(folder.alerts),
  recalls: openWatchedRecalls(folder.recalls),
  nowUs: () => Number(nowUs),
})
while (await follower.advance());
process.kill(process.pid, 'SIGKILL')
