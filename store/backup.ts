/**
 * Copies of a data folder, and folders from copies. A backup may be taken while a server is at work
 * and is of one moment: everything acknowledged before it began is in it, stored or still in its
 * journal. What is restored goes on from there as after a crash at that moment.
 *
 * The moment is made in this order. The segments of the journal are opened first, so that none can
 * be trimmed away any more. Then each database is held at a snapshot: what these have followed of
 * the journal lies behind where the opened segments begin. The segments are read last, so what the
 * snapshots have yet to follow is in them.
 */
import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import type { DataFolder } from './folder.ts'
import { realDisk, replaceFile, writeAll } from './journal/disk.ts'
import { codeOf } from './journal/errors.ts'
import { listSegments, segmentName } from './journal/segment.ts'
import { copyDatabase, openAsItIs } from './sqlite/database.ts'
import type { JournalPosition } from './trail.ts'

/** A backup or a restore cannot be done; `message` says why, for the person who asked for it. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

const manifestSchema = z.strictObject({
  format: z.literal(1),
  createdAt: z.string(),
  files: z.array(
    z.strictObject({
      name: z.string().regex(/^(?:journal\/)?[a-z0-9][a-z0-9.-]*$/),
      bytes: z.int().nonnegative(),
      sha256: z.string(),
    }),
  ),
})
/** What is in a backup: `backup.json`, written last, so that one cut short is not taken for one. */
export type Manifest = z.infer<typeof manifestSchema>

/** Told how much is done, from 0 to 1. */
type OnProgress = (share: number) => void

/** One thing to copy, held open so that it stays as it was, or grows. */
interface Source {
  readonly name: string
  /** Where it begins in the journal, if it is a segment. */
  readonly start?: JournalPosition
  size(): Promise<number>
  /** Copies the first `bytes`. */
  copyTo(path: string, bytes: number, onProgress: OnProgress): Promise<void>
  close(): unknown
}

const MANIFEST = 'backup.json'
const BYTES_AT_ONCE = 1024 * 1024
const ownerOnly = 0o600

/**
 * Copies a data folder into `to`, which must be empty or not exist.
 * @throws BackupError, and what the system throws; `to` is then no backup.
 */
export async function backUp(
  folder: DataFolder,
  to: string,
  createdAt: string,
  onProgress: OnProgress,
): Promise<Manifest> {
  await makeEmpty(to)
  await mkdir(join(to, 'journal'))
  const sources: Source[] = []
  try {
    await openSegments(folder.journal, sources)
    // Each before what it follows, so that what it has looked at is in the other's copy.
    for (const name of ['webhooks', 'alerts', 'recalls', 'field'] as const) {
      const file = folder[name]
      if (existsSync(file)) sources.push(holdSnapshot(file, basename(file)))
    }
    for (const name of ['trail', 'intake', 'registry'] as const) {
      sources.push(holdSnapshot(folder[name], basename(folder[name])))
    }
    await openSegments(folder.journal, sources)
    await openAdminKey(folder.adminKey, sources)
    const sizes = await Promise.all(sources.map((source) => source.size()))
    checkGapless(sources, sizes)
    const files = await copyAll(sources, sizes, to, onProgress)
    const manifest: Manifest = { format: 1, createdAt, files }
    await realDisk.syncDirectory(join(to, 'journal'))
    await replaceFile(realDisk, to, MANIFEST, Buffer.from(JSON.stringify(manifest, null, 2)))
    return manifest
  } finally {
    for (const source of sources) await source.close()
  }
}

/**
 * Makes a data folder of a backup. What the backup's own list does not confirm is refused, and the
 * folder comes to be as a whole or not at all.
 * @throws BackupError, and what the system throws.
 */
