/**
 * Alerts against what was made to go wrong: by kind, subject and time. A fault is found where an
 * alert of a rule that is meant for it speaks of its subject, of what it touches or of its events,
 * at its time. An alert is explained where it speaks of any fault so, or rests on its events; what
 * the field has garbled explains some as well, and is counted apart.
 */
import { type Fault as FaultName, faultKinds, isFault } from '#simulators/faults.ts'
import type { Server } from '#simulators/server.ts'
import type { FaultLine } from '#simulators/truth.ts'
import { type Alert, type AlertEvidence, eachAlert, evidenceOf } from './alert-list.ts'
import type { TruthBook } from './book.ts'

/** The rules that are meant to see each kind of fault. */
const rulesFor: Readonly<Record<FaultName, readonly string[]>> = {
  cold_chain_break: ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'B4'],
  hidden_cold_chain_break: ['A1', 'A2', 'A3', 'A4', 'A5', 'A6', 'A7', 'A8', 'B4'],
  door_opening: ['A1', 'A2', 'A4', 'A9'],
  stuck_sensor: ['A11'],
  expired_sale: ['B1'],
  cloned_tag: ['C9', 'C10', 'C1', 'C4', 'D3'],
  second_sale: ['C5', 'C4', 'C1', 'C9'],
  diversion: ['D3', 'D4', 'C1', 'E4'],
  unlicensed_supplier: ['D1'],
  dilution: ['E1', 'E2'],
  lot_swap: ['C12', 'C3', 'E2'],
  missing_receipt: ['C14', 'C1', 'E4'],
  failed_test: ['F1', 'F2'],
  recalled_moving: ['G1'],
  contaminated_ingredient: ['F1', 'F2'],
}

/** What a licence lacks, it lacks from its end on, which may be years before. */
const longAgo: ReadonlySet<string> = new Set(['D1'])
const hourMs = 3600_000
const slackMs = 26 * hourMs
/** For so long beside it is heard of a fault: what was diverted is sold for two days. */
const lastsMs: Readonly<Partial<Record<FaultName, number>>> = { diversion: 48 * hourMs }
/** Rules that speak of many tests at once, and so of no fault alone. */
const ofSeries: ReadonlySet<string> = new Set(['F3', 'F4', 'F5'])
const failing: ReadonlySet<string> = new Set(['failed_test', 'contaminated_ingredient'])
/** A logger tells at the end of its trip what it measured on it. */
const tripMs = 24 * hourMs
/** A door that stands wide open is over a limit for a quarter of an hour; A2 allows an hour. */
const openingsOfBudget = 4
const openingMs = 30 * 60_000
/** Of what an alert concerns so much is looked at. */
const mostAffected = 200
const mostExamples = 20

export interface KindScore {
  readonly fault: string
  readonly critical: boolean
  readonly expected: number
  readonly found: number
  /** From when the server could know it to the alert, in seconds: the median and the most. */
  readonly delaySeconds: number | undefined
  readonly worstDelaySeconds: number | undefined
  /** From when it happened to when the alert says that it did, in the median. */
  readonly offSeconds: number | undefined
  readonly missed: readonly string[]
}

export interface RuleScore {
  alerts: number
  explained: number
  /** Speaks of what the field has garbled. */
  ofField: number
  /** Nothing explains it. */
  false: number
}

export interface AlertScore {
  readonly kinds: readonly KindScore[]
  /** By severity and rule: `critical A1`. */
  readonly rules: ReadonlyMap<string, RuleScore>
  /** Critical alerts that nothing explains. */
  readonly falseCritical: number
  /** The gravest first. */
  readonly falseExamples: readonly Alert[]
}

/** Undefined where the server has no alerts to ask for. Throws ServerError. */
export async function scoreAlerts(
  server: Server,
  book: TruthBook,
): Promise<AlertScore | undefined> {
  const tally = new AlertTally(book)
  const isThere = await eachAlert(server, async (alert) => {
    if (tally.addBySubject(alert)) return
    tally.addByEvidence(alert, await evidenceOf(server, alert))
  })
  if (!isThere) return undefined
  for (const { fault, alert } of tally.firsts()) {
    tally.time(fault, (await evidenceOf(server, alert)).knowable)
  }
  return tally.score()
}

