/** The commands that look after a data folder: verify, replay, backup and restore. */
import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { replay as replayJournal, watchAnew } from '#ingest/replay.ts'
import { FOLLOWER } from '#ingest/settle.ts'
import { type VerifyParts, verifyStored } from '#ingest/verify.ts'
import { backUp, restore as restoreFolder } from '#store/backup.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { rebuildSideFile } from '#store/influx/rebuild.ts'
import type { InfluxSettings } from '#store/influx/settings.ts'
import { verifyInflux } from '#store/influx/verify.ts'
import { openIntake } from '#store/intake.ts'
import { lockDirectory } from '#store/journal/lock.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { verifyJournal } from '#store/journal/verify.ts'
import { openTrail } from '#store/open.ts'
import { openRegistry } from '#store/registry.ts'
import { findFaults } from '#store/sqlite/database.ts'
import type { JournalPosition } from '#store/trail.ts'
import { type Command, readArguments, UsageError } from './command.ts'
import { influxOf, readConfig } from './config.ts'
import { withProgress } from './with-progress.ts'

const folderOf = (): DataFolder => {
  const config = readConfig(process.env)
  return dataFolder(config.DATA_DIR, influxOf(config))
}
/** Shown one by one; of the others only how many. */
const MAX_SHOWN = 20

export const verify: Command = {
  summary: 'check the data folder: files, checksums, and that nothing acknowledged is missing',
  help: `Usage: main.ts verify

Looks through the databases of DATA_DIR, reads its journal with its checksums, and checks of
each message in the journal that the store has followed it: its events have to be stored or
rejected. With INFLUX_URL, also looks in InfluxDB for every event that the side file says is stored,
and the first row of its trail. Changes nothing and may run beside a server. Ends with 1 when
anything is wrong.
`,
  async run(args) {
    readArguments(args, {})
    const folder = folderOf()
    let faults = verifyDatabases(folder)
    const { to, faults: damages } = await verifySegments(folder)
    faults += damages
    if (faults === 0) {
      faults += await verifyMessages(folder, to)
      if (folder.influx !== undefined) faults += await verifyServer(folder.trail, folder.influx)
    }
    return faults === 0 ? 0 : 1
  },
}

export const replay: Command = {
  summary: 'make the trail store anew from the journal',
  help: `Usage: main.ts replay [--add]

Makes trail.db of DATA_DIR anew from the messages in its journal, and puts it in the place of the
old one when it is whole. Needs a journal that has never been trimmed (JOURNAL_KEEP_BYTES) and no
server at work on the folder.

  --add  settle what the journal has into the store that is there; what is stored stays. What the
         store had not followed and the journal no longer has is passed over, and told: so a store
         that is older than the journal can be used again
`,
  async run(args) {
    const { add = false } = readArguments(args, { add: { type: 'boolean' } }).values
    const nowUs = () => Date.now() * 1000
    const replayed = await withProgress('replaying', (onProgress) =>
      replayJournal(folderOf(), { add, nowUs, onProgress }),
    )
    const { messages, stored, repeats, rejected, passedOver } = replayed
    print(`${messages} messages: ${stored} events stored, ${repeats} repeats, ${rejected} rejected`)
    if (passedOver > 0) {
      print(`passed over: ${passedOver} bytes that the journal no longer has and the store lacks`)
    }
    return 0
  },
}

export const rebuild: Command = {
  summary: 'make the side file of a store in InfluxDB anew from what InfluxDB holds',
  help: `Usage: main.ts rebuild

Makes influx.db of DATA_DIR anew, after it was lost or InfluxDB was restored from a copy of its own.
What the journal has beyond the store is stored at the next start. Needs no server at work. Ends
with 1 where InfluxDB lacks events that it says it has: they are counted and no part of the store.
`,
  async run(args) {
    readArguments(args, {})
    const folder = folderOf()
    const { root, journal, trail, influx } = folder
    if (influx === undefined) throw new UsageError('rebuild needs INFLUX_URL')
    await mkdir(journal, { recursive: true, mode: 0o700 })
    const unlock = lockDirectory(journal)
    try {
      const { events, missing, last } = await withProgress('reading InfluxDB', (onProgress) =>
        rebuildSideFile(trail, influx, onProgress),
      )
      watchAnew(folder, missing === 0 ? last : 0)
      print(`${basename(trail)} in ${resolve(root)}: ${events} events`)
      if (missing === 0) return 0
      print(`missing: ${missing} events of which InfluxDB has the numbers and not the points;`)
      print('main.ts replay --add stores those that the journal still has')
      return 1
    } finally {
      unlock()
    }
  },
}

