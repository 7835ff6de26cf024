/**
 * The facts that a batch adds, over those that are durable. Rules about items see both, so that
 * what a report or a delivery says holds for what comes behind it in the same batch.
 */
import type { Reason } from '#risk/difference.ts'
import { isWitnessed, type LabReport, type Sampled } from '#risk/lab-report.ts'
import type { Lane, LaneEnds } from '#risk/lane.ts'
import {
  type AmountSum,
  type Movement,
  type Packing,
  type Stocked,
  stockFrom,
} from '#risk/movement.ts'
import type { StockAsked, StockedLot, TestReport } from '#risk/reference.ts'
import type { Dirty, FactChanges, RunRow, ShipmentRow } from '#store/alerts/fact-writer.ts'
import type { FactReader, Of, Pick, TestResult } from '#store/alerts/facts.ts'
import { ByKey } from './by-key.ts'
import { DraftLanes, KnownLanes } from './draft-lanes.ts'
import { type Names, PLAIN } from './names.ts'

/** So many lots that are there and expire before a picked one are looked at, the last first. */
const MOST_LOTS = 50

export class DraftFacts implements FactChanges {
  readonly wrong = new Set<number>()
  readonly lanes: DraftLanes
  readonly movements: Of<Movement>[] = []
  readonly packings: Of<Packing>[] = []
  readonly lateMovements: Of<Movement>[] = []
  readonly latePackings: Of<Packing>[] = []
  readonly stocked: Stocked[] = []
  readonly picks: Pick[] = []
  readonly reports: Of<LabReport>[] = []
  readonly sampled: Of<Sampled>[] = []
  readonly runs: RunRow[] = []
  readonly shipments: ShipmentRow[] = []
  readonly results = new Map<string, readonly Of<TestResult>[]>()
  readonly held = new Map<string, readonly string[]>()
  readonly exposed: { readonly carrier: string; readonly item: string }[] = []
  readonly exposures = new Map<string, number>()
  readonly marks = new Map<string, number>()
  readonly told: Dirty[] = []
  readonly dirty = new Map<string, Dirty>()
  readonly #known: FactReader
  readonly #movements = new ByKey(this.movements, ({ thing, site }) => `${site} ${thing}`)
  readonly #packings = new ByKey(this.packings, ({ child, site }) => `${site} ${child}`)
  readonly #stocked = new ByKey(this.stocked, ({ site, product }) => `${site} ${product}`)
  /** By primary keys. */
  readonly #reports: ByKey<Of<LabReport>>
  readonly #sampled: ByKey<Of<Sampled>>
  readonly #primaryOf: Names['primaryOf']
  /** By site and product when the last was that this batch tells. */
  readonly #picked = new Map<string, number>()
  #lastPickUs: number | undefined
  readonly #hasAny = new Map<'held' | 'exposed', boolean>()

  constructor(known: FactReader, lanes = new KnownLanes(known), names = PLAIN) {
    this.#known = known
    const { primaryOf } = names
    this.#reports = new ByKey(this.reports, ({ thing }) => primaryOf(thing))
    this.#sampled = new ByKey(this.sampled, ({ lot }) => primaryOf(lot))
    this.#primaryOf = primaryOf
    this.lanes = new DraftLanes(known, lanes)
  }

  get transports() {
    return this.lanes.transports
  }

  get retold() {
    return this.lanes.retold
  }

  /** What an event told goes. */
  takeBack(event: number): void {
    this.wrong.add(event)
    this.lanes.takeBack(event)
  }

  /** What was known of a lane at a time. */
  lane(ends: LaneEnds, atUs: number): Lane | undefined {
    return this.lanes.of(ends).at(atUs)
  }

  /** Whether anything is held, or exposed, as of the last commit. */
  hasAny(what: 'held' | 'exposed'): boolean {
    const its = this.#hasAny.get(what) ?? this.#known.hasAny(what)
    this.#hasAny.set(what, its)
    return its
  }

  /** The findings of an owner are to be told anew, from a time on. */
  ask(owner: string, reason: Reason, dueUs = 0): void {
    const before = this.dirty.get(owner)
    if (!before || dueUs < before.dueUs || before.reason === 'newer') {
      this.dirty.set(owner, { owner, reason, dueUs: Math.min(dueUs, before?.dueUs ?? dueUs) })
    }
  }

  pick(pick: Pick): void {
    const { site, product, timeUs } = pick
    this.picks.push(pick)
    const name = `${site} ${product}`
    this.#picked.set(name, Math.max(timeUs, this.#picked.get(name) ?? timeUs))
  }

  /** Whether something of a product was picked at a site later than that. */
  isPickedSince(site: string, product: string, sinceUs: number): boolean {
    if ((this.#picked.get(`${site} ${product}`) ?? 0) > sinceUs) return true
    // Most of what comes is later than anything that was: that is known without a look.
    this.#lastPickUs ??= this.#known.lastPickUs()
    if (this.#lastPickUs <= sinceUs) return false
    return this.#known.picks(site, product, sinceUs + 1, 1).length > 0
  }

  /** How far something was followed; 0 where it never was. */
  markOf(name: string): number {
    return this.marks.get(name) ?? this.#known.mark(name)
  }

  /** Reports on a thing by its primary key, and on the samples that were drawn from it. */
  tests(key: string): readonly TestReport[] {
    const pendingSamples = this.#sampled.of(key).map((each) => {
      return { ...each, sample: this.#primaryOf(each.sample) }
    })
    const samplings = [...this.#known.samplesOf(key), ...pendingSamples]
    const things = new Set([key, ...samplings.map(({ sample }) => sample)])
    return [...things].flatMap((thing) => {
      const its = samplings.filter(({ sample }) => sample === thing || sample === key)
      return [...this.#known.reports(thing), ...this.#reports.of(thing)]
        .filter(({ event }) => !this.wrong.has(event))
        .map(({ test, passed, reportedUs, recordedUs, eventID, result }) => {
          const witnessed = isWitnessed(its, reportedUs)
          return { test, passed, reportedUs, recordedUs, eventID, result, witnessed }
        })
    })
  }

  /** What expires first of a product that a site has at a time, of what expires before another. */
  earliestExpiry(asked: StockAsked): StockedLot | undefined {
    const { product, site, atUs, beforeUs, leaving } = asked
    const its = this.#stocked.of(`${site} ${product}`)
    const pending = its.filter(({ expiresUs }) => expiresUs < beforeUs)
    const known = this.#known.stockedBefore(asked, MOST_LOTS)
    const byLot = new Map([...known, ...pending].map((each) => [each.lot, each]))
    const lots = [...byLot.values()].sort((one, other) => one.expiresUs - other.expiresUs)
    return lots.find(({ lot }) => {
      const before = this.#amountsOf(lot, site, atUs)
      if ((stockFrom(before) ?? 0) <= 0) return false
      return (stockFrom([...before, ...leaving(lot)]) ?? 0) > 0
    })
  }

  #amountsOf(lot: string, site: string, atUs: number): AmountSum[] {
    const isBefore = ({ timeUs }: { readonly timeUs: number }) => timeUs < atUs
    const moved = this.#movements.of(`${site} ${lot}`).filter(isBefore)
    const packed = this.#packings.of(`${site} ${lot}`).filter(isBefore)
    return [
      ...this.#known.amountsOf(lot, site, atUs),
      ...moved.map(({ amount = 0, ...each }) => ({ amount, ...each })),
      ...packed.map(({ amount = 0, unit }) => {
        return { kind: 'packed' as const, isSerials: false, unit, amount }
      }),
    ]
  }
}
