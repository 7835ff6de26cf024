/** Joins the worker that watches the store for what rules speak of with the rest. */
import type { GaugeSource } from '#api/metrics.ts'
import { startWatch, type WatchWorker } from '#ingest/watch/start.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import type { DataFolder } from '#store/folder.ts'
import type { Logger } from './log.ts'

export interface WatchingParts {
  readonly folder: DataFolder
  readonly log: Logger
  readonly onSteps: () => void
  readonly onFatal: (error: Error) => void
}

/** One of so many attempts to watch is logged: about one a minute. */
const LOG_EVERY = 30
const ASKED_WITHIN_US = 120_000_000

/** Whoever starts it stops it. */
export function watchStore({ folder, log, onSteps, onFatal }: WatchingParts): WatchWorker {
  const { trail, influx, registry, alerts, recalls } = folder
  return startWatch(
    { trail, influx, registry, alerts, recalls },
    {
      onSteps,
      onTrouble(attempt, reason) {
        if (attempt % LOG_EVERY === 1) log.error({ attempt, reason }, 'the store is not watched')
      },
      onDeath: onFatal,
    },
  )
}

/** Names without what all of ours begin with. */
export function watchGauges(
  alerts: AlertReader,
  watch: Pick<WatchWorker, 'busyMs'>,
  nowUs: () => number,
): GaugeSource[] {
  return [
    {
      name: 'watch_event',
      help: 'The last event that rules have looked at',
      read: () => alerts.counts().eventRef,
    },
    {
      name: 'watch_asked',
      help: 'What rules are to look at again within two minutes',
      read: () => alerts.asked(nowUs() + ASKED_WITHIN_US),
    },
    {
      name: 'watch_busy_seconds',
      help: 'Since rules had nothing to do',
      read: () => watch.busyMs() / 1000,
    },
  ]
}
