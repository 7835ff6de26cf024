/**
 * The data folder: where each part of what is kept stands in it, and the lock that makes one process
 * at a time its owner. Whoever only reads needs no lock.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { lockFile } from './sqlite/database.ts'

export interface DataFolder {
  readonly root: string
  /** Folder of segment files. */
  readonly journal: string
  readonly trail: string
  readonly intake: string
  readonly registry: string
  /** The administrator's key, where no setting gives it. */
  readonly adminKey: string
}

export function dataFolder(root: string): DataFolder {
  return {
    root,
    journal: join(root, 'journal'),
    trail: join(root, 'trail.db'),
    intake: join(root, 'intake.db'),
    registry: join(root, 'registry.db'),
    adminKey: join(root, 'admin-key'),
  }
}

/** Another process owns the data folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError'
}

/**
 * Makes the folder where it is missing, for its owner's eyes only, and this process its owner, until
 * the returned function is called or the process ends in any way.
 */
export function holdFolder({ root }: DataFolder): () => void {
  mkdirSync(root, { recursive: true, mode: 0o700 })
  const release = lockFile(join(root, 'lock'))
  if (release === undefined) {
    throw new FolderInUseError(`${root} is in use by another process of Suyuan`)
  }
  return release
}
