/**
 * Follows the trail store event by event, and keeps alerts.db in step with it.
 *
 * Promises: whatever crashes in between, each event is looked at once in effect, as what came of
 * it and the cursor are written in one transaction; going through history again finds what was
 * found before, under the same identities, and raises nothing twice. Ingest never waits for it.
 *
 * A finding becomes an alert when it can be known: at once, or after the time in which late data
 * may still explain it. What its containers may explain is looked up by then (retell.ts).
 */

import { ColdLimits } from '#risk/cold-limits.ts'
import type { Watch } from '#risk/item-machine.ts'
import type { RecallReader } from '#risk/recalled.ts'
import { RuleSet } from '#risk/rule-set.ts'
import type { Entry } from '#store/alerts/alert.ts'
import type { Progress } from '#store/alerts/ledger.ts'
import type { AlertWriter } from '#store/alerts/writer.ts'
import { aliasedTrail, ofAllKeys } from '#store/aliased.ts'
import { mountedSensors } from '#store/mounted.ts'
import { type RegistryReference, referenceOf } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/surroundings.ts'
import { type Because, becauseOf } from './because.ts'
import { concernOf } from './concern.ts'
import { Draft } from './draft.ts'
import { KnownLanes } from './draft-lanes.ts'
import { EventFactsReader } from './event-facts.ts'
import { LiveItems } from './items.ts'
import type { LifeParts } from './life.ts'
import { type Names, namesOf } from './names.ts'
import { confirm } from './retell.ts'
import { Round, type RoundParts } from './round.ts'
import { SensorRules } from './sensors.ts'
import { followAliases } from './tell-aliases.ts'
import { MovingTold } from './tell-moving.ts'
import { NO_RECALLS, RecallRules } from './tell-recalls.ts'
import { lookAtSampling } from './tell-sampling.ts'
import { type TellerParts, tellOwners } from './teller.ts'

export interface WatchParts {
  readonly trail: TrailReader
  readonly alerts: AlertWriter
  readonly registry: Registry
  /** Who keeps recalls; without it rules about them say nothing. */
  readonly recalls?: RecallReader
  readonly nowUs: () => number
}

type RegistryWatch = Watch & {
  readonly reference: RegistryReference
  readonly cold: ColdLimits
}

/** One commit: bounds memory, and how long a step that somebody takes has to wait. */
const EVENTS_AT_ONCE = 500
const DUE_AT_ONCE = 500
/** While it is behind, several of these in one commit, which waits for the disk as long as one. */
const MOST_PARTS = 4
/** Unless they are as long as this, in UTF-16 units. */
const LONG_EVENTS = 4_000_000
const OWNERS_AT_ONCE = 100

export class AlertFollower {
  readonly #parts: WatchParts
  readonly #life: LifeParts
  readonly #items: LiveItems
  readonly #sensors: SensorRules
  readonly #recalls: RecallRules
  readonly #moving = new MovingTold()
  readonly #lanes: KnownLanes
  readonly #mounted: Mounted
  readonly #names: Names
  readonly #because: Because
  readonly #referenceNow: () => RegistryReference
  #isChecked = false
  /** Whether nothing goes under several keys: asked once a round, as each item needs it. */
  #isPlain = false
  /** Whether sensors and recalls were looked at since history was gone through again. */
  #isLookedAgain = false
  /** The cursor that the items in memory are of. */
  #at = 0
  #registered: (RegistryWatch & { readonly version: number }) | undefined

