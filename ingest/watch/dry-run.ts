/**
 * Tries changes of rules on stored history: what they would have raised more and spared. Events of
 * a span are gone through, and each item that they name is told whole by both sets of rules, with
 * what its containers did where that matters. Bounded, and it says where it stopped.
 */
import { identify } from '#epcis/identifier.ts'
import { type DryRun, difference, dryRun } from '#risk/difference.ts'
import { aboutEvent } from '#risk/event-rules.ts'
import { happeningsOf } from '#risk/facts.ts'
import { type Finding, merged } from '#risk/finding.ts'
import { itemMachine, type Watch } from '#risk/item-machine.ts'
import { findingsAt, recompute } from '#risk/machine.ts'
import { type RuleChange, RuleSet } from '#risk/rule-set.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { TrailReader } from '#store/trail.ts'
import { type SensorTrialParts, trySensors } from './dry-run-sensors.ts'
import { EventFactsReader } from './event-facts.ts'
import { CONFIRMED, confirm, type LifeParts, retell, WATCHED } from './retell.ts'

export interface DryRunParts {
  readonly trail: TrailReader
  readonly registry: SensorTrialParts['registry']
  readonly referenceNow: () => RegistryReference
  readonly nowUs: number
}

/** Of event times of record, the end not included. */
export interface Span {
  readonly fromUs: number
  readonly toUs: number
}

export interface DryRunResult extends DryRun {
  readonly weeks: readonly {
    readonly week: string
    readonly raised: number
    readonly spared: number
  }[]
  readonly events: number
  readonly items: number
  readonly readings: number
  readonly complete: boolean
}

const MOST_EVENTS = 10_000
const MOST_ITEMS = 5_000
const PAGE = 500

export async function dryRunOver(
  parts: DryRunParts,
  before: readonly RuleChange[],
  now: readonly RuleChange[],
  span: Span,
): Promise<DryRunResult> {
  const reference = parts.referenceNow()
  const watchOf = (changes: readonly RuleChange[]): Watch => ({
    rules: new RuleSet([...reference.limits, ...changes]),
    reference,
  })
  const both = [watchOf(before), watchOf(now)] as const
  const trial = new Trial(parts, both)
  const isWhole = await trial.look(span)
  const limits = [...reference.limits, ...before, ...now]
  const sensors = await trySensors(parts, both, limits, span)
  const isOfSpan = ({ knowableUs }: Finding) => span.fromUs <= knowableUs && knowableUs < span.toUs
  const [events, nextEvents] = await trial.findings(span)
  const old = [...events, ...sensors.found[0].filter(isOfSpan)]
  const next = [...nextEvents, ...sensors.found[1].filter(isOfSpan)]
  return {
    ...dryRun(old, next),
    weeks: weeksOf(old, next),
    ...trial.counts,
    readings: sensors.readings,
    complete: isWhole && sensors.isWhole,
  }
}

class Trial {
  readonly #parts: DryRunParts
  readonly #life: LifeParts
  readonly #both: readonly [Watch, Watch]
  readonly #about: [Finding[], Finding[]] = [[], []]
  readonly #items = new Set<string>()
  #events = 0

  constructor(parts: DryRunParts, both: readonly [Watch, Watch]) {
    this.#parts = parts
    this.#both = both
    // The trail is handed over with its aliases: each item has come under one key already.
    const { trail } = parts
    this.#life = { trail, facts: new EventFactsReader(trail), primaryOf: (key) => key }
  }

  get counts() {
    return { events: this.#events, items: this.#items.size }
  }

  /** Goes through the events of a span, the newest first; whether that was all of them. */
  async look({ fromUs, toUs }: Span): Promise<boolean> {
    const { trail } = this.#parts
    const query = { geRecordTimeUs: fromUs, ltRecordTimeUs: toUs }
    let after: number | undefined
    do {
      const page = await trail.query(query, { limit: PAGE, ...(after !== undefined && { after }) })
      for (const stored of page.events) {
        if (stored.voidedAtUs !== undefined) continue
        const facts = this.#life.facts.of(stored)
        if (!facts) continue
        this.#events += 1
        for (const [at, watch] of this.#both.entries()) {
          this.#about[at]?.push(...aboutEvent(facts, watch))
        }
        for (const { item, kind } of happeningsOf(facts))
          if (WATCHED.has(kind)) this.#items.add(item)
      }
      after = page.after
      if (this.#events >= MOST_EVENTS || this.#items.size > MOST_ITEMS) return after === undefined
    } while (after !== undefined)
    return true
  }

  /** What both sets of rules find that could be known in the span. */
  async findings({ fromUs, toUs }: Span): Promise<[Finding[], Finding[]]> {
    const found: [Finding[], Finding[]] = [merged(this.#about[0]), merged(this.#about[1])]
    for (const item of [...this.#items].slice(0, MOST_ITEMS)) {
      const [old, next] = await this.#aboutItem(item, toUs)
      found[0].push(...old)
      found[1].push(...next)
    }
    const isOfSpan = ({ knowableUs }: Finding) => fromUs <= knowableUs && knowableUs < toUs
    return [found[0].filter(isOfSpan), found[1].filter(isOfSpan)]
  }

  async #aboutItem(item: string, toUs: number): Promise<[readonly Finding[], readonly Finding[]]> {
    const subject = { item, kind: identify(item).kind }
    const upTo = Number.MAX_SAFE_INTEGER
    const told = await retell(this.#life, subject, this.#both[0], upTo)
    if (!told) return [[], []]
    const [old, next] = this.#both.map((watch) => {
      const machine = itemMachine(subject, watch)
      const { state, ledger } = recompute(machine, told.happenings)
      return findingsAt(machine, state, ledger, toUs)
    })
    if (!old || !next || difference(old, next, 'rules').length === 0) return [old ?? [], next ?? []]
    const times = { upTo, nowUs: toUs }
    const sure = async (watch: Watch, findings: readonly Finding[]) => {
      const unsure = findings.filter(({ rule }) => CONFIRMED.has(rule))
      if (unsure.length === 0) return findings
      const held = await confirm(this.#life, subject, watch, unsure, times)
      return [...findings.filter(({ rule }) => !CONFIRMED.has(rule)), ...held.values()]
    }
    return [await sure(this.#both[0], old), await sure(this.#both[1], next)]
  }
}

const MS_A_DAY = 86_400_000

/** By the Monday of the week in which each could be known. */
function weeksOf(old: readonly Finding[], next: readonly Finding[]): DryRunResult['weeks'] {
  const weeks = new Map<string, { raised: number; spared: number }>()
  for (const each of difference(old, next, 'rules')) {
    if (each.change !== 'raised' && each.change !== 'withdrawn') continue
    const { knowableUs } = each.change === 'raised' ? each.now : each.before
    const week = mondayOf(knowableUs)
    const counts = weeks.get(week) ?? { raised: 0, spared: 0 }
    weeks.set(week, counts)
    if (each.change === 'raised') counts.raised += 1
    else counts.spared += 1
  }
  return [...weeks]
    .map(([week, counts]) => ({ week, ...counts }))
    .sort((one, other) => (one.week < other.week ? -1 : 1))
}

function mondayOf(us: number): string {
  const date = new Date(us / 1000)
  const sinceMonday = (date.getUTCDay() + 6) % 7
  return new Date(date.getTime() - sinceMonday * MS_A_DAY).toISOString().slice(0, 10)
}