interface Found {
  readonly alert: Alert
  delayMs: number | undefined
}

export class AlertTally {
  readonly #book: TruthBook
  readonly #bySubject = new Map<string, FaultLine[]>()
  readonly #byEvent = new Map<string, FaultLine>()
  readonly #found = new Map<FaultLine, Found>()
  readonly #rules = new Map<string, RuleScore>()
  readonly #falseExamples: Readonly<Record<'critical' | 'warning', Alert[]>> = {
    critical: [],
    warning: [],
  }

  constructor(book: TruthBook) {
    this.#book = book
    for (const fault of book.faults.values()) {
      const slug = book.parties.get(fault.subject)
      const names = [fault.subject, ...(slug === undefined ? [] : [`party:${slug}`])]
      for (const name of names) {
        this.#bySubject.set(name, [...(this.#bySubject.get(name) ?? []), fault])
      }
      for (const eventID of fault.eventIDs) this.#byEvent.set(eventID, fault)
    }
  }

  /** False where its subject says nothing: what it rests on has to be looked at. */
  addBySubject(alert: Alert): boolean {
    const faults = this.#faultsAt(alert.subject).filter((fault) => isMeant(alert, fault))
    if (faults.length === 0) return false
    this.#explain(alert, faults)
    return true
  }

  addByEvidence(alert: Alert, { eventIDs, affected }: AlertEvidence): void {
    const byEvent = eventIDs.flatMap((eventID) => this.#byEvent.get(eventID) ?? [])
    const near = affected.slice(0, mostAffected).flatMap((key) => this.#faultsAt(key))
    const faults = [...byEvent, ...near].filter((fault) => isMeant(alert, fault))
    if (faults.length > 0) {
      this.#explain(alert, faults)
      return
    }
    const rule = this.#rule(alert)
    rule.alerts += 1
    if (byEvent.some(({ alarm }) => alarm) || this.#isOfRun(alert)) rule.explained += 1
    else if (this.#isOfField([alert.subject, ...affected], eventIDs)) rule.ofField += 1
    else this.#tellFalse(alert)
  }

  #tellFalse(alert: Alert): void {
    if (this.#isAddedUp(alert)) {
      this.#rule(alert).explained += 1
      return
    }
    this.#rule(alert).false += 1
    const examples = alert.severity === 'critical' ? 'critical' : 'warning'
    if (this.#falseExamples[examples].length < mostExamples) {
      this.#falseExamples[examples].push(alert)
    }
  }

  /**
   * Whether it adds up what no single one of its causes is: a door that stood open so often, while
   * the thing was there for weeks, that all of it together is over its budget.
   */
  #isAddedUp({ rule, from, to }: Alert): boolean {
    if (rule !== 'A2' || to === undefined) return false
    const [fromMs, toMs] = [Date.parse(from) - openingMs, Date.parse(to)]
    const openings = new Map<string, number>()
    for (const { fault, subject, happened } of this.#book.faults.values()) {
      const atMs = Date.parse(happened)
      if (fault !== 'door_opening' || atMs < fromMs || atMs > toMs) continue
      openings.set(subject, (openings.get(subject) ?? 0) + 1)
    }
    return [...openings.values()].some((count) => count >= openingsOfBudget)
  }

  /** Whether it is so of the run as a whole: many tests failed, or sensors fell silent with it. */
  #isOfRun({ rule, subject, from }: Alert): boolean {
    const fromMs = Date.parse(from)
    // Nobody reports to an authority of what the run has recalled.
    if (rule === 'G2') {
      return [...this.#book.faults.values()].some(({ fault }) => fault === 'recalled_moving')
    }
    if (ofSeries.has(rule)) {
      const { faults } = this.#book
      return [...faults.values()].some(({ fault, knowable }) => {
        return failing.has(fault) && Date.parse(knowable) <= fromMs
      })
    }
    const silentMs = this.#book.silentMs.get(subject)
    return rule === 'A11' && silentMs !== undefined && Math.abs(fromMs - silentMs) < tripMs
  }

  /** Of each fault that was found, the alert that found it first. */
  *firsts(): Generator<{ readonly fault: FaultLine; readonly alert: Alert }> {
    for (const [fault, { alert }] of this.#found) yield { fault, alert }
  }

  time(fault: FaultLine, knowable: string | undefined): void {
    const found = this.#found.get(fault)
    if (found === undefined || knowable === undefined) return
    found.delayMs = Date.parse(found.alert.raised) - Date.parse(knowable)
  }

  score(): AlertScore {
    const kinds = Object.keys(faultKinds).flatMap((name): KindScore[] => {
      const faults = [...this.#book.faults.values()].filter(({ fault }) => fault === name)
      return faults.length === 0 ? [] : [this.#kindOf(name, faults)]
    })
    const critical = [...this.#rules].filter(([name]) => name.startsWith('critical '))
    const falseCritical = critical.reduce((sum, [, rule]) => sum + rule.false, 0)
    const falseExamples = [...this.#falseExamples.critical, ...this.#falseExamples.warning]
    return { kinds, rules: this.#rules, falseCritical, falseExamples }
  }

  #kindOf(name: string, faults: readonly FaultLine[]): KindScore {
    const hits = faults.flatMap((fault) => {
      const found = this.#found.get(fault)
      return found === undefined ? [] : [{ fault, found }]
    })
    const delays = hits.flatMap(({ found: { delayMs } }) =>
      delayMs === undefined ? [] : [delayMs],
    )
    const offs = hits.map(({ fault, found }) => {
      return Date.parse(found.alert.from) - Date.parse(fault.happened)
    })
    return {
      fault: name,
      critical: faults.some(({ critical }) => critical),
      expected: faults.filter(({ alarm }) => alarm).length,
      found: hits.length,
      delaySeconds: seconds(median(delays)),
      worstDelaySeconds: seconds(delays.length === 0 ? undefined : Math.max(...delays)),
      offSeconds: seconds(median(offs)),
      missed: faults.filter((one) => one.alarm && !this.#found.has(one)).map(({ id }) => id),
    }
  }

  #explain(alert: Alert, faults: readonly FaultLine[]): void {
    const rule = this.#rule(alert)
    rule.alerts += 1
    const isReal = faults.some(({ alarm }) => alarm)
    if (isReal) rule.explained += 1
    // It speaks of what only looks wrong.
    else this.#tellFalse(alert)
    for (const fault of faults) {
      const known = this.#found.get(fault)
      if (known !== undefined && known.alert.raised <= alert.raised) continue
      this.#found.set(fault, { alert, delayMs: undefined })
    }
  }

  #faultsAt(key: string): FaultLine[] {
    return [...(this.#bySubject.get(key) ?? []), ...this.#book.faultsAt(key)]
  }

  /** Whether a code that was misread, or a report that is wrong or lost, has part in it. */
  #isOfField(keys: readonly string[], eventIDs: readonly string[]): boolean {
    const book = this.#book
    if (book.run.field === undefined) return false
    return (
      eventIDs.some((eventID) => book.mishapOf(eventID) !== undefined) ||
      keys.slice(0, mostAffected).some((key) => book.isMisread(key) || this.#isGarbled(key))
    )
  }

  /** Whether some report of a thing, or of what it was in, was lost or left it out. */
  #isGarbled(key: string): boolean {
    const told = [...this.#book.staysOf(key), ...this.#book.movesOf(key)]
    return told.some(({ eventIDs }) =>
      eventIDs.some((eventID) => this.#book.mishapOf(eventID) !== undefined),
    )
  }

  #rule({ severity, rule }: Alert): RuleScore {
    const name = `${severity} ${rule}`
    const known = this.#rules.get(name)
    if (known !== undefined) return known
    const made = { alerts: 0, explained: 0, ofField: 0, false: 0 }
    this.#rules.set(name, made)
    return made
  }
}

/** Whether an alert is of a rule that is meant for a fault, and of its time. */
function isMeant({ rule, from }: Alert, { fault, happened, knowable }: FaultLine): boolean {
  if (!isFault(fault) || !rulesFor[fault].includes(rule)) return false
  if (longAgo.has(rule)) return true
  const atMs = Date.parse(from)
  const untilMs = Date.parse(knowable) + slackMs + (lastsMs[fault] ?? 0)
  return atMs >= Date.parse(happened) - slackMs && atMs <= untilMs
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms) / 1000
}
