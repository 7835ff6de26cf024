/**
 * The administrator's key: the setting where there is one, else a file beside the data that only
 * its owner can read, made at the first start.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Keys } from './keys.ts'

/** The key in the setting or in the file is too short to be safe. */
export class WeakAdminKeyError extends Error {
  override readonly name = 'WeakAdminKeyError'
}

const shortest = 16

export interface AdminKeySource {
  /** The data folder; the key is kept in `admin-key` there. */
  readonly directory: string
  /** The ADMIN_KEY setting. */
  readonly configured: string | undefined
  readonly nowUs: number
  readonly random: (size: number) => Uint8Array
}

/**
 * Makes the administrator's key stand in the registry. `made` is the key when this call made it,
 * for printing once. Throws WeakAdminKeyError for a key of fewer than 16 characters.
 */
export function ensureAdminKey(keys: Keys, source: AdminKeySource): { made: string | undefined } {
  const { directory, configured, nowUs, random } = source
  const file = join(directory, 'admin-key')
  const kept = configured ?? readKept(file)
  if (kept !== undefined && kept.length < shortest) {
    const where = configured === undefined ? file : 'ADMIN_KEY'
    throw new WeakAdminKeyError(`${where} needs at least ${shortest} characters`)
  }
  const secret = kept ?? `sy_${Buffer.from(random(32)).toString('base64url')}`
  if (kept === undefined) keep(file, secret)
  keys.setAdmin(secret, nowUs)
  return { made: kept === undefined ? secret : undefined }
}

/** Written aside and renamed: a crash loses a key that was not printed yet, or nothing. */
function keep(file: string, secret: string): void {
  const aside = `${file}.new`
  rmSync(aside, { force: true })
  writeFileSync(aside, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true })
  renameSync(aside, file)
}

function readKept(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
