/**
 * Alerts against faults. An alert is right when it rests on an event of a fault, or speaks of what
 * the fault touches by a rule that is meant for it.
 */
import { type Fault as FaultName, isFault } from '#simulators/faults.ts'
import { request, type Server, ServerError } from '#simulators/server.ts'
import type { Fault, TruthBook } from './book.ts'

/** The rules, by their numbers, that are meant to see each kind of fault. */
const rulesFor: Readonly<Record<FaultName, readonly string[]>> = {
  cold_chain_break: ['A1', 'A2', 'A3', 'A4', 'A5', 'A7'],
  hidden_cold_chain_break: ['A1', 'A2', 'A3', 'A4', 'A5', 'A7'],
  door_opening: ['A9'],
  stuck_sensor: ['A11'],
  expired_sale: ['B1'],
  cloned_tag: ['C9', 'C1', 'C4'],
  second_sale: ['C5', 'C4', 'C1'],
  diversion: ['D3', 'D4'],
  unlicensed_supplier: ['D1'],
  dilution: ['E1'],
  lot_swap: ['C12', 'C3'],
  missing_receipt: ['C14', 'C1'],
  failed_test: ['F1'],
  recalled_moving: ['G1'],
  contaminated_ingredient: ['F1'],
}

export interface AlertScore {
  readonly alerts: number
  readonly kinds: readonly KindScore[]
  /** Critical alerts that no fault explains. */
  readonly falseCritical: number
  readonly falseExamples: readonly unknown[]
}

export interface KindScore {
  readonly fault: string
  readonly critical: boolean
  readonly expected: number
  readonly found: number
  readonly precision: number
  /** Seconds from when it could be known to the alert, in the median. */
  readonly delaySeconds: number | undefined
}

interface Alert {
  readonly text: string
  readonly rule: string
  readonly isCritical: boolean
  readonly timeMs: number
}

/** Undefined where the server has no alerts to ask for. Throws ServerError. */
export async function scoreAlerts(
  server: Server,
  book: TruthBook,
): Promise<AlertScore | undefined> {
  const alerts = await readAlerts(server)
  if (alerts === undefined) return undefined
  const explained = new Set<Alert>()
  const kinds = new Map<
    string,
    { fault: Fault; expected: number; delays: number[]; hits: number }
  >()
  for (const fault of book.faults.values()) {
    const matching = alerts.filter((alert) => isAbout(alert, fault))
    for (const alert of matching) explained.add(alert)
    const kind = kinds.get(fault.fault) ?? { fault, expected: 0, delays: [], hits: 0 }
    kinds.set(fault.fault, kind)
    kind.expected += 1
    if (matching.length === 0) continue
    kind.hits += 1
    const first = Math.min(...matching.map(({ timeMs }) => timeMs))
    kind.delays.push((first - Date.parse(fault.knowable)) / 1000)
  }
  const unexplained = alerts.filter((alert) => alert.isCritical && !explained.has(alert))
  return {
    alerts: alerts.length,
    kinds: [...kinds].map(([name, { fault, expected, delays, hits }]) => ({
      fault: name,
      critical: fault.critical,
      expected: fault.alarm ? expected : 0,
      found: hits,
      precision: alerts.length === 0 ? 1 : explained.size / alerts.length,
      delaySeconds: delays.sort((a, b) => a - b)[Math.floor(delays.length / 2)],
    })),
    falseCritical: unexplained.length,
    falseExamples: unexplained.slice(0, 20).map(({ text }) => JSON.parse(text)),
  }
}

function isAbout({ text, rule }: Alert, fault: Fault): boolean {
  if (fault.eventIDs.some((eventID) => text.includes(eventID))) return true
  const rules = isFault(fault.fault) ? rulesFor[fault.fault] : []
  if (!rules.some((one) => rule === one || rule.startsWith(`${one}-`))) return false
  if (text.includes(fault.subject)) return true
  for (const key of fault.touched) if (text.includes(`"${key}"`)) return true
  return false
}

async function readAlerts(server: Server): Promise<Alert[] | undefined> {
  const alerts: Alert[] = []
  let token: string | undefined
  do {
    const next = token === undefined ? '' : `&nextPageToken=${encodeURIComponent(token)}`
    const answer = await request(server, 'GET', `/v1/alerts?perPage=500${next}`).catch((error) => {
      if (error instanceof ServerError && error.status === 404) return undefined
      throw error
    })
    if (answer === undefined) return undefined
    const { items = [], nextPageToken } = answer as {
      items?: Readonly<Record<string, unknown>>[]
      nextPageToken?: string
    }
    alerts.push(...items.map(alertOf))
    token = nextPageToken
  } while (token !== undefined)
  return alerts
}

/** Fields that alerts are known to go by; what else they hold is looked through as text. */
function alertOf(said: Readonly<Record<string, unknown>>): Alert {
  const times = [said['time'], said['openedAt'], said['raisedAt'], said['createdAt']]
  const time = times.find((one) => typeof one === 'string')
  return {
    text: JSON.stringify(said),
    rule: String(said['rule'] ?? said['ruleId'] ?? ''),
    isCritical: said['severity'] === 'critical',
    timeMs: Date.parse(String(time)),
  }
}
