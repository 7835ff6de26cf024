/**
 * The facts that speak against an item, or say that its way is over. Each is one that a person can
 * check: it names the event that says so. What is to be made of them is left to who asks.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { ruleOf } from '#risk/table.ts'
import type { Alert } from '#store/alerts/alert.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import { type Calibrations, calibrationEndUs } from '#store/calibration.ts'
import { type KeptReport, sealOf } from '#store/field.ts'
import type { Exposure } from '#trace/exposure.ts'
import type { Certainty } from '#trace/parts.ts'
import type { Caller } from './caller.ts'
import type { ItemTold } from './item-state.ts'
import type { Recalled } from './recalled.ts'

export interface Fact {
  /** A disposition such as `recalled`, or `expired`, `ended`, `not_commissioned`. */
  readonly fact: string
  /** The item itself, a lot that it belongs to, or a sensor that was with it. */
  readonly key: string
  /** The expiry date, how it ended, an alert's or a recall's id, or when a calibration was due. */
  readonly value?: string
  readonly time?: string
  readonly eventID?: string
  /** Of an alert: its rule, what it says, and how certain that is. */
  readonly title?: Text
  readonly text?: Text
  readonly certainty?: Certainty
}

interface Text {
  readonly zh: string
  readonly en: string
}

/** Dispositions of the CBV that no sound item has. */
const adverse = new Set([
  'damaged',
  'destroyed',
  'disposed',
  'expired',
  'mismatch_class',
  'mismatch_instance',
  'mismatch_quantity',
  'needs_replacement',
  'no_pedigree_match',
  'non_conformant',
  'recalled',
  'stolen',
])

/**
 * `item` is as the caller may see it; `adverseTo`, the item and its lots as they are: that goods
 * are recalled is nobody's secret.
 */
export function factsOf(item: ItemTold, adverseTo: readonly ItemTold[], nowUs: number): Fact[] {
  return [
    ...adverseTo.flatMap(dispositionFacts),
    ...expiryFacts(item, nowUs),
    ...beginningFacts(item),
    ...endingFacts(item),
  ]
}

const MOST_ALERTS = 20

/**
 * Alerts about an item, by its key and those of its lots, that are not resolved or that block it.
 * Whom they do not concern a suspicion is not told; that the goods are blocked, published or held
 * is, without who and why. `keys`: its own first.
 */
export function alertFacts(
  alerts: Pick<AlertReader, 'openAbout' | 'concerns'>,
  { reach, party = '' }: Caller,
  keys: readonly string[],
): Fact[] {
  const mayKnow = (seq: number) =>
    reach === 'all' || (reach === 'own' && alerts.concerns(seq, party))
  const facts = alerts
    .openAbout(keys, MOST_ALERTS)
    .flatMap((alert) => (mayKnow(alert.seq) ? alertFact(alert) : (publicFact(alert, keys) ?? [])))
  const isNew = ({ fact, value, certainty }: Fact, at: number) =>
    value !== undefined ||
    facts.findIndex((each) => each.fact === fact && each.certainty === certainty) === at
  return facts.filter(isNew)
}

function alertFact({ id, finding, isBlocked }: Alert): Fact {
  return {
    fact: isBlocked ? 'alert_blocked' : `alert_${finding.severity}`,
    key: finding.subject,
    value: id,
    time: formatTimeUs(finding.fromUs),
    title: ruleOf(finding.rule).title,
    text: finding.text,
    // What an authority has blocked is blocked, however sure the finding was.
    ...(!isBlocked && { certainty: finding.certainty }),
  }
}

/** What binds everybody. A drill binds nobody. */
function publicFact(
  { finding, isBlocked, isPublic, isExercise }: Alert,
  [key = '']: readonly string[],
): Fact | undefined {
  if (isBlocked) return { fact: 'alert_blocked', key }
  if (isPublic && !isExercise) {
    return { fact: finding.severity === 'info' ? 'public_notice' : 'public_warning', key }
  }
  const { rule, certainty } = finding
  return rule === 'F1' ? { fact: 'held', key, certainty } : undefined
}

/** Sensors that were with an item after the last day of their valid calibration. */
export function calibrationFacts({ sensors }: Exposure, calibrations: Calibrations): Fact[] {
  const facts = new Map<string, Fact>()
  for (const { device: key, fromUs, toUs } of sensors) {
    const value = calibrations().get(key)?.calibrationDue
    if (value === undefined || facts.has(key)) continue
    const sinceUs = Math.max(fromUs, calibrationEndUs(value))
    if (sinceUs >= toUs) continue
    facts.set(key, { fact: 'sensor_calibration_overdue', key, value, time: formatTimeUs(sinceUs) })
  }
  return [...facts.values()]
}

