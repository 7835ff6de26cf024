/**
 * A position up to which the journal is known to be whole, noted when it is closed in order.
 * Recovery refuses to cut below it: after an orderly stop nothing is torn, so what is missing is
 * damage.
 *
 * It stays true while the journal grows, so that a crash needs no change to it.
 */
import { readFile } from 'node:fs/promises'
import type { JournalPosition } from '#store/trail.ts'
import { type Disk, replaceFile } from './disk.ts'
import { codeOf, JournalDamaged } from './errors.ts'

const NAME = 'closed-at'

/** 0 for a journal that was never closed in order. */
export async function readFloor(directory: string): Promise<JournalPosition> {
  try {
    const position = Number(await readFile(`${directory}/${NAME}`, 'utf8'))
    if (Number.isSafeInteger(position)) return position
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return 0
    throw error
  }
  throw new JournalDamaged(0, NAME, 'it does not say where the journal was closed')
}

export async function writeFloor(
  disk: Disk,
  directory: string,
  position: JournalPosition,
): Promise<void> {
  await replaceFile(disk, directory, NAME, Buffer.from(`${position}\n`))
}
