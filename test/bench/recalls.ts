/** Recalls: the scope of one over more and more items, beside a bare walk; and what is followed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from './children.ts'
import type { LateGoodsOptions, LateGoodsResult } from './late-goods.ts'
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

/** What it costs to follow events for what so many recalls lack, each in files of its own. */
export async function measureLateGoods({
  counts,
  events,
  onProgress,
}: {
  readonly counts: readonly number[]
  readonly events: number
  readonly onProgress: (what: string) => void
}): Promise<readonly LateGoodsResult[]> {
  const results: LateGoodsResult[] = []
  for (const recalls of counts) {
    onProgress(`events behind ${recalls} recalls`)
    const folder = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
    try {
      const options: LateGoodsOptions = { folder, recalls, before: events, events }
      results.push(await run(new URL('./late-goods.ts', import.meta.url), options))
    } finally {
      rmSync(folder, { recursive: true })
    }
  }
  return results
}

export function lateGoodsFigures(results: readonly LateGoodsResult[]): Figure[] {
  return results.flatMap(({ recalls, events, cpuUsAnEvent, late }): Figure[] => [
    {
      what: `an event followed with ${recalls} recalls in force (${events.toLocaleString('en')})`,
      value: cpuUsAnEvent,
      unit: 'us of CPU',
    },
    { what: '  things that they lacked', value: late, unit: 'items' },
  ])
}