export const backup: Command = {
  summary: 'copy the data folder as it is at one moment, also while a server is at work',
  help: `Usage: main.ts backup <folder>

Copies DATA_DIR into a folder that is empty or does not exist yet. Everything that was acknowledged
before it began is in the copy. The folder then holds the administrator's key too: keep it as safe.
`,
  async run(args) {
    const [to = ''] = readArguments(args, {}, 'folder').words
    const at = new Date().toISOString()
    const { files } = await withProgress('copying', (onProgress) =>
      backUp(folderOf(), resolve(to), at, onProgress),
    )
    print(`${files.length} files in ${resolve(to)}`)
    return 0
  },
}

export const restore: Command = {
  summary: 'make a data folder of a backup',
  help: `Usage: main.ts restore <folder>

Makes DATA_DIR, which must be empty or not exist, of a backup, and checks every file of it. Messages
that the backup has in its journal and not yet in its store are stored at the next start.
`,
  async run(args) {
    const [from = ''] = readArguments(args, {}, 'folder').words
    const folder = folderOf()
    const { createdAt } = await withProgress('restoring', (onProgress) =>
      restoreFolder(resolve(from), { ...folder, root: resolve(folder.root) }, onProgress),
    )
    print(`${resolve(folder.root)} is as it was at ${createdAt}`)
    return 0
  },
}

/** Each of these gives how many faults it has found, and prints them. */
function verifyDatabases(folder: DataFolder): number {
  let faults = 0
  for (const name of ['trail', 'intake', 'registry', 'alerts', 'recalls'] as const) {
    // These came later: a folder that no start has been at since has none.
    if ((name === 'alerts' || name === 'recalls') && !existsSync(folder[name])) continue
    const found = findFaults(folder[name])
    print(`${basename(folder[name])}: ${found.length === 0 ? 'whole' : found.join('; ')}`)
    faults += found.length
  }
  return faults
}

async function verifySegments(
  folder: DataFolder,
): Promise<{ to: JournalPosition; faults: number }> {
  return withProgress('reading the journal', async (onProgress) => {
    for await (const found of verifyJournal(folder.journal)) {
      if (found.part === 'progress') onProgress(found.doneBytes / found.totalBytes)
      else if (found.part === 'damage') print(found.damage.message)
      else {
        const { records, segments, to, damages: faults, tornBytes } = found.result
        const torn = tornBytes === 0 ? '' : `, ${tornBytes} bytes that were never acknowledged`
        print(`journal: ${records} messages in ${segments} segments, ${faults} damages${torn}`)
        return { to, faults }
      }
    }
    throw new Error('the journal was read without a result')
  })
}

/** `to` is where the journal ends. */
async function verifyMessages(folder: DataFolder, to: JournalPosition): Promise<number> {
  const reader = new JournalReader(folder.journal, undefined)
  const trail = await openTrail(folder, 'read')
  const intake = openIntake(folder.intake, { readOnly: true })
  const registry = openRegistry(folder.registry, { readOnly: true })
  try {
    const followed = Math.min(await trail.cursor(FOLLOWER), intake.cursor(), to)
    const parts = { reader, trail, intake, registry }
    return await withProgress('looking for the events', (onProgress) =>
      verifyFollowed(parts, followed, onProgress),
    )
  } finally {
    registry.close()
    intake.close()
    await trail.close()
    await reader.close()
  }
}

async function verifyFollowed(
  parts: VerifyParts,
  followed: JournalPosition,
  onProgress: (share: number) => void,
): Promise<number> {
  let [events, ofReads, undecided, faults] = [0, 0, 0, 0]
  let from: number | undefined
  for await (const step of verifyStored(parts, followed)) {
    const { position, missing } = step
    from ??= position
    events += step.events
    ofReads += step.ofReads
    undecided += step.undecided
    for (const { position: at, index, what } of missing) {
      faults += 1
      if (faults <= MAX_SHOWN) print(`missing: ${what}, part ${index} of the message at ${at}`)
    }
    onProgress((position - from) / Math.max(1, followed - from))
  }
  const made = ofReads === 0 ? '' : `, ${ofReads} of them made of raw reads`
  print(`store: ${events} events of the journal followed${made}, ${faults} missing`)
  if (undecided > 0) {
    print(`store: ${undecided} events of raw reads are of an earlier binding and not looked for`)
  }
  return faults
}

async function verifyServer(sideFile: string, influx: InfluxSettings): Promise<number> {
  let [events, lost, faults] = [0, 0, 0]
  await withProgress('looking in InfluxDB', async (onProgress) => {
    for await (const { looked, of, missing, fault } of verifyInflux(sideFile, influx)) {
      for (const eventID of missing) {
        lost += 1
        if (lost <= MAX_SHOWN) print(`missing in InfluxDB: event ${eventID}`)
      }
      if (fault !== undefined) {
        faults += 1
        print(fault)
      }
      events = looked
      onProgress(looked / Math.max(1, of))
    }
  })
  print(`InfluxDB: ${events} events looked for, ${lost} missing`)
  return faults + lost
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
