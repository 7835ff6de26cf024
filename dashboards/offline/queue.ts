/**
 * Reports on their way to the server. Each is kept in the browser before anything is tried, and
 * removed once the server has answered that it is durable there. Its id was made here, so sending
 * it twice makes one report. Reports are never forgotten: who made them may be logged out when the
 * network comes back, and they wait for the same key.
 */
import { useSyncExternalStore } from 'react'
import { api, Refused, told } from '../server/api.ts'
import { kept } from './database.ts'

export type ReportBody = Parameters<(typeof api.v1.reports)[':id']['$put']>[0]['json']

export interface QueuedReport {
  readonly report: ReportBody
  /** Id of the key of whoever made it; absent for the public. */
  readonly keyId?: string | undefined
  /** Why the server does not take it: a person has to look at it. */
  readonly refused?: string
}

const listeners = new Set<() => void>()
let current: readonly QueuedReport[] = []
let sending: Promise<void> | undefined

export function useQueue(): readonly QueuedReport[] {
  return useSyncExternalStore(subscribe, () => current)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

async function reload(): Promise<void> {
  current = await (await kept()).getAll('reports')
  for (const tell of listeners) tell()
}

/** Durable in this browser when it resolves; whether it is sent already is another matter. */
export async function enqueue(queued: QueuedReport): Promise<void> {
  await (await kept()).put('reports', queued)
  await reload()
}

export async function discard(id: string): Promise<void> {
  await (await kept()).delete('reports', id)
  await reload()
}

/** Sends what is of a key. One run at a time in this window; two windows do no harm. */
export function sendQueue(keyId: string | undefined): Promise<void> {
  sending ??= sendAll(keyId).finally(() => {
    sending = undefined
  })
  return sending
}

async function sendAll(keyId: string | undefined): Promise<void> {
  await reload()
  for (const queued of current) {
    if (queued.keyId !== keyId || queued.refused !== undefined) continue
    const { report } = queued
    try {
      await told(api.v1.reports[':id'].$put({ param: { id: report.id }, json: report }))
      await discard(report.id)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      const isFinal = error.status >= 400 && error.status < 500 && error.status !== 401
      // Without an answer the rest has none either: it is tried again later.
      if (!isFinal) return
      await enqueue({ ...queued, refused: error.message })
    }
  }
}
