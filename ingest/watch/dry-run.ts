/**
 * Tries changes of rules on stored history: what they would have raised more and spared. It goes
 * over the code by which events are watched, into drafts that are thrown away: events of a span and
 * the items that they name (dry-run-items.ts), facts that rest on several events, recalls and the
 * plan of sampling (dry-run-facts.ts), and readings (dry-run-sensors.ts). Rules that are the same
 * in both sets find the same, and are left out. Bounded in time and memory, and it says in
 * `complete` whether it came to the end.
 */
import { ColdLimits } from '#risk/cold-limits.ts'
import { type DryRun, difference, dryRun } from '#risk/difference.ts'
import type { Finding } from '#risk/finding.ts'
import type { RecallReader } from '#risk/recalled.ts'
import { differing, type RuleChange, RuleSet } from '#risk/rule-set.ts'
import { isRuleId, type RuleId, ruleOf } from '#risk/table.ts'
import { US_A_DAY, US_AN_HOUR } from '#risk/words.ts'
import type { Known } from '#store/alerts/known.ts'
import { ofAllKeys } from '#store/aliased.ts'
import { mountedSensors } from '#store/mounted.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { TrailReader } from '#store/trail.ts'
import { Draft } from './draft.ts'
import { FactTrial, liveItemsOf, NOTHING } from './dry-run-facts.ts'
import { ItemTrial, type Span } from './dry-run-items.ts'
import { type SensorTrial, type SensorTrialParts, trySensors } from './dry-run-sensors.ts'
import { type Names, namesOf } from './names.ts'

export interface DryRunParts {
  readonly trail: TrailReader
  readonly registry: SensorTrialParts['registry']
  readonly referenceNow: () => RegistryReference
  readonly known: Known
  readonly recalls: Pick<RecallReader, 'matches' | 'recalls'>
  readonly nowUs: () => number
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

/** Beyond it what has been found by then is told. */
const MOST_US = 60_000_000

const NO_SENSORS: SensorTrial = { found: [[], []], readings: 0, isWhole: true }

export async function dryRunOver(
  parts: DryRunParts,
  before: readonly RuleChange[],
  now: readonly RuleChange[],
  span: Span,
): Promise<DryRunResult> {
  const { registry, nowUs } = parts
  const startUs = nowUs()
  const its = { ...parts, isOver: () => nowUs() - startUs > MOST_US }
  const changes = differing(before, now)
  const rules = new Set(changes.flatMap(({ rule }) => (isRuleId(rule) ? rule : [])))
  const names = namesOf(registry.aliases)
  const both = [watchOf(parts, names, before), watchOf(parts, names, now)] as const
  const facts = new FactTrial({ ...its, names, mounted: mountedSensors(registry) }, rules)
  const items = new ItemTrial(its, both, facts, rules)
  await items.look(span, lookBackUs(rules, changes))
  const ofItems = await items.findings(span.toUs)
  const known = { ...span, fromUs: Math.max(span.fromUs, await beginningOf(parts.trail)) }
  const ofFacts = [
    await facts.findings(both[0], known),
    await facts.findings(both[1], known),
  ] as const
  const limits = both.flatMap(({ cold }) => cold.of(undefined))
  const isOfSensors = [...rules].some((rule) => rule.startsWith('A'))
  const sensors = isOfSensors
    ? await trySensors({ ...its, nowUs: startUs }, both, limits, span)
    : NO_SENSORS
  const isOfSpan = ({ knowableUs }: Finding) => span.fromUs <= knowableUs && knowableUs < span.toUs
  const [old, next] = ([0, 1] as const).map((at) =>
    [...ofItems[at], ...ofFacts[at].found, ...sensors.found[at]].filter(isOfSpan),
  )
  const isWhole = items.isWhole && ofFacts.every((each) => each.isWhole) && sensors.isWhole
  return {
    ...dryRun(old ?? [], next ?? []),
    weeks: weeksOf(old ?? [], next ?? []),
    ...items.counts,
    readings: sensors.readings,
    complete: isWhole,
  }
}

/** When the first event was recorded: of what was before nothing can be said. */
async function beginningOf(trail: TrailReader): Promise<number> {
  const [first] = await trail.summaries(await trail.eventsAfter(0, 1))
  return first?.recordTimeUs ?? 0
}

/** Rules and registry with what is known of tests, stock, lanes and recalls by now. */
function watchOf(
  { referenceNow, registry, known, recalls }: DryRunParts,
  names: Names,
  told: readonly RuleChange[],
) {
  const reference = referenceNow()
  const changes = ofAllKeys(told, registry.aliases)
  const { facts } = new Draft(NOTHING, known.facts, { names })
  const items = liveItemsOf(known)
  const registered = reference.limits
  const rules = new RuleSet([...registered, ...changes])
  return {
    rules,
    cold: new ColdLimits({ rules, reference, registered, changes }),
    reference: {
      ...reference,
      recalls: (item: string, lots: readonly string[]) => recalls.matches([item, ...lots]),
      tests: (key: string) => facts.tests(key),
      earliestExpiry: facts.earliestExpiry.bind(facts),
      lotOf: (key: string) => items.get(key)?.state.lots[0],
      lane: facts.lane.bind(facts),
    },
  }
}

/** How long after an event something of it may become known by some rules at most. */
function lookBackUs(rules: ReadonlySet<RuleId>, changes: readonly RuleChange[]): number {
  const ofRules = [...rules].map((rule) => {
    const { parameters } = ruleOf(rule)
    const values = Object.entries(parameters).map(([name, { value }]) => [name, value] as const)
    return waitOf(Object.fromEntries(values))
  })
  const ofChanges = changes.map(({ parameters = {} }) => waitOf(parameters))
  return Math.max(0, ...ofRules, ...ofChanges)
}

function waitOf({ graceHours, slackHours, days }: Readonly<Record<string, unknown>>): number {
  const us = (value: unknown, unit: number) => (typeof value === 'number' ? value * unit : 0)
  return us(graceHours, US_AN_HOUR) + us(slackHours, US_AN_HOUR) + us(days, US_A_DAY)
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
