/**
 * A disk that can lose its power. What the journal writes goes to real files, which is what a
 * process sees, also one that is started after a crash; beside them this keeps what would be left
 * of each file and name after a loss of power: all that was synced, and of the rest what chance
 * lets through, sector by sector and in no order.
 */
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Chance } from '#simulators/random.ts'
import { type Disk, realDisk } from '#store/journal/disk.ts'

const SECTOR_BYTES = 512

/** What every operation throws once the process is dead. */
export const DEAD = 'the process is dead'

/** A file: its bytes as of the last sync, and what was done to it since. */
interface Inode {
  durable: Buffer
  unsynced: (Piece | Cut)[]
}
interface Piece {
  readonly at: number
  readonly bytes: Buffer
}
interface Cut {
  readonly size: number
}

type Names = Map<string, Inode>

export class PowerDisk {
  readonly #folder: string
  readonly #chance: Chance
  /** Operations that are still let through; the process dies at the one after. */
  #operationsLeft = 0
  readonly #inodes = new WeakMap<FileHandle, Inode>()
  readonly #names: Names = new Map()
  #durableNames: Names = new Map()
  #unsyncedNames: ((names: Names) => void)[] = []
  readonly #opened: FileHandle[] = []

  /** `files`: what is in the folder, all of it durable. */
  constructor(folder: string, files: ReadonlyMap<string, Buffer>, chance: Chance) {
    this.#folder = folder
    this.#chance = chance
    for (const [name, bytes] of files) {
      this.#names.set(name, { durable: Buffer.from(bytes), unsynced: [] })
    }
    this.#durableNames = new Map(this.#names)
  }

  readonly disk: Disk = {
    open: async (path, flags) => {
      this.#tick()
      const file = await realDisk.open(path, flags)
      this.#opened.push(file)
      const name = basename(path)
      const known = this.#names.get(name)
      const inode = known ?? { durable: Buffer.alloc(0), unsynced: [] }
      if (known === undefined) this.#rename((names) => names.set(name, inode))
      if (flags === 'w+') inode.unsynced.push({ size: 0 })
      this.#inodes.set(file, inode)
      return file
    },
    write: async (file, buffers, at) => {
      const given = Buffer.concat(buffers)
      const written = this.#operationsLeft > 0 ? given.length : this.#chance.whole(0, given.length)
      const bytes = given.subarray(0, written)
      this.#inode(file).unsynced.push({ at, bytes })
      await realDisk.write(file, [bytes], at)
      this.#tick()
      return written
    },
    truncate: async (file, size) => {
      this.#tick()
      this.#inode(file).unsynced.push({ size })
      await realDisk.truncate(file, size)
    },
    sync: async (file) => {
      const inode = this.#inode(file)
      // As systems do: what a failed sync could not write is taken for written from then on.
      const isDropped = this.#operationsLeft === 0 && this.#chance.happens(0.5)
      if (isDropped) inode.unsynced = inode.unsynced.filter((change) => 'size' in change)
      this.#tick()
      inode.durable = inode.unsynced.reduce((bytes, change) => apply(bytes, change), inode.durable)
      inode.unsynced = []
    },
    rename: async (from, to) => {
      this.#tick()
      await realDisk.rename(from, to)
      this.#rename((names) => {
        const inode = names.get(basename(from))
        names.delete(basename(from))
        if (inode !== undefined) names.set(basename(to), inode)
      })
    },
    remove: async (path) => {
      this.#tick()
      await realDisk.remove(path)
      this.#rename((names) => names.delete(basename(path)))
    },
    syncDirectory: async (path) => {
      this.#tick()
      if (path !== this.#folder) return
      this.#durableNames = new Map(this.#names)
      this.#unsyncedNames = []
    },
  }

  /** Lets so many operations through, and then fails all: the process is as good as dead. */
  start(operations: number): void {
    this.#operationsLeft = operations
  }

  /** What is left after the loss of power. */
  async filesLeft(): Promise<Map<string, Buffer>> {
    for (const file of this.#opened) await file.close().catch(() => undefined)
    const names = new Map(this.#durableNames)
    const most = this.#chance.next()
    for (const change of this.#unsyncedNames) if (this.#chance.happens(most)) change(names)
    return new Map([...names].map(([name, inode]) => [name, this.#leftOf(inode)]))
  }

  #leftOf({ durable, unsynced }: Inode): Buffer {
    const most = this.#chance.next()
    let bytes = durable
    for (const change of unsynced) {
      for (const part of 'size' in change ? [change] : sectorsOf(change)) {
        if (this.#chance.happens(most)) bytes = apply(bytes, part)
      }
    }
    return bytes
  }

  #rename(change: (names: Names) => void): void {
    change(this.#names)
    this.#unsyncedNames.push(change)
  }

  #inode(file: FileHandle): Inode {
    const inode = this.#inodes.get(file)
    if (inode === undefined) throw new Error('a file that this disk has not opened')
    return inode
  }

  #tick(): void {
    if (this.#operationsLeft === 0) throw new Error(DEAD)
    this.#operationsLeft -= 1
  }
}

function apply(bytes: Buffer, change: Piece | Cut): Buffer {
  if ('size' in change) return Buffer.from(bytes.subarray(0, change.size))
  const longer = Buffer.alloc(Math.max(bytes.length, change.at + change.bytes.length))
  bytes.copy(longer)
  change.bytes.copy(longer, change.at)
  return longer
}

function sectorsOf({ at, bytes }: Piece): Piece[] {
  const sectors: Piece[] = []
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((at + from) % SECTOR_BYTES))
    sectors.push({ at: at + from, bytes: bytes.subarray(from, to) })
    from = to
  }
  return sectors
}
