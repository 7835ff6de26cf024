/** The data folder: where each part of what is kept stands in it. */
import { join } from 'node:path'
import type { InfluxSettings } from './influx/settings.ts'

export interface DataFolder {
  readonly root: string
  /** Folder of segment files. */
  readonly journal: string
  /** The embedded trail store, or the side file of the one in InfluxDB. */
  readonly trail: string
  /** Where trails are kept in InfluxDB. */
  readonly influx: InfluxSettings | undefined
  readonly intake: string
  readonly registry: string
  /** Findings, alerts and rules. */
  readonly alerts: string
  /** Recalls and their scopes. */
  readonly recalls: string
  /** Subscriptions, what is delivered to them, and what the public was told. */
  readonly webhooks: string
  /** Reports from the field and counts of look-ups. */
  readonly field: string
  /** The administrator's key, where no setting gives it. */
  readonly adminKey: string
}

export function dataFolder(root: string, influx?: InfluxSettings): DataFolder {
  return {
    root,
    journal: join(root, 'journal'),
    trail: join(root, influx === undefined ? 'trail.db' : 'influx.db'),
    influx,
    intake: join(root, 'intake.db'),
    registry: join(root, 'registry.db'),
    alerts: join(root, 'alerts.db'),
    recalls: join(root, 'recalls.db'),
    webhooks: join(root, 'webhooks.db'),
    field: join(root, 'field.db'),
    adminKey: join(root, 'admin-key'),
  }
}
