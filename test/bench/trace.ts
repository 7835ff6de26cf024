/** Tracing: through the real store and walk at growing sizes, and over HTTP at the largest. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from '../e2e/program.ts'
import { run } from './children.ts'
import { sharedLotOf } from './shared-lots.ts'
import { backOverHttp, forwardOverHttp, type StreamResult } from './trace-http.ts'
import type { StoreResult, WalksOptions } from './trace-walks.ts'
import type { BackResult } from './walk-back.ts'

export interface TraceResult {
  readonly stores: readonly Omit<StoreResult, 'serials'>[]
  readonly http: {
    readonly trailRows: number
    readonly back: BackResult
    readonly forward: readonly StreamResult[]
  }
}

export interface TraceOptions {
  /** Trail rows at which it is measured, rising. */
  readonly rowCounts: readonly number[]
  readonly onProgress: (what: string) => void
}

export async function measureTrace({ rowCounts, onProgress }: TraceOptions): Promise<TraceResult> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
  try {
    onProgress(`traces at ${rowCounts.join(' and ')} trail rows`)
    const options: WalksOptions = { folder, rowCounts }
    const stores = await run<StoreResult[]>(new URL('./trace-walks.ts', import.meta.url), options)
    const largest = stores.at(-1)
    if (largest === undefined) throw new Error('no size was asked for')
    onProgress('traces over HTTP')
    const http = await measureHttp(folder, largest)
    return { stores: stores.map(({ serials: _, ...store }) => store), http }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureHttp(folder: string, store: StoreResult): Promise<TraceResult['http']> {
  const program = await startProgram(folder, { LOG_LEVEL: 'warn' })
  try {
    const back = await backOverHttp(program, store.serials)
    const forward: StreamResult[] = []
    for (const { serials } of store.forward) {
      forward.push(await forwardOverHttp(program, sharedLotOf(serials)))
    }
    return { trailRows: store.trailRows, back, forward }
  } finally {
    await program.end('SIGTERM')
  }
}
