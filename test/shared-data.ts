/**
 * Where the published documents and vectors are: `../shared/data` beside the repository, read in
 * place. Where they are absent a test skips and says so; with REQUIRE_ALL=1 it fails instead.
 */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../shared/data/', import.meta.url))

/** Absolute path of one file or folder of the shared data; undefined where it is absent. */
export function sharedData(path: string): string | undefined {
  if (existsSync(ROOT + path)) return ROOT + path
  if (process.env['REQUIRE_ALL'] === '1') throw new Error(`../shared/data/${path} is absent`)
  console.warn(`skipped: ../shared/data/${path} is absent`)
  return undefined
}
