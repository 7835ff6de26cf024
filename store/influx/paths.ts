/** Where lines are written: each class of what is kept has a place of its own. */
import type { Server } from './server.ts'
import type { InfluxSettings } from './settings.ts'

export const telemetryClasses = ['readings', 'minutes'] as const
export type TelemetryClass = (typeof telemetryClasses)[number]

/**
 * How a query of 2.x names the bucket that has no policy in its name. Left out it would be the
 * default of the database, which may be any of its buckets.
 */
export const ownPolicy = 'autogen'

export interface WritePaths {
  /** Trails, events and what the store says of itself. */
  readonly store: string
  readonly readings: string
  readonly minutes: string
}

export function writePaths(server: Server, settings: InfluxSettings): WritePaths {
  return {
    store: writePath(server, settings, undefined),
    readings: writePath(server, settings, 'readings'),
    minutes: writePath(server, settings, 'minutes'),
  }
}

/**
 * The bucket of a class of telemetry. 2.x and 3.x read what is behind a slash as the policy of 1.x,
 * so that a query names both the same way.
 */
export function bucketOf(database: string, of: TelemetryClass): string {
  return `${database}/${of}`
}

/** Nanoseconds are every version's default: precision is left out. */
function writePath(
  { major }: Server,
  { database, org }: InfluxSettings,
  of: TelemetryClass | undefined,
): string {
  if (major === 1) {
    return `/write?${new URLSearchParams({ db: database, ...(of && { rp: of }) })}`
  }
  const bucket = of === undefined ? database : bucketOf(database, of)
  return `/api/v2/write?${new URLSearchParams({ org: org ?? '', bucket })}`
}
