import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { recallScope, type ScopeItem, type ScopeSource } from '#risk/recall-scope.ts'
import type { PagedEntry, ScopeEntryWithPath } from '#store/recalls/recall.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import { chain } from '#trace/chain.ts'
import type { Certainty } from '#trace/parts.ts'
import { happened, history, oddHistory, start } from '../trace/happenings.ts'
import { type Captured, MemorySource } from '../trace/memory-source.ts'

let folder: string
let recalls: RecallWriter
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'suyuan-scope-'))
  recalls = new RecallWriter(join(folder, 'recalls.db'))
})
afterAll(() => {
  recalls.close()
  rmSync(folder, { recursive: true })
})

const none = async function* () {}
const TIERS: Readonly<Record<Certainty, string>> = {
  observed: 'proven',
  inferred: 'inferred',
  possible: 'possible',
}

/** The scope of a suspect, as it is read again from where it was written. */
async function scopeOf(
  captured: readonly Captured[],
  key: string,
): Promise<(PagedEntry & ScopeEntryWithPath)[]> {
  const made = recalls.create(
    {
      text: {
        title: '',
        reason: '',
        instructions: '',
        depth: 'retail',
        level: 'A',
        levelPercent: undefined,
      },
      ...{ isDrill: false, recallClass: 'I', law: undefined, domain: 'food', product: undefined },
      ...{ alerts: [], returnsTo: [], decidedUs: 1, by: 'a', suspects: [{ kind: 'key', key }] },
      assume: { sameLineAndDay: false, carryOverHours: 0 },
    },
    'seed',
    1,
  )
  if (!made.ok) throw new Error(made.code)
  const job = recalls.begin(2)
  if (!job) throw new Error('nothing to do')
  const source: ScopeSource = {
    trail: new MemorySource(captured),
    ...{ lotsBetween: none, madeBetween: none, neighbours: none },
  }
  let batch: ScopeItem[] = []
  for await (const part of recallScope(source, job.version.suspects)) {
    if (part.part === 'item') batch.push(part)
    if (batch.length < 3) continue
    recalls.addItems(job, batch)
    batch = []
  }
  recalls.addItems(job, batch)
  recalls.finish(job, { suspects: 1, cuts: [] }, 3)
  return recalls.reader.itemsWithPaths(made.recall, 1, { limit: 1000 })
}

describe('for any history', () => {
  it('the scope of a recall is what a trace forward finds, in the tiers of its certainty', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(history, oddHistory), start, async (happenings, key) => {
        const captured = happened(happenings)
        const traced = await chain(new MemorySource(captured), key, { direction: 'forward' })
        const wanted = (traced?.nodes ?? [])
          .filter(({ standing }) => standing === 'traced')
          .map((node) => `${node.key} ${TIERS[node.certainty]}`)
        const found = (await scopeOf(captured, key)).map((each) => `${each.key} ${each.tier}`)
        expect(found.sort()).toEqual(wanted.sort())
      }),
      { numRuns: 300 },
    )
  }, 120_000)

  it('the way to each item begins with what is suspected and ends with the item', async () => {
    await fc.assert(
      fc.asyncProperty(history, start, async (happenings, key) => {
        for (const { key: its, path, pathIsWhole, tier, assumptions } of await scopeOf(
          happened(happenings),
          key,
        )) {
          expect(path.at(-1)?.key).toBe(its)
          if (pathIsWhole) expect(path[0]?.key).toBe(key)
          expect(assumptions.length > 0).toBe(tier !== 'proven')
        }
      }),
      { numRuns: 200 },
    )
  }, 120_000)
})