export async function restore(
  from: string,
  folder: DataFolder,
  onProgress: OnProgress,
): Promise<Manifest> {
  const manifest = await readManifest(from)
  const unfinished = `${folder.root}.restoring`
  await rm(unfinished, { recursive: true, force: true })
  await makeEmpty(folder.root)
  await mkdir(join(unfinished, 'journal'), { recursive: true, mode: 0o700 })
  const sources: Source[] = []
  try {
    for (const { name } of manifest.files) sources.push(await holdFile(join(from, name), name))
    const sizes = manifest.files.map(({ bytes }) => bytes)
    const copied = await copyAll(sources, sizes, unfinished, onProgress)
    const wrong = manifest.files.find(({ sha256 }, at) => copied[at]?.sha256 !== sha256)
    if (wrong !== undefined) throw new BackupError(`${wrong.name} is not as it was backed up`)
  } finally {
    for (const source of sources) await source.close()
  }
  await realDisk.syncDirectory(join(unfinished, 'journal'))
  await realDisk.syncDirectory(unfinished)
  // A crash before here leaves an unfinished folder, which the next attempt removes.
  await rmdir(folder.root)
  await rename(unfinished, folder.root)
  await realDisk.syncDirectory(dirname(folder.root))
  return manifest
}

async function copyAll(
  sources: readonly Source[],
  sizes: readonly number[],
  to: string,
  onProgress: OnProgress,
): Promise<Manifest['files']> {
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const files: Manifest['files'] = []
  let done = 0
  for (const [at, { name, copyTo }] of sources.entries()) {
    const path = join(to, name)
    const size = sizes[at] ?? 0
    await copyTo(path, size, (share) => onProgress((done + share * size) / total))
    files.push({ name, ...(await digestOf(path)) })
    done += size
  }
  return files
}

/** Opens the segments of a journal that are not open yet. */
async function openSegments(directory: string, sources: Source[]): Promise<void> {
  for (const start of await listSegments(directory)) {
    if (sources.some((source) => source.start === start)) continue
    const name = segmentName(start)
    sources.push({ ...(await holdFile(join(directory, name), `journal/${name}`)), start })
  }
}

/** A segment that came and went while the others were opened leaves a gap. */
function checkGapless(sources: readonly Source[], sizes: readonly number[]): void {
  const ends = sources.flatMap(({ start }, at) =>
    start === undefined ? [] : [{ start, end: start + (sizes[at] ?? 0) }],
  )
  for (const [at, { start }] of ends.entries()) {
    const before = ends[at - 1]
    if (before !== undefined && before.end !== start) {
      throw new BackupError('the journal moved on too fast to be copied: try again')
    }
  }
}

async function openAdminKey(file: string, sources: Source[]): Promise<void> {
  try {
    sources.push(await holdFile(file, 'admin-key'))
  } catch (error) {
    // It is not there when the ADMIN_KEY setting gives it.
    if (codeOf(error) !== 'ENOENT') throw error
  }
}

function holdSnapshot(file: string, name: string): Source {
  const database = openAsItIs(file)
  // The transaction that this read begins keeps the copy at this moment, whatever is written.
  database.exec('BEGIN')
  const { bytes } = database
    .prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size')
    .get()
  return {
    name,
    size: async () => bytes,
    async copyTo(path, _bytes, onProgress) {
      // Made beforehand, as SQLite would let others read it.
      await (await open(path, 'wx', ownerOnly)).close()
      await copyDatabase(database, path, onProgress)
    },
    close: () => database.close(),
  }
}

async function holdFile(path: string, name: string): Promise<Source> {
  const file = await open(path, 'r')
  return {
    name,
    size: async () => (await file.stat()).size,
    async copyTo(to, bytes, onProgress) {
      const copy = await open(to, 'wx', ownerOnly)
      try {
        const chunk = Buffer.allocUnsafe(BYTES_AT_ONCE)
        for (let at = 0; at < bytes; ) {
          const { bytesRead } = await file.read(chunk, 0, Math.min(chunk.length, bytes - at), at)
          if (bytesRead === 0) throw new BackupError(`${path} is shorter than ${bytes} bytes`)
          await writeAll(realDisk, copy, [chunk.subarray(0, bytesRead)], at)
          at += bytesRead
          onProgress(at / bytes)
        }
        await realDisk.sync(copy)
      } finally {
        await copy.close()
      }
    },
    close: () => file.close(),
  }
}

async function digestOf(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path, { highWaterMark: BYTES_AT_ONCE })) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

async function readManifest(from: string): Promise<Manifest> {
  const file = join(from, MANIFEST)
  try {
    return manifestSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new BackupError(`${file} is not the list of a finished backup`, { cause })
  }
}

/** Makes a folder, or finds it empty. */
async function makeEmpty(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  if ((await readdir(path)).length > 0) throw new BackupError(`${path} is not empty`)
}