  constructor(parts: WatchParts) {
    const { trail, registry, alerts, recalls = NO_RECALLS } = parts
    this.#parts = parts
    this.#recalls = new RecallRules(recalls)
    this.#mounted = mountedSensors(registry)
    this.#items = new LiveItems(alerts.ledger)
    this.#lanes = new KnownLanes(alerts.facts)
    this.#referenceNow = referenceOf(registry)
    this.#because = becauseOf(recalls, this.#items)
    const { aliases } = registry
    this.#names = namesOf(aliases, () => this.#isPlain)
    const isAlert = (identity: string) => alerts.isAlert(identity)
    this.#sensors = new SensorRules({ trail, registry, mounted: this.#mounted, isAlert })
    this.#life = {
      trail: aliasedTrail(trail, aliases),
      facts: new EventFactsReader(trail),
      primaryOf: this.#names.primaryOf,
    }
  }

  /** Whatever there is to do, once; false where there was nothing. */
  async advance(): Promise<boolean> {
    const { alerts, nowUs, registry } = this.#parts
    this.#isPlain = registry.aliases.isEmpty()
    try {
      const parts = await this.#follow()
      const looked = parts > 0
      const { eventRef, replayTo } = alerts.ledger.progress()
      // Until history has been gone through, what was found of it is not whole.
      if (eventRef < replayTo && looked) return true
      if (replayTo !== 0) this.#lookAgainOnce()
      const wasDue = await this.#tellMore(Math.max(1, parts))
      if (replayTo !== 0 && !wasDue) this.#endReplay()
      const escalated = alerts.escalate(nowUs())
      return looked || wasDue || replayTo !== 0 || escalated > 0
    } catch (error) {
      this.#forget()
      throw error
    } finally {
      alerts.endReading()
    }
  }

  /**
   * What is no event: facts that rest on several of them, times that have come, readings. `parts`:
   * how many times as many alerts may be made, so that they keep up with events.
   */
  async #tellMore(parts: number): Promise<boolean> {
    if (await this.#tellOwners()) return true
    if ((await this.#tellAllDue(parts)) || (await this.#askOverdue())) return true
    return (await this.#lookAtSensors()) || this.#lookAtClock()
  }

  /** Sensors and recalls are looked at now, however short a time ago they were. */
  lookAgain(): void {
    this.#sensors.lookAgain()
    this.#recalls.lookAgain()
  }

  /**
   * What readings and recalls say is forgotten with the rest: were they not looked at before its
   * end, the alerts that rest on them would be withdrawn, and goods be free, until they are.
   */
  #lookAgainOnce(): void {
    if (!this.#isLookedAgain) this.lookAgain()
    this.#isLookedAgain = true
  }

  #endReplay(): void {
    const { alerts, nowUs } = this.#parts
    alerts.endReplay(nowUs())
    if (alerts.ledger.progress().replayTo === 0) this.#isLookedAgain = false
  }

  /** Goes through history again from its beginning. */
  replay(): void {
    this.#parts.alerts.replay()
    this.#forget()
  }

  #forget(): void {
    this.#items.forget()
    this.#moving.forget()
    this.#lanes.forget()
  }

  /** Whether the store has the event that was looked at last: one made anew may not. */
  async #isSameStore(): Promise<boolean> {
    const { eventRef } = this.#parts.alerts.ledger.progress()
    if (eventRef === 0) return true
    const [last] = await this.#parts.trail.eventsAfter(eventRef - 1, 1)
    return last === eventRef
  }

  /** What is remembered is of where it stood: a change of rules may have moved the cursor back. */
  #forgetIfMoved(): void {
    const { eventRef } = this.#parts.alerts.ledger.progress()
    if (eventRef !== this.#at) {
      this.#forget()
      this.#isLookedAgain = false
    }
    this.#at = eventRef
  }

  /** Looks at what is new; how many parts of `EVENTS_AT_ONCE` that was, begun ones included. */
  async #follow(): Promise<number> {
    const { alerts, trail } = this.#parts
    if (!this.#isChecked && !(await this.#isSameStore())) this.replay()
    this.#isChecked = true
    this.#forgetIfMoved()
    const progress = alerts.ledger.progress()
    const draft = this.#draft()
    let upTo = progress.eventRef
    let parts = 0
    for (let length = 0; parts < MOST_PARTS && length < LONG_EVENTS; parts += 1) {
      const refs = await trail.eventsAfter(upTo, EVENTS_AT_ONCE)
      const last = refs.at(-1)
      if (last === undefined) break
      upTo = last
      length += await this.#lookAt(refs, draft, upTo)
    }
    if (parts > 0) this.#commit(draft, progress, upTo)
    return parts
  }

  /** Each part for itself, as what it reads is garbage then; how long its events are. */
  async #lookAt(refs: readonly number[], draft: Draft, upTo: number): Promise<number> {
    const events = await this.#parts.trail.events(refs)
    const round = new Round(this.#roundParts(draft, upTo))
    round.expect(events)
    for (const stored of events) await round.look(stored)
    return events.reduce((length, { body }) => length + body.length, 0)
  }

  /** Makes alerts of what is due, and of the rest another time. */
  async #tellAllDue(parts: number): Promise<boolean> {
    let told = 0
    for (let part = 0; part < parts && told === part * DUE_AT_ONCE; part += 1) {
      told += await this.#tellDue()
    }
    return told > 0
  }

  /** Makes alerts of findings whose time has come; of how many. */
  async #tellDue(): Promise<number> {
    const { alerts, nowUs, registry, trail } = this.#parts
    const now = nowUs()
    const progress = alerts.ledger.progress()
    const due = alerts.ledger.dueEntries(now, DUE_AT_ONCE)
    if (due.length === 0) return 0
    const draft = this.#draft()
    const watch = this.#watch(draft)
    for (const entry of await this.#confirmed(due, draft, watch, progress.eventRef)) {
      draft.put(entry)
      const { finding } = entry
      if (finding.knowableUs > now) continue
      const concern = await concernOf(finding, trail, this.#referenceNow(), registry)
      draft.concerns.set(finding.identity, concern)
    }
    this.#commit(draft, progress)
    return due.length
  }

  /** Those that hold, confirmed where that is needed; the others are dropped. */
  async #confirmed(
    due: readonly Entry[],
    draft: Draft,
    watch: Watch,
    upTo: number,
  ): Promise<Entry[]> {
    const held: Entry[] = []
    const unsure = new Map<string, Entry[]>()
    for (const entry of due) {
      const { owner, isSure } = entry
      if (isSure) held.push(entry)
      else unsure.set(owner, [...(unsure.get(owner) ?? []), entry])
    }
    const times = { upTo, nowUs: this.#parts.nowUs() }
    for (const [item, entries] of unsure) {
      const kind = this.#items.get(item)?.kind ?? 'instance'
      const findings = entries.map(({ finding }) => finding)
      const found = await confirm(this.#life, { item, kind }, watch, findings, times)
      for (const entry of entries) {
        const finding = found.get(entry.finding.identity)
        if (finding) held.push({ ...entry, finding, isSure: true })
        else draft.drop(entry.finding.identity, entry.reason)
      }
    }
    return held
  }

  /** Asks of items what holds because nothing has happened. */
  async #askOverdue(): Promise<boolean> {
    const { alerts, nowUs } = this.#parts
    const now = nowUs()
    const progress = alerts.ledger.progress()
    const due = alerts.ledger.dueItems(now, DUE_AT_ONCE)
    if (due.length === 0) return false
    const draft = this.#draft()
    const round = new Round(this.#roundParts(draft, progress.eventRef))
    for (const { key } of due) {
      const item = this.#items.get(key)
      if (item) round.overdue(item, now)
    }
    this.#commit(draft, progress)
    return true
  }

  async #lookAtSensors(): Promise<boolean> {
    const { alerts, nowUs } = this.#parts
    const progress = alerts.ledger.progress()
    const draft = this.#draft()
    const isNews = await this.#sensors.look(draft, this.#watch(draft), nowUs())
    if (isNews) this.#commit(draft, progress)
    return isNews
  }

  /** Tells anew those whose facts have changed. */
  async #tellOwners(): Promise<boolean> {
    const { alerts, nowUs, registry, recalls = NO_RECALLS } = this.#parts
    const now = nowUs()
    const owners = alerts.dueOwners(now, OWNERS_AT_ONCE)
    if (owners.length === 0) return false
    const progress = alerts.ledger.progress()
    const draft = this.#draft()
    const roundParts = this.#roundParts(draft, progress.eventRef)
    const parts: TellerParts = {
      ...{ trail: this.#life.trail, registry, mounted: this.#mounted, recalls, draft },
      ...{ items: this.#items, moving: this.#moving, names: this.#names },
      ...{ round: new Round(roundParts), watch: roundParts.watch, nowUs: now },
    }
    await tellOwners(parts, owners)
    this.#commit(draft, progress)
    return true
  }

  /** What no event brings about: deadlines of recalls, the plan of sampling, aliases. */
  #lookAtClock(): boolean {
    const { alerts, nowUs, registry } = this.#parts
    const progress = alerts.ledger.progress()
    const draft = this.#draft()
    const watch = this.#watch(draft)
    const isMonth = lookAtSampling(draft, watch, nowUs())
    const isRenamed = followAliases(draft, registry.aliases)
    const isNews = this.#recalls.look(draft, watch, nowUs()) || isMonth || isRenamed
    if (isNews) this.#commit(draft, progress)
    return isNews
  }

  #draft(): Draft {
    const { alerts } = this.#parts
    alerts.beginReading()
    const [lanes, because, names] = [this.#lanes, this.#because, this.#names]
    return new Draft(alerts.ledger, alerts.facts, { lanes, because, names })
  }

  #commit(draft: Draft, from: Progress, eventRef = from.eventRef): void {
    const { alerts, nowUs } = this.#parts
    const { told, concerns, sensors, facts } = draft
    const progress = { ...from, eventRef }
    const batch = { progress, items: this.#items.changes(), sensors, told, concerns, facts }
    if (alerts.commit(batch, from, nowUs())) {
      this.#items.keep()
      this.#lanes.keep(facts.lanes)
      this.#at = eventRef
    } else {
      this.#forget()
    }
  }

  #roundParts(draft: Draft, upTo: number): RoundParts & { readonly watch: RegistryWatch } {
    return { ...this.#life, watch: this.#watch(draft), items: this.#items, draft, upTo }
  }

  /** Rules and registry as of now, with what is known of tests, stock, lanes and recalls. */
  #watch({ facts }: Draft): RegistryWatch {
    const { recalls = NO_RECALLS } = this.#parts
    const { rules, reference, cold } = this.#registeredNow()
    // Each step of each item asks: one question a round instead, where there is no recall.
    const hasRecalls = recalls.hasAny()
    return {
      ...{ rules, cold },
      reference: {
        ...reference,
        recalls: (item, lots) => (hasRecalls ? recalls.matches([item, ...lots]) : []),
        tests: (key) => facts.tests(key),
        earliestExpiry: (asked) => facts.earliestExpiry(asked),
        lotOf: (key) => this.#items.get(this.#names.primaryOf(key))?.state.lots[0],
        lane: (ends, atUs) => facts.lane(ends, atUs),
      },
    }
  }

  #registeredNow(): RegistryWatch {
    const reference = this.#referenceNow()
    const { alerts, registry } = this.#parts
    const { version, changes: told } = alerts.rules()
    const known = this.#registered
    if (known?.version === version && known.reference === reference) return known
    const changes = ofAllKeys(told, registry.aliases)
    const registered = reference.limits
    const rules = new RuleSet([...registered, ...changes])
    const cold = new ColdLimits({ rules, reference, registered, changes })
    this.#registered = { version, rules, reference, cold }
    return this.#registered
  }
}
