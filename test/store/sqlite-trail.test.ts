import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { StoreUnderTest } from './contract/fixtures.ts'
import { trailContract } from './trail-contract.ts'

async function openStore(): Promise<StoreUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-trail-'))
  const file = join(folder, 'trail.db')
  let writer = openSqliteTrail(file, 'write')
  let reader = openSqliteTrail(file, 'read')
  const close = async () => {
    await reader.close()
    await writer.close()
  }
  return {
    get writer() {
      return writer
    },
    get reader() {
      return reader
    },
    async reopen() {
      await close()
      writer = openSqliteTrail(file, 'write')
      reader = openSqliteTrail(file, 'read')
    },
    async end() {
      await close()
      rmSync(folder, { recursive: true })
    },
  }
}

trailContract('the trail store in SQLite', openStore)
