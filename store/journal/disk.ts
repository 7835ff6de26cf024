/**
 * What the journal asks of a disk when it writes. An argument of the journal, so that tests can let
 * the disk fail, fill up or lose its power at any of these operations; `realDisk` is the disk.
 *
 * None of them is ever tried again after it failed: a failed fdatasync may have dropped what it
 * could not write, and the next one would succeed all the same.
 */
import { type FileHandle, open, rename, unlink } from 'node:fs/promises'

export interface Disk {
  /** `r+` opens a file, `w+` makes an empty one. */
  open(path: string, flags: 'r+' | 'w+'): Promise<FileHandle>
  /** Returns the bytes written, which may be fewer than given. */
  write(file: FileHandle, buffers: Uint8Array[], at: number): Promise<number>
  truncate(file: FileHandle, size: number): Promise<void>
  /** After it the bytes and the size of the file survive a loss of power. */
  sync(file: FileHandle): Promise<void>
  rename(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** After it the names in a folder survive a loss of power. */
  syncDirectory(path: string): Promise<void>
}

export const realDisk: Disk = {
  open: (path, flags) => open(path, flags),
  // More buffers than the system takes in one call are no matter: libuv divides them.
  write: async (file, buffers, at) => (await file.writev(buffers, at)).bytesWritten,
  truncate: (file, size) => file.truncate(size),
  sync: (file) => file.datasync(),
  rename,
  remove: unlink,
  async syncDirectory(path) {
    const directory = await open(path, 'r')
    try {
      await directory.sync()
    } finally {
      await directory.close()
    }
  },
}

/** Writes all of it; the rest again where the system took a part, which is no fault yet. */
export async function writeAll(
  disk: Disk,
  file: FileHandle,
  buffers: Uint8Array[],
  at: number,
): Promise<void> {
  let rest = buffers
  for (let to = at; rest.length > 0; ) {
    const written = await disk.write(file, rest, to)
    if (written === 0) throw new Error('the disk took none of the bytes it was given')
    to += written
    rest = without(rest, written)
  }
}

function without(buffers: Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes
  return buffers.flatMap((buffer) => {
    const skipped = Math.min(left, buffer.length)
    left -= skipped
    return skipped === buffer.length ? [] : [buffer.subarray(skipped)]
  })
}

/**
 * Puts a small file where none or another was: whole and durable when this resolves, and before
 * that, whatever happens, as it was.
 */
export async function replaceFile(
  disk: Disk,
  directory: string,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const temporary = `${directory}/${name}.new`
  const file = await disk.open(temporary, 'w+')
  try {
    await writeAll(disk, file, [bytes], 0)
    await disk.sync(file)
  } finally {
    await file.close()
  }
  await disk.rename(temporary, `${directory}/${name}`)
  await disk.syncDirectory(directory)
}
