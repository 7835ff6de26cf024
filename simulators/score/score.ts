/**
 * Measures a server against the truth of a run: every link of every chain forward from what was
 * supplied, chains back from a sample of items, every item of every recall scope, and alerts.
 */
import type { Server } from '#simulators/server.ts'
import { type AlertScore, scoreAlerts } from './alerts.ts'
import { TruthBook } from './book.ts'
import { ChainTally, realCores } from './compare.ts'
import { Oracle } from './oracle.ts'
import { ScopeTally } from './scope.ts'
import { trace } from './traces.ts'
import { Reality, Reported, type View } from './view.ts'

export interface ScoreOptions extends Server {
  readonly truthFile: string
  /** Items whose chains are traced back; they are spread over the run. */
  readonly sample: number
  readonly onProgress?: (share: number) => void
}

export interface Score {
  readonly book: TruthBook
  readonly forward: ChainTally
  readonly back: ChainTally
  readonly scopes: ScopeTally
  /** Undefined where the server has no alerts to ask for. */
  readonly alerts: AlertScore | undefined
  readonly elapsedMs: number
}

/** Traces under way at a time. */
const together = 4

/** Throws TruthError, ServerError, and what the file system throws. */
export async function score(options: ScoreOptions): Promise<Score> {
  const started = performance.now()
  const book = TruthBook.read(options.truthFile)
  const real = new Oracle(new Reality(book))
  const seen = new Reported(book)
  const reported = new Oracle(seen)
  const cores = realCores(book)
  const forward = new ChainTally(book, cores)
  const back = new ChainTally(book, cores)
  const scopes = new ScopeTally(book)
  const starts = startsOf(book, seen)
  const items = sampled([...book.items.keys()], options.sample)
  const all = [
    ...starts.map((key) => ({ key, direction: 'forward' as const })),
    ...items.map((key) => ({ key, direction: 'back' as const })),
  ]
  let done = 0
  const next = all.values()
  const work = async () => {
    for (const { key, direction } of next) {
      const found = await trace(options, key, direction)
      const [isReal, isReported] = [real[direction](key), reported[direction](key)]
      const tally = direction === 'forward' ? forward : back
      tally.add({
        start: key,
        real: isReal.links,
        reported: isReported.links,
        found: found.links.values(),
      })
      if (direction === 'forward') {
        const scope = { real: isReal.traced, reported: isReported.traced, found: found.traced }
        scopes.add({ start: key, ...scope })
      }
      done += 1
      options.onProgress?.(done / all.length)
    }
  }
  await Promise.all(Array.from({ length: together }, work))
  const alerts = await scoreAlerts(options, book)
  const elapsedMs = Math.round(performance.now() - started)
  return { book, forward, back, scopes, alerts, elapsedMs }
}

/**
 * Whatever went into something and was made of nothing that anyone reported, and the lots of items:
 * between them their chains have every link.
 */
function startsOf(book: TruthBook, reported: View): string[] {
  const used = [...book.madeInto.keys()].filter((key) => !book.items.has(key))
  const first = used.filter((key) => reported.from(key).length === 0)
  return [...new Set([...first, ...book.members.keys()])]
}

function sampled(keys: readonly string[], count: number): string[] {
  const every = Math.max(1, keys.length / Math.max(1, count))
  const chosen = Array.from({ length: Math.min(count, keys.length) }, (_, at) => {
    return keys[Math.floor(at * every)]
  })
  return chosen.filter((key) => key !== undefined)
}
