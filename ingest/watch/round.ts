/**
 * One batch of events, looked at by the rules about events and items. What comes of it is only a
 * draft: the follower makes it durable.
 */
import { identify, type Kind } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import type { Reason } from '#risk/difference.ts'
import { aboutEvent } from '#risk/event-rules.ts'
import type { EventFacts, Happened } from '#risk/facts.ts'
import type { Finding } from '#risk/finding.ts'
import { ItemRules, type ItemSubject, type Watch } from '#risk/item-machine.ts'
import { type ItemState, UNBORN } from '#risk/item-state.ts'
import { isAwaited, transportOf, transportsIn } from '#risk/lane.ts'
import type { Seen } from '#risk/movement.ts'
import { siteOf } from '#risk/reference.ts'
import type { StoredEvent } from '#store/trail.ts'
import { askForExposed, collect } from './collect.ts'
import type { Draft } from './draft.ts'
import type { LiveItem, LiveItems } from './items.ts'
import { addToLots, learnedLots } from './late-lots.ts'
import { happenedAs, type LifeParts } from './life.ts'
import { askForPicks } from './picks.ts'
import { CONFIRMED, isWatched, type Retold, retell } from './retell.ts'
import type { Left } from './tell-arrived.ts'

export interface RoundParts extends LifeParts {
  readonly watch: Watch
  readonly items: LiveItems
  readonly draft: Draft
  /** The last event of the batch: what is told again is told up to it. */
  readonly upTo: number
}

const US_A_DAY = 86_400_000_000
const AGAIN_US = 10_000_000
/** Longer by so much an event, for the others to be looked at meanwhile: two of a hundred. */
const AGAIN_US_AN_EVENT = 5_000

export function isSure({ rule }: Finding): boolean {
  return !CONFIRMED.has(rule)
}

/** Under which the findings about an event by itself are looked for. */
function aboutOwner({ subject }: Finding): string {
  return `about ${subject}`
}

export class Round {
  readonly #parts: RoundParts
  readonly #rules: ItemRules

  constructor(parts: RoundParts) {
    this.#parts = parts
    this.#rules = new ItemRules(parts.watch)
  }

  /** Reads in one go what is remembered of the items that some events name. */
  expect(events: readonly StoredEvent[]): void {
    const { facts, items, primaryOf } = this.#parts
    const keys = new Set<string>()
    for (const stored of events) {
      for (const { key, kind } of facts.of(stored)?.members ?? []) {
        if (isWatched(kind, key)) keys.add(primaryOf(key))
      }
    }
    items.load(keys)
  }

