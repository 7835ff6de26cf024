/**
 * What /readyz tells: whether messages become durable, whether they are stored, whether senders may
 * go on. Warnings come early, while all is still well, so that somebody can act before it is not.
 */
import { statfs } from 'node:fs/promises'
import type { ReadinessCheck } from '#api/health.ts'
import type { IngestProgress } from '#ingest/progress.ts'
import type { Journal } from '#store/journal/journal.ts'
import type { WebhookReader } from '#store/webhooks/reader.ts'

export interface ReadinessParts {
  readonly journal: Pick<Journal, 'durableEnd' | 'failed'>
  readonly progress: IngestProgress
  readonly hasRoom: () => boolean
  /** How far the journal may run ahead of the store. */
  readonly maxBytes: number
  /** Why the server that keeps trails does not answer; where there is one. */
  readonly storeTrouble?: (() => Promise<string | undefined>) | undefined
  readonly webhooks: Pick<WebhookReader, 'counts'>
  /** The folder of everything that is kept. */
  readonly root: string
}

/** Of a disk, where this is less than what the journal may yet need. */
const leastFreeShare = 0.05

export async function readiness(parts: ReadinessParts): Promise<ReadinessCheck[]> {
  const { journal, progress } = parts
  return [
    {
      name: 'journal',
      ok: journal.failed === undefined,
      detail: journal.failed?.message ?? 'messages become durable',
    },
    {
      name: 'ingest',
      ok: progress.trouble === undefined,
      detail: progress.trouble?.reason ?? behind(parts),
    },
    ...(await store(parts)),
    room(parts),
    await disk(parts),
    receivers(parts),
  ]
}

/** A webhook that was disabled has nobody to tell that to but us. */
function receivers({ webhooks }: ReadinessParts): ReadinessCheck {
  const { disabled, subscriptions } = webhooks.counts()
  const detail = `${disabled} of ${subscriptions} webhooks are disabled`
  return { name: 'webhooks', ok: true, detail, ...(disabled > 0 && { warning: true as const }) }
}

/** While nothing comes in, ingest does not notice. */
async function store({ storeTrouble }: ReadinessParts): Promise<ReadinessCheck[]> {
  if (storeTrouble === undefined) return []
  const trouble = await storeTrouble()
  return [{ name: 'store', ok: trouble === undefined, detail: trouble ?? 'InfluxDB answers' }]
}

function behind({ journal, progress }: ReadinessParts): string {
  return `${journal.durableEnd - progress.cursor} bytes behind the journal`
}

function room(parts: ReadinessParts): ReadinessCheck {
  const { journal, progress, hasRoom, maxBytes } = parts
  const name = 'room'
  if (!hasRoom()) return { name, ok: false, detail: `full: ${behind(parts)}` }
  if (journal.durableEnd - progress.cursor <= maxBytes / 2) {
    return { name, ok: true, detail: 'senders may go on' }
  }
  const detail = `more than half full: ${behind(parts)} of ${maxBytes}`
  return { name, ok: true, warning: true, detail }
}

/** A disk that is full shows in the other checks; here it is told before. */
async function disk({ root, maxBytes }: ReadinessParts): Promise<ReadinessCheck> {
  const { free, size } = await diskSpace(root)
  const detail = `${free} of ${size} bytes free`
  const isLow = free < maxBytes || free < size * leastFreeShare
  return { name: 'disk', ok: true, detail, ...(isLow && { warning: true as const }) }
}

/** Of the disk that a folder is on, in bytes: what we may still use, and all of it. */
export async function diskSpace(folder: string): Promise<{ free: number; size: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { free: bavail * bsize, size: blocks * bsize }
}
