/**
 * The last look-ups of this browser with their answers, so that a code can be looked up again where
 * there is no network. They are forgotten when the session ends: another may not see as much.
 */
import type { ItemTold } from '../inspector/item-data.ts'
import { forgetAtEnd } from '../shell/end-session.ts'
import { kept } from './database.ts'

export interface KeptLookUp {
  /** As it was scanned or typed. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
  readonly told: ItemTold
}

export const MOST_LOOK_UPS = 50

export async function keepLookUp(lookUp: KeptLookUp): Promise<void> {
  const database = await kept()
  await database.put('lookUps', lookUp)
  const ids = await database.getAllKeysFromIndex('lookUps', 'at')
  await Promise.all(ids.slice(0, -MOST_LOOK_UPS).map((id) => database.delete('lookUps', id)))
}

export async function keptLookUp(id: string): Promise<KeptLookUp | undefined> {
  return (await kept()).get('lookUps', id)
}

/** The newest first. */
export async function recentLookUps(): Promise<KeptLookUp[]> {
  return (await (await kept()).getAllFromIndex('lookUps', 'at')).reverse()
}

forgetAtEnd(async () => (await kept()).clear('lookUps'))