/**
 * What inspectors have said of an item or its lots since it was last released. That it is sealed
 * concerns everybody; what was found, the authorities and whose goods they are.
 */
export function fieldFacts(reports: readonly KeptReport[], { reach }: Caller): Fact[] {
  const releasedAt = reports.findIndex(({ report: { kind } }) => kind === 'release')
  const since = releasedAt < 0 ? reports : reports.slice(0, releasedAt)
  const seal = sealOf(since)
  const findings = since.filter(({ report: { kind } }) => kind === 'finding')
  return [
    ...(seal ? [fieldFact('sealed', seal)] : []),
    ...(reach === 'consumer' ? [] : findings.map((each) => fieldFact('finding_reported', each))),
  ]
}

function fieldFact(fact: string, { report, key }: KeptReport): Fact {
  return { fact, key, value: report.id, time: report.madeAt }
}

const CERTAINTY: Readonly<Record<Recalled['recalls'][number]['tier'], Certainty>> = {
  proven: 'observed',
  inferred: 'inferred',
  possible: 'possible',
}

/** Recalls that hold it, or that may, and since when. */
export function recallFacts({ recalls }: Recalled): Fact[] {
  return recalls
    .filter(({ verdict }) => verdict !== 'none')
    .map(({ key, recall, since, tier, verdict }) => {
      const fact = verdict === 'do_not_sell' ? 'recalled' : 'perhaps_recalled'
      return { fact, key, value: recall, time: since, certainty: CERTAINTY[tier] }
    })
}

/**
 * That something of an item waits in the spool of the store, behind `spooledAfter`: rules look at
 * it once the store has it for good, so nothing that speaks against it may have been found yet.
 */
export function spoolFacts(
  items: readonly ItemTold[],
  spooledAfter = Number.POSITIVE_INFINITY,
): Fact[] {
  return items.flatMap(({ history: { item, happenings } }) => {
    const waiting = happenings.find(({ row }) => row.eventRef > spooledAfter)
    if (waiting === undefined) return []
    const { eventID, eventTimeUs } = waiting.event
    return [{ fact: 'not_watched_yet', key: item.key, time: formatTimeUs(eventTimeUs), eventID }]
  })
}

function dispositionFacts({ history, state }: ItemTold): Fact[] {
  const stated = [
    ...state.persistentDispositions,
    ...(state.disposition ? [state.disposition] : []),
  ]
  const facts = stated
    .filter(({ value }) => adverse.has(value))
    .map(({ value, timeUs, eventID }) => ({
      fact: value,
      key: history.item.key,
      time: formatTimeUs(timeUs),
      eventID,
    }))
  return facts.filter(({ fact }, at) => facts.findIndex((one) => one.fact === fact) === at)
}

/** A date without a time lasts until its end, wherever on earth. */
function expiryFacts({ history, state }: ItemTold, nowUs: number): Fact[] {
  const { value, eventID } = state.itemExpirationDate ?? { value: '', eventID: '' }
  const wholeDay = /^\d{4}-\d\d-\d\d$/.test(value)
  const endMs = wholeDay ? Date.parse(`${value}T23:59:59.999-12:00`) : Date.parse(value)
  if (Number.isNaN(endMs) || endMs * 1000 >= nowUs) return []
  return [{ fact: 'expired', key: history.item.key, value, eventID }]
}

/** An instance whose first event is not its making: nobody says where it comes from. */
function beginningFacts({ history: { item, happenings } }: ItemTold): Fact[] {
  const first = happenings.find(({ path }) => path.length === 0)
  if (item.kind !== 'instance' || first === undefined) return []
  const { row, event } = first
  const isMade = row.action === 'ADD' && row.role === 'object'
  if (isMade || row.role === 'output') return []
  const time = formatTimeUs(event.eventTimeUs)
  return [{ fact: 'not_commissioned', key: item.key, time, eventID: event.eventID }]
}

function endingFacts({ history, state }: ItemTold): Fact[] {
  if (state.ended === undefined) return []
  const { value, timeUs, eventID } = state.ended
  return [{ fact: 'ended', key: history.item.key, value, time: formatTimeUs(timeUs), eventID }]
}
