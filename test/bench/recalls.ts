/** Recalls: the scope of one over more and more items, in a store of its own, beside a bare walk. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './children.ts'
import type { RecallScopeResult, RecallScopesOptions } from './recall-scopes.ts'
import { type Figure, rounded } from './report.ts'

export interface RecallsOptions {
  /** Items that a recall reaches, rising. */
  readonly sizes: readonly number[]
  readonly onProgress: (what: string) => void
}

export async function measureRecalls({
  sizes,
  onProgress,
}: RecallsOptions): Promise<readonly RecallScopeResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
  try {
    onProgress(`recalls over ${sizes.join(' and ')} items`)
    const options: RecallScopesOptions = { folder, sizes }
    return await run<RecallScopeResult[]>(new URL('./recall-scopes.ts', import.meta.url), options)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

export function recallFigures(results: readonly RecallScopeResult[]): Figure[] {
  const [first] = results
  return results.flatMap((result): Figure[] => {
    const { items, walkSeconds, scopeSeconds, heldMiB, bytesPerItem } = result
    return [
      {
        what: `scope and holders of ${items.toLocaleString('en')} items, on disk`,
        value: scopeSeconds,
        unit: 's',
        beside: { what: 's a walk that keeps nothing', value: walkSeconds },
      },
      {
        what: '  memory held for it',
        value: heldMiB,
        unit: 'MiB',
        ...(first &&
          first !== result && {
            beside: { what: `MiB at ${first.items.toLocaleString('en')}`, value: first.heldMiB },
          }),
      },
      { what: '  on disk per item', value: bytesPerItem, unit: 'bytes' },
      { what: '  items a second', value: Math.round(rounded(items / scopeSeconds)), unit: 'items' },
      { what: '  whether one is recalled, p50', value: result.lookP50Ms, unit: 'ms' },
      { what: '  whether one is recalled, p99', value: result.lookP99Ms, unit: 'ms' },
    ]
  })
}
