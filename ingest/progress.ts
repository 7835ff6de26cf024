/**
 * How far ingest has come, as the main thread knows it from the news: for readiness, metrics, and
 * the bound on how far the journal may run ahead.
 */
import type { JournalPosition } from '#store/trail.ts'
import type { IngestAhead, IngestNews, IngestTrouble } from './news.ts'

const counted = ['messages', 'stored', 'repeats', 'readings', 'rejected', 'statuses'] as const

export class IngestProgress {
  /** Everything before it is settled. */
  cursor: JournalPosition
  /** The recordTime up to which everything is settled; undefined where it is not known. */
  settledToUs: number | undefined
  /** Readers see everything before it: what is settled, and what waits in a spool. */
  seen: JournalPosition
  /** The recordTime up to which they do. */
  seenToUs: number | undefined
  /** Why nothing is stored at the moment; undefined while all is well. */
  trouble: IngestTrouble | undefined
  /** Since the start of the process. */
  readonly totals = { messages: 0, stored: 0, repeats: 0, readings: 0, rejected: 0, statuses: 0 }

  constructor(cursor: JournalPosition, settledToUs: number | undefined) {
    this.cursor = cursor
    this.settledToUs = settledToUs
    this.seen = cursor
    this.seenToUs = settledToUs
  }

  onAhead({ to, toUs }: Omit<IngestAhead, 'kind'>): void {
    if (to <= this.seen) return
    this.seen = to
    this.seenToUs = toUs
  }

  onNews(news: IngestNews): void {
    this.cursor = news.cursor
    this.settledToUs = news.settledToUs
    this.trouble = undefined
    this.onAhead({ to: news.cursor, toUs: news.settledToUs })
    for (const figure of counted) this.totals[figure] += news[figure]
  }

  onTrouble(trouble: IngestTrouble): void {
    this.trouble = trouble
  }
}
