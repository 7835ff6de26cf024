/**
 * Measures a server against the truth of a run: every link of every chain forward from what was
 * supplied, chains back from a sample of items, every item of every recall scope, and alerts.
 */
import type { Server } from '#simulators/server.ts'
import { type AlertScore, scoreAlerts } from './alerts.ts'
import { TruthBook } from './book.ts'
import { ChainTally } from './compare.ts'
import { Oracle } from './oracle.ts'
import { ScopeTally } from './scope.ts'
import { untilSettled } from './settled.ts'
import { trace } from './traces.ts'
import { Reality, Reported, type View } from './view.ts'

export interface ScoreOptions extends Server {
  readonly truthFile: string
  /** Items whose chains are traced back; they are spread over the run. */
  readonly sample: number
  /** Traces nothing. */
  readonly isAlertsAlone?: boolean
  /** How long to wait for the server to have looked at everything; 0 does not wait. */
  readonly waitMs: number
  readonly onProgress?: (share: number) => void
}

export interface Score {
  readonly book: TruthBook
  readonly forward: ChainTally
  readonly back: ChainTally
  readonly scopes: ScopeTally
  /** Undefined where the server has no alerts to ask for. */
  readonly alerts: AlertScore | undefined
  /** Whether the server had looked at everything before it was asked. */
  readonly isSettled: boolean
  readonly elapsedMs: number
}

/** Traces under way at a time. */
const together = 4

/** Throws TruthError, ServerError, and what the file system throws. */
export async function score(options: ScoreOptions): Promise<Score> {
  const book = TruthBook.read(options.truthFile)
  try {
    const isSettled = options.waitMs === 0 || (await untilSettled(options, options.waitMs))
    return { ...(await scoreBy(options, book)), isSettled }
  } finally {
    book.close()
  }
}

async function scoreBy(options: ScoreOptions, book: TruthBook): Promise<Omit<Score, 'isSettled'>> {
  const started = performance.now()
  const real = new Oracle(new Reality(book))
  const seen = new Reported(book)
  const reported = new Oracle(seen)
  const forward = new ChainTally(book)
  const back = new ChainTally(book)
  const scopes = new ScopeTally(book)
  const starts = startsOf(book, seen)
  const items = sampled(book, options.sample)
  const all = options.isAlertsAlone
    ? []
    : [
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
  const first = book.used().filter((key) => reported.from(key).length === 0)
  return [...new Set([...first, ...book.lots()])]
}

function sampled(book: TruthBook, count: number): string[] {
  const { items } = book
  const every = Math.max(1, items / Math.max(1, count))
  return Array.from({ length: Math.min(count, items) }, (_, at) => Math.floor(at * every)).flatMap(
    (n) => book.itemAt(n) ?? [],
  )
}
