/** The commands that bring what a store holds elsewhere: migrate, export and import. */
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, rename, stat } from 'node:fs/promises'
import { isSameContent } from '#ingest/conflicts.ts'
import { FOLLOWER } from '#ingest/settle.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { lockDirectory } from '#store/journal/lock.ts'
import { openTrail } from '#store/open.ts'
import { checkStore } from '#store/other-store.ts'
import type { TrailReader, TrailWriter } from '#store/trail.ts'
import { compareStores } from '#store/transfer/compare.ts'
import { type Exported, exportLines } from '#store/transfer/export.ts'
import { importLines } from '#store/transfer/import.ts'
import {
  checkFinished,
  type MigrationOptions,
  migrate as migrateStore,
} from '#store/transfer/migrate.ts'
import { type Command, readArguments, UsageError } from './command.ts'
import { influxOf, readConfig } from './config.ts'
import { withProgress } from './with-progress.ts'

/** Shown one by one; of the others only how many. */
const mostShown = 100
const sides = ['sqlite', 'influx'] as const
type Side = (typeof sides)[number]

export const migrate: Command = {
  summary: 'bring everything from one trail store into the other, and compare both',
  help: `Usage: main.ts migrate --from sqlite --to influx
       main.ts migrate --from influx --to sqlite

Copies events, readings, the minutes of readings that are no longer kept, what ingest remembers and
how far it has come from trail.db of DATA_DIR into the InfluxDB of INFLUX_URL with its side file, or
the other way, and then compares both sides: counts, checksums of all events, readings and minutes,
and the trails of a part of the items. Says what differs and ends with 1 where anything does.

What was cut short goes on where it was when it is run again. Needs an empty store to copy to, and
no server at work. Afterwards start the server with INFLUX_URL, or without it. The source stays
as it is.
`,
  async run(args) {
    const options = { from: { type: 'string' }, to: { type: 'string' } } as const
    const { from, to } = readArguments(args, options).values
    const [source, target] = [sideOf(from, '--from'), sideOf(to, '--to')]
    if (source === target) throw new UsageError('--from and --to have to be two stores')
    const folders = foldersOf()
    if (source === 'sqlite' && !existsSync(folders.sqlite.trail)) {
      throw new UsageError(`there is no ${folders.sqlite.trail} to migrate from`)
    }
    return withLock(folders[source], async () => {
      const writer = await openTrail(folders[target], 'write', note)
      const reader = await openTrail(folders[source], 'read')
      try {
        return await copyAndCompare(reader, writer)
      } finally {
        await reader.close()
        await writer.close()
      }
    })
  },
}

async function copyAndCompare(source: TrailReader, target: TrailWriter): Promise<number> {
  const options = (onProgress: (share: number) => void): MigrationOptions => {
    return { follower: FOLLOWER, onProgress }
  }
  const { events, readings, minutes, refused } = await withProgress('copying', (onProgress) =>
    migrateStore(source, target, options(onProgress)),
  )
  print(`${events} events, ${readings} readings and ${minutes} minutes without them copied`)
  showAll(refused.map((line) => `not taken: ${line}`))
  const found = await withProgress('comparing', (onProgress) =>
    compareStores(source, target, options(onProgress)),
  )
  const { differences } = found
  showAll(differences.map((line) => `differs: ${line}`))
  const counts = await source.counts()
  print(`source: ${counts.events} events ${found.events}`)
  print(`source: ${found.readingCount} readings ${found.readings}`)
  print(`source: ${found.minuteCount} minutes ${found.minutes}`)
  const told = differences.length === 1 ? '1 difference' : `${differences.length} differences`
  print(differences.length === 0 ? 'target: the same' : `target: ${told}`)
  return differences.length === 0 ? 0 : 1
}

export const exportStore: Command = {
  summary: 'write all events and readings as lines of JSON',
  help: `Usage: main.ts export <file>

Writes the trail store as NDJSON, one line each: events in the order of recording with their bodies
as they came, then readings, of each device behind the minutes of those that are no longer kept.
- is standard output. May run beside a server. The file appears under its name once it is whole.
`,
  async run(args) {
    const [file = ''] = readArguments(args, {}, 'file').words
    const trail = await openTrail(folderOf(), 'read')
    try {
      const { events, readings, minutes } = await (file === '-'
        ? toOutput(trail)
        : toFile(trail, file))
      note(`${events} events, ${readings} readings and ${minutes} minutes without them`)
    } finally {
      await trail.close()
    }
    return 0
  },
}

