/** Alerts as the API tells them: all that stand, page by page, and one of them whole. */
import { request, type Server, ServerError } from '#simulators/server.ts'

export interface Alert {
  readonly id: string
  readonly rule: string
  readonly severity: 'critical' | 'warning' | 'info'
  readonly subject: string
  /** When the incident began and ended, as far as it has, and when the alert was raised. */
  readonly from: string
  readonly to?: string
  readonly raised: string
}

/** What one alert rests on, and what it concerns. */
export interface AlertEvidence {
  readonly eventIDs: readonly string[]
  readonly affected: readonly string[]
  /** When the server could first know of it; of readings it tells the time of the reading. */
  readonly knowable: string | undefined
}

interface Page {
  readonly items: readonly Alert[]
  readonly nextPageToken?: string
}

const perPage = 500
const path = `/v1/alerts?severity=critical%7Cwarning&perPage=${perPage}`

/**
 * All that are more than information; the newest first. False where the server has no alerts to ask
 * for. Throws ServerError.
 */
export async function eachAlert(
  server: Server,
  each: (alert: Alert) => Promise<void>,
): Promise<boolean> {
  let token: string | undefined
  do {
    const next = token === undefined ? '' : `&nextPageToken=${encodeURIComponent(token)}`
    const page = await pageOf(server, path + next)
    if (page === undefined) return false
    for (const alert of page.items) await each(alert)
    token = page.nextPageToken
  } while (token !== undefined)
  return true
}

async function pageOf(server: Server, query: string): Promise<Page | undefined> {
  try {
    return (await request(server, 'GET', query)) as Page
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return undefined
    throw error
  }
}

/** Throws ServerError. */
export async function evidenceOf(server: Server, { id }: Alert): Promise<AlertEvidence> {
  const answer = await request(server, 'GET', `/v1/alerts/${encodeURIComponent(id)}`)
  const { why, affected } = answer as {
    readonly why: {
      readonly eventIDs: readonly string[]
      readonly readings: readonly unknown[]
      readonly knowable: string
    }
    readonly affected: readonly { readonly key: string }[]
  }
  const { eventIDs, readings, knowable } = why
  // Of what was measured that is when it was measured, and a run goes through years in minutes.
  const isOfRecords = eventIDs.length > 0 && readings.length === 0
  return {
    eventIDs,
    knowable: isOfRecords ? knowable : undefined,
    affected: affected.map(({ key }) => key),
  }
}