  async look(stored: StoredEvent): Promise<void> {
    const facts = this.#parts.facts.of(stored)
    if (!facts) return
    if (stored.declaresError) return this.#correct(facts)
    // It was declared wrong before it came, or before it was looked at.
    if (stored.voidedAtUs !== undefined) return
    for (const each of aboutEvent(facts, this.#parts.watch)) {
      this.#parts.draft.tellAgain(aboutOwner(each), each)
    }
    const inThis = new Set<string>()
    const seen: Seen[] = []
    for (const happened of happenedAs(this.#parts, facts)) {
      const { item: key } = happened
      if (!isWatched(happened.kind, key)) continue
      const before = this.#parts.items.get(key)
      const isTold = before && before.through >= stored.eventRef && !inThis.has(key)
      const isLate = before !== undefined && facts.eventTimeUs < before.lastUs
      const isAgain = isLate && !isTold && happened.kind !== 'lot'
      if (!isTold && !(isAgain && (await this.#again(key, happened.kind, 'late')))) {
        this.#happens(key, happened, before, stored.eventRef)
      }
      inThis.add(key)
      const after = this.#parts.items.get(key)?.state
      if (!after) continue
      const { kind, happening } = happened
      // What is known of it by now may be what this event has told.
      seen.push({ item: key, kind, happening, before: isTold ? undefined : before?.state, after })
    }
    this.#collect(facts, stored.eventRef, seen)
    const learned = learnedLots(seen)
    if (learned.length > 0) await this.#learn(learned, stored.eventRef)
  }

  #learn(learned: readonly Seen[], eventRef: number): Promise<void> {
    const { reference } = this.#parts.watch
    return addToLots({ ...this.#parts, reference }, learned, eventRef)
  }

  #collect(facts: EventFacts, eventRef: number, seen: readonly Seen[]): void {
    const { draft, watch } = this.#parts
    const isLate = seen.some(({ item }) => {
      return (this.#parts.items.get(item)?.lastUs ?? 0) > facts.eventTimeUs
    })
    const parts = { facts: draft.facts, known: draft.known, reference: watch.reference }
    collect(facts, eventRef, seen, parts, isLate)
  }

  #happens(
    key: string,
    { kind, happening }: Happened,
    before: LiveItem | undefined,
    eventRef: number,
  ): void {
    const { draft, items } = this.#parts
    const { eventTimeUs, recordTimeUs } = happening.facts
    // A lot has many events, and late ones come many at a time: it is told again once for all.
    if (kind === 'lot' && before !== undefined && eventTimeUs < before.lastUs) {
      const waitUs = Math.max(AGAIN_US, items.lengthOf(key) * AGAIN_US_AN_EVENT)
      draft.facts.ask(`again ${key}`, 'late', recordTimeUs + waitUs)
    }
    const subject = { item: key, kind }
    const { state, findings, dropped } = this.#rules.step(
      subject,
      before?.state ?? UNBORN,
      happening,
    )
    for (const each of findings) draft.tell(key, each, isSure(each))
    for (const identity of dropped) {
      this.#askForCarried(kind, draft.entry(identity)?.finding)
      draft.drop(identity, 'late')
    }
    if (before) this.#arrive(subject, before, happening.facts, eventRef)
    const lastUs = Math.max(eventTimeUs, before?.lastUs ?? 0)
    const dueUs = this.#rules.dueUs(subject, state)
    items.put({ key, kind, lastUs, through: eventRef, dueUs, state })
  }

  /** What was in a unit that was not stuck after all was not stuck either. */
  #askForCarried(kind: Kind, finding: Finding | undefined): void {
    if (kind !== 'logistic-unit' || finding?.rule !== 'C14') return
    const left: Left = { unit: finding.subject, atUs: finding.fromUs }
    this.#parts.draft.facts.ask(`arrived ${JSON.stringify(left)}`, 'late')
  }

  /** How long it was under way is what is known of its lane. */
  #arrive(
    { item, kind }: ItemSubject,
    { state }: LiveItem,
    facts: EventFacts,
    event: number,
  ): void {
    const { draft, watch } = this.#parts
    if (!state.away || !isAwaited(kind)) return
    const transport = transportOf(item, state, facts, watch.reference)
    if (transport) draft.facts.lanes.arrive({ event, ...transport })
  }

  /** What was told of it because nothing had happened, and nothing has. */
  #stillWaiting(subject: ItemSubject, state: ItemState, found: readonly Finding[]): Finding[] {
    const told = new Set(found.map(({ identity }) => identity))
    return this.#parts.draft.entries(subject.item).flatMap(({ finding }) => {
      const { identity, knowableUs } = finding
      if (told.has(identity)) return []
      const waiting = this.#rules.overdue(subject, state, knowableUs)
      return waiting.some((each) => each.identity === identity) ? finding : []
    })
  }

  #retellTransports(item: string, { happenings, eventRefs }: Retold): void {
    const { draft, watch } = this.#parts
    const all = transportsIn(item, happenings, watch.reference)
    draft.facts.lanes.retell(
      item,
      all.flatMap(({ transport, arrival }) => {
        const event = eventRefs.get(arrival)
        return event === undefined ? [] : { event, ...transport }
      }),
    )
  }

  /** Tells an item's life again; false where that would be too long. */
  async #again(key: string, kind: Kind, reason: Reason): Promise<boolean> {
    const { draft, items, watch, upTo } = this.#parts
    const subject = { item: key, kind }
    const told = await retell(this.#parts, subject, watch, upTo)
    if (!told) return false
    const { state, lastUs, findings, length } = told
    items.setLength(key, length)
    const all = [...findings, ...this.#stillWaiting(subject, state, findings)]
    const before = draft.entries(key)
    draft.replace(key, all, reason, isSure)
    for (const { finding } of before) {
      if (!draft.entry(finding.identity)) this.#askForCarried(kind, finding)
    }
    if (isAwaited(kind)) this.#retellTransports(key, told)
    items.put({ key, kind, lastUs, through: upTo, dueUs: this.#rules.dueUs(subject, state), state })
    return true
  }

  /** An event that is declared wrong is taken out of all that it was part of. */
  async #correct(facts: EventFacts): Promise<void> {
    const { draft, watch } = this.#parts
    for (const each of aboutEvent(facts, watch)) draft.untell(each, facts.eventID)
    await this.#takeBack(facts)
    const happened = happenedAs(this.#parts, facts)
    askForExposed(happened, draft, 'corrected')
    const site = facts.place === undefined ? '' : siteOf(watch.reference, facts.place)
    const products = new Set(happened.flatMap(({ item }) => productKeyOf(item) ?? []))
    askForPicks(products, site, facts, draft.facts, 'corrected')
    for (const { item: key, kind } of happened) {
      if (!isWatched(kind, key)) continue
      if (await this.#again(key, kind, 'corrected')) continue
      for (const { finding } of draft.entries(key)) draft.untell(finding, facts.eventID)
    }
  }

  /** What the event told goes, and those whose findings rested on it are told anew. */
  async #takeBack({ eventID, party }: EventFacts): Promise<void> {
    const { draft, trail } = this.#parts
    for (const each of await trail.summaries(await trail.byEventID(eventID))) {
      if (each.declaresError || each.party !== party) continue
      draft.facts.takeBack(each.eventRef)
      for (const owner of draft.known.ownersOf(each.eventRef)) draft.facts.ask(owner, 'corrected')
    }
  }

  /** Tells an item's life again, for something else that is known of it now. */
  async tellAgain(key: string, reason: Reason): Promise<void> {
    const { kind } = identify(key)
    const its = this.#parts.primaryOf(key)
    if (isWatched(kind, key) && this.#parts.items.get(its)) await this.#again(its, kind, reason)
  }

  /** What holds of an item because nothing has happened. */
  overdue({ key, kind, state, ...item }: LiveItem, nowUs: number): void {
    const { draft, items } = this.#parts
    const subject = { item: key, kind }
    for (const each of this.#rules.overdue(subject, state, nowUs)) {
      draft.tell(key, each, isSure(each), 'time')
    }
    // It may be waited for longer than it was when it was put off, as where rules have changed.
    const nextUs = this.#rules.dueUs(subject, state) ?? 0
    // Of two things that are waited for, the other one is asked for a day later.
    const laterUs = waitsForMore(state) ? nowUs + US_A_DAY : undefined
    const dueUs = nextUs > nowUs ? nextUs : laterUs
    items.put({ key, kind, state, ...item, dueUs })
  }
}

function waitsForMore({ away, expiresUs }: ItemState): boolean {
  return away !== undefined && expiresUs !== undefined
}