export const importStore: Command = {
  summary: 'store the lines of an export',
  help: `Usage: main.ts import <file>

Stores the events and readings of a file that export has written, - is standard input. What is
stored already is left as it is, so an import that was cut short is simply run again. Each line that
is not taken is named with its number and a code, the others are stored, and the command ends with
1. Needs no server at work.
`,
  async run(args) {
    const [file = ''] = readArguments(args, {}, 'file').words
    const folder = folderOf()
    const bytes = file === '-' ? 0 : (await stat(file)).size
    const input: AsyncIterable<Uint8Array> = file === '-' ? process.stdin : createReadStream(file)
    return withLock(folder, async () => {
      checkStore(folder, FOLLOWER)
      const trail = await openTrail(folder, 'write', note)
      try {
        await checkFinished(trail)
        return await importAll(input, bytes, trail)
      } finally {
        await trail.close()
      }
    })
  },
}

async function importAll(
  input: AsyncIterable<Uint8Array>,
  bytes: number,
  trail: TrailWriter,
): Promise<number> {
  const refused: string[] = []
  const done = await withProgress('importing', (onProgress) =>
    importLines(input, trail, {
      isSame: isSameContent,
      onRefused({ number, code, message }) {
        if (refused.length < mostShown) refused.push(`line ${number}: ${code}: ${message}`)
      },
      onProgress: (read) => onProgress(bytes === 0 ? 0 : Math.min(1, read / bytes)),
    }),
  )
  for (const line of refused) note(line)
  if (done.refused > refused.length) note(`and ${done.refused - refused.length} more`)
  const { events, repeats, readings, minutes } = done
  print(
    `${events} events stored, ${repeats} repeats, ${readings} readings, ${minutes} minutes, ` +
      `${done.refused} refused`,
  )
  return done.refused === 0 ? 0 : 1
}

async function toFile(trail: TrailReader, file: string): Promise<Exported> {
  const made = `${file}.unfinished`
  const output = await open(made, 'w', 0o600)
  try {
    const write = (lines: string) => output.appendFile(lines)
    const done = await withProgress('exporting', (told) => exportLines(trail, write, told))
    await output.sync()
    // From here on the file is whole.
    await rename(made, file)
    return done
  } finally {
    await output.close()
  }
}

/** Progress would be shown among the lines of others; who reads them counts. */
function toOutput(trail: TrailReader): Promise<Exported> {
  const write = (lines: string) =>
    new Promise<void>((resolve, reject) => {
      process.stdout.write(lines, (error) => (error ? reject(error) : resolve()))
    })
  return exportLines(trail, write, () => undefined)
}

function sideOf(given: string | undefined, option: string): Side {
  const side = sides.find((one) => one === given)
  if (side === undefined) throw new UsageError(`${option} has to be sqlite or influx`)
  return side
}

function folderOf(): DataFolder {
  const config = readConfig(process.env)
  return dataFolder(config.DATA_DIR, influxOf(config))
}

function foldersOf(): Readonly<Record<Side, DataFolder>> {
  const config = readConfig(process.env)
  const influx = influxOf(config)
  if (influx === undefined) throw new UsageError('migrate needs INFLUX_URL')
  return { sqlite: dataFolder(config.DATA_DIR), influx: dataFolder(config.DATA_DIR, influx) }
}

/** No server may be at work on the folder. */
async function withLock(folder: DataFolder, work: () => Promise<number>): Promise<number> {
  await mkdir(folder.journal, { recursive: true, mode: 0o700 })
  const unlock = lockDirectory(folder.journal)
  try {
    return await work()
  } finally {
    unlock()
  }
}

function showAll(lines: readonly string[]): void {
  for (const line of lines.slice(0, mostShown)) print(line)
  if (lines.length > mostShown) print(`and ${lines.length - mostShown} more`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Beside what the command gives. */
function note(line: string): void {
  process.stderr.write(`${line}\n`)
}
