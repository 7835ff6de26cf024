/** The data folder: where each part of what is kept stands in it. */
import { join } from 'node:path'

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
