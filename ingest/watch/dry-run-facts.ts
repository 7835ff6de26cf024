/**
 * Tries two sets of rules on the facts that are kept of amounts, tests, transports and recalls, by
 * what tells them when they are watched: into drafts that are thrown away.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { Finding } from '#risk/finding.ts'
import type { RecallReader } from '#risk/recalled.ts'
import type { RuleId } from '#risk/table.ts'
import type { Known } from '#store/alerts/known.ts'
import type { LedgerReader } from '#store/alerts/ledger.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/surroundings.ts'
import { Draft } from './draft.ts'
import { LiveItems } from './items.ts'
import type { Names } from './names.ts'
import { MovingTold } from './tell-moving.ts'
import { AFTER_CLOSED_US, aboutRecall } from './tell-recalls.ts'
import { startOfMonth, tellSampling } from './tell-sampling.ts'
import { type TellerParts, tellOwners } from './teller.ts'

type TrialWatch = TellerParts['watch']

export interface FactTrialParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'parties'>
  readonly mounted: Mounted
  readonly known: Known
  readonly recalls: Pick<RecallReader, 'matches' | 'recalls'>
  readonly names: Names
  readonly isOver: () => boolean
}

/** Owners that are told in one go. */
const MOST_OWNERS = 2_000

/** By the first word of an owner the rules that its findings are of. */
const RULES_OF: Readonly<Record<string, readonly RuleId[]>> = {
  lot: ['E2', 'E3'],
  shipment: ['E4'],
  tests: ['F1'],
  supplier: ['F3'],
  results: ['F4', 'F5'],
  moving: ['G1'],
}
const OF_PROCESS: readonly RuleId[] = ['E1']
/** Those of a unit lead to the lots in it, and to what is recalled in it. */
const OF_UNIT: readonly RuleId[] = ['E2', 'E3', 'G1']

export const NOTHING: LedgerReader = {
  item: () => undefined,
  sensor: () => undefined,
  entry: () => undefined,
  entries: () => [],
  ownersByCause: () => [],
}

/** What is remembered of items by now. */
export function liveItemsOf(known: Pick<Known, 'item'>): LiveItems {
  const item = (key: string) => known.item(key)
  return new LiveItems({ item, items: (keys) => keys.flatMap((key) => item(key) ?? []) })
}

export class FactTrial {
  readonly #parts: FactTrialParts
  readonly #rules: ReadonlySet<RuleId>
  readonly #owners = new Set<string>()
  readonly #items: LiveItems

  /** `rules`: those that differ; of all others the findings are the same. */
  constructor(parts: FactTrialParts, rules: ReadonlySet<RuleId>) {
    this.#parts = parts
    this.#rules = rules
    this.#items = liveItemsOf(parts.known)
  }

  /** Enters whose findings an event's facts may change; gives the things whose tests it tells. */
  enter(event: number): string[] {
    const { facts } = this.#parts.known
    const tested: string[] = []
    for (const owner of facts.ownersOf(event)) {
      this.#ask(owner)
      if (!owner.startsWith('tests ')) continue
      const thing = owner.slice('tests '.length)
      tested.push(thing)
      for (const { supplier, process } of facts.resultsFor(thing)) {
        this.#ask(`supplier ${supplier}`)
        this.#ask(process)
      }
    }
    return tested
  }

  #ask(owner: string): void {
    if (this.#isConcerned(owner)) this.#owners.add(owner)
  }

  #isConcerned(owner: string): boolean {
    const word = owner.slice(0, owner.indexOf(' '))
    if (word.startsWith('process:')) return OF_PROCESS.some((rule) => this.#rules.has(rule))
    const isUnit = word === 'lot' && owner.includes('/00/')
    const rules = isUnit ? OF_UNIT : (RULES_OF[word] ?? [])
    return rules.some((rule) => this.#rules.has(rule))
  }

  /** What one set of rules finds, as of the end of a span; and whether that was all. */
  async findings(watch: TrialWatch, span: { readonly fromUs: number; readonly toUs: number }) {
    const found: Finding[] = []
    const asked = [...this.#owners]
    const seen = new Set(asked)
    let isWhole = true
    for (let at = 0; at < asked.length; at += 1) {
      if (at >= MOST_OWNERS || this.#parts.isOver()) {
        isWhole = false
        break
      }
      const draft = await this.#tell(asked[at] ?? '', watch, span.toUs)
      found.push(...findingsIn(draft))
      for (const owner of draft.facts.dirty.keys()) {
        if (seen.has(owner) || !this.#isConcerned(owner)) continue
        seen.add(owner)
        asked.push(owner)
      }
      // Facts are read at once: whoever else is served gets a turn.
      await turn()
    }
    return { found: [...found, ...this.#byTheClock(watch, span)], isWhole }
  }

  async #tell(owner: string, watch: TrialWatch, toUs: number): Promise<Draft> {
    const { known, recalls, names } = this.#parts
    const draft = new Draft(NOTHING, known.facts, { names })
    // Items are told again by themselves, and by both sets of rules.
    const round = { tellAgain: async () => undefined }
    const parts: TellerParts = {
      ...{ ...this.#parts, draft, round, watch, items: this.#items, nowUs: toUs },
      recalls: { ...recalls, hasAny: () => true, changesAfter: () => [], lastChange: () => 0 },
      moving: new MovingTold(),
    }
    await tellOwners(parts, [{ owner, reason: 'newer', dueUs: 0 }])
    this.#items.keep()
    return draft
  }

  /** Deadlines of recalls, and each month of the plan of sampling. */
  #byTheClock(
    watch: TrialWatch,
    { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number },
  ) {
    const { known, recalls, names } = this.#parts
    const found = new Map<string, Finding>()
    const isAny = (...rules: readonly RuleId[]) => rules.some((rule) => this.#rules.has(rule))
    if (isAny('G2', 'G3', 'G4')) {
      for (const recall of recalls.recalls(fromUs - AFTER_CLOSED_US)) {
        for (const each of aboutRecall(recall, watch, toUs)) found.set(each.identity, each)
      }
    }
    if (isAny('F6')) {
      for (const monthUs of monthsIn(fromUs, toUs)) {
        const draft = new Draft(NOTHING, known.facts, { names })
        tellSampling(draft, watch, monthUs, 'time')
        // What falls short all year is found when it first does.
        for (const each of findingsIn(draft)) {
          if (!found.has(each.identity)) found.set(each.identity, each)
        }
      }
    }
    return found.values()
  }
}

function findingsIn({ told }: Draft): Finding[] {
  return [...told.values()].flatMap(({ entry }) => entry?.finding ?? [])
}

const MOST_MONTHS = 120

/** The beginnings of the months that begin in a span, the last ones. */
function monthsIn(fromUs: number, toUs: number): number[] {
  const found: number[] = []
  for (let at = startOfMonth(toUs - 1); at >= fromUs && found.length < MOST_MONTHS; ) {
    found.unshift(at)
    at = startOfMonth(at - 1)
  }
  return found
}
