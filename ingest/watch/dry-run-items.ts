/**
 * Tries two sets of rules on stored events: each by itself, and each item that they name, told
 * whole by both, however long it is, with what its containers did where that matters.
 */
import { identify } from '#epcis/identifier.ts'
import { difference } from '#risk/difference.ts'
import { aboutEvent } from '#risk/event-rules.ts'
import { happeningsOf } from '#risk/facts.ts'
import { type Finding, merged } from '#risk/finding.ts'
import { itemMachine, type Watch } from '#risk/item-machine.ts'
import type { RuleId } from '#risk/table.ts'
import { US_A_DAY } from '#risk/words.ts'
import type { Known } from '#store/alerts/known.ts'
import type { TrailReader } from '#store/trail.ts'
import type { FactTrial } from './dry-run-facts.ts'
import { EventFactsReader } from './event-facts.ts'
import { Life, type LifeParts, lifeOf } from './life.ts'
import { CONFIRMED, confirm, isWatched } from './retell.ts'

/** Of event times of record, the end not included. */
export interface Span {
  readonly fromUs: number
  readonly toUs: number
}

export interface ItemTrialParts {
  /** With its aliases. */
  readonly trail: TrailReader
  readonly known: Known
  readonly isOver: () => boolean
}

const MOST_EVENTS = 10_000
const MOST_ITEMS = 5_000
const PAGE = 500
/** Of one item: every event of a lot may be wrong. */
const MOST_FINDINGS = 10_000
/** How long before its expiry a thing may be said to be near it. */
const NEAR_US = 400 * US_A_DAY

/** Rules about items, beside those of the families B, C and D. */
const ABOUT_ITEMS: ReadonlySet<RuleId> = new Set<RuleId>(['F2', 'G1'])

function isAboutItems(rule: RuleId): boolean {
  return /^[BCD]/.test(rule) || ABOUT_ITEMS.has(rule)
}

export class ItemTrial {
  readonly #parts: ItemTrialParts
  readonly #life: LifeParts
  readonly #both: readonly [Watch, Watch]
  readonly #about: [Finding[], Finding[]] = [[], []]
  readonly #items = new Set<string>()
  readonly #facts: FactTrial
  readonly #rules: ReadonlySet<RuleId>
  readonly #isOfItems: boolean
  #events = 0
  #isWhole = true

  constructor(
    parts: ItemTrialParts,
    both: readonly [Watch, Watch],
    facts: FactTrial,
    rules: ReadonlySet<RuleId>,
  ) {
    this.#parts = parts
    this.#both = both
    this.#facts = facts
    this.#rules = rules
    this.#isOfItems = [...rules].some(isAboutItems)
    // The trail is handed over with its aliases: each item has come under one key already.
    const { trail } = parts
    this.#life = { trail, facts: new EventFactsReader(trail), primaryOf: (key) => key }
  }

  get counts() {
    return { events: this.#events, items: this.#isOfItems ? this.#items.size : 0 }
  }

  /** Whether all of the span was gone through. */
  get isWhole(): boolean {
    return this.#isWhole
  }

  /**
   * Goes through the events of a span, the newest first, and through those before it by which
   * something may have become known in it: `backUs` is how long that may take.
   */
  async look({ fromUs, toUs }: Span, backUs: number): Promise<void> {
    const { trail, known, isOver } = this.#parts
    const followed = known.followed()
    const query = { geRecordTimeUs: Math.max(0, fromUs - backUs), ltRecordTimeUs: toUs }
    let after: number | undefined
    do {
      const page = await trail.query(query, { limit: PAGE, ...(after !== undefined && { after }) })
      for (const stored of page.events) {
        // What rules have not looked at yet has told no facts.
        if (stored.eventRef > followed) this.#isWhole = false
        if (stored.voidedAtUs !== undefined) continue
        const facts = this.#life.facts.of(stored)
        if (!facts) continue
        if (stored.recordTimeUs >= fromUs) this.#events += 1
        for (const [at, watch] of this.#both.entries()) {
          this.#about[at]?.push(...aboutEvent(facts, watch))
        }
        for (const thing of this.#facts.enter(stored.eventRef)) this.#items.add(thing)
        for (const { item, kind } of happeningsOf(facts)) {
          if (isWatched(kind, item)) this.#items.add(item)
        }
      }
      after = page.after
      const isFull = this.#events >= MOST_EVENTS || this.#items.size > MOST_ITEMS || isOver()
      if (isFull && after !== undefined) {
        this.#isWhole = false
        return
      }
    } while (after !== undefined)
    if (this.#rules.has('B2')) this.#addExpiring(toUs)
  }

  /** What comes near its expiry does so without any event. */
  #addExpiring(toUs: number): void {
    const { known } = this.#parts
    const waiting = known.waiting(toUs + NEAR_US, MOST_ITEMS)
    for (const item of [...waiting, ...known.ownersOfRule('B2', MOST_ITEMS)]) this.#items.add(item)
  }

  /** What both sets of rules find. */
  async findings(toUs: number): Promise<[Finding[], Finding[]]> {
    const found: [Finding[], Finding[]] = [merged(this.#about[0]), merged(this.#about[1])]
    if (!this.#isOfItems) return found
    const items = [...this.#items].slice(0, MOST_ITEMS)
    if (items.length < this.#items.size) this.#isWhole = false
    for (const item of items) {
      if (this.#parts.isOver()) {
        this.#isWhole = false
        break
      }
      const [old, next] = await this.#aboutItem(item, toUs)
      found[0].push(...old)
      found[1].push(...next)
    }
    return found
  }

  async #aboutItem(item: string, toUs: number): Promise<[readonly Finding[], readonly Finding[]]> {
    const subject = { item, kind: identify(item).kind }
    const lives = this.#both.map((watch) => new Life(itemMachine(subject, watch)))
    const upTo = Number.MAX_SAFE_INTEGER
    for await (const { happenings } of lifeOf(this.#life, item, upTo)) {
      for (const life of lives) life.take(happenings)
      if (!this.#parts.isOver() && lives.every(({ found }) => found <= MOST_FINDINGS)) continue
      this.#isWhole = false
      return [[], []]
    }
    const [old, next] = lives.map((life) => life.findingsAt(toUs))
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
