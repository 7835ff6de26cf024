/**
 * The one writer of alerts.db. What the follower found in a batch of events and its cursor become
 * durable together or not at all, and so does each step that somebody takes.
 */
import type { Reason } from '#risk/difference.ts'
import { differing } from '#risk/rule-set.ts'
import { type Database, openDatabase, transaction } from '../sqlite/database.ts'
import type { Concern, ItemMemory, Told } from './alert.ts'
import { type ActCommand, type Acted, AlertBook } from './book.ts'
import { type Dirty, type FactChanges, FactWriter } from './fact-writer.ts'
import { type FactReader, factReader } from './facts.ts'
import { Ledger, type Progress, type SensorMemory } from './ledger.ts'
import { type AlertReader, alertReader } from './reader.ts'
import { addRulesVersion, NO_CHANGES, type RulesVersion, rulesVersionOf } from './rule-versions.ts'
import { migrations } from './schema.ts'

/** What came of a batch. */
export interface Batch {
  readonly progress: Progress
  readonly items: Iterable<ItemMemory>
  readonly sensors: Iterable<SensorMemory>
  /** By identity. */
  readonly told: ReadonlyMap<string, Told>
  /** Of what is to be an alert now, by identity. */
  readonly concerns: ReadonlyMap<string, Concern>
  readonly facts: FactChanges
}

export type RulesChanged =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly version: number }

const SWEPT_AT_ONCE = 500

/** G: what follows from recalls, of which history has nothing. */
const OF_RECALLS: ReadonlySet<string> = new Set(['G1', 'G2', 'G3', 'G4'])

/** Why what a rule finds is told otherwise once history was gone through again. */
function ofReplay(rule: string, { rules }: Progress): Reason {
  if (rules.includes(rule)) return 'rules'
  return OF_RECALLS.has(rule) ? 'recall' : 'again'
}

function replacedIn(told: Batch['told']): ReadonlySet<string> {
  return new Set([...told.values()].flatMap(({ entry }) => entry?.replaces ?? []))
}

export class AlertWriter {
  readonly ledger: Ledger
  readonly facts: FactReader
  readonly reader: AlertReader
  readonly #facts: FactWriter
  readonly #database: Database
  readonly #book: AlertBook

  /** Opens the file, making it where it is missing. */
  constructor(file: string) {
    this.#database = openDatabase(file, { migrations, cacheMiB: 64, checkpointMiB: 16 })
    this.ledger = new Ledger(this.#database)
    this.facts = factReader(this.#database)
    this.#facts = new FactWriter(this.#database, this.facts)
    this.#book = new AlertBook(this.#database)
    this.reader = alertReader(this.#database)
  }

  /**
   * Writes a batch that was made as of `from`; false, and nothing, where history has begun to be
   * gone through again since. While it is, no alert changes.
   */
  commit(
    { progress, items, sensors, told, concerns, facts }: Batch,
    from: Progress,
    nowUs: number,
  ): boolean {
    return this.#transaction(() => {
      const current = this.ledger.progress()
      if (current.eventRef !== from.eventRef || current.replayTo !== from.replayTo) return false
      for (const item of items) this.ledger.putItem(item)
      for (const sensor of sensors) this.ledger.putSensor(sensor)
      this.#facts.write(facts)
      for (const [identity, { entry, reason }] of told) {
        const concern = concerns.get(identity)
        if (entry) this.ledger.putEntry(entry, concern !== undefined)
        if (!entry || !concern) continue
        const because = current.replayTo === 0 ? reason : ofReplay(entry.finding.rule, current)
        this.#book.hold(entry, concern, because, nowUs)
      }
      const replaced = replacedIn(told)
      for (const [identity, { entry, reason }] of told) {
        if (!entry) this.#remove(identity, reason, progress, replaced, nowUs)
      }
      this.ledger.move(progress)
      return true
    })
  }

  /** What another finding is about to take the place of is not withdrawn, but waits for it. */
  #remove(
    identity: string,
    reason: Reason,
    { replayTo }: Progress,
    replaced: ReadonlySet<string>,
    nowUs: number,
  ): void {
    const before = this.ledger.entry(identity)
    this.ledger.removeEntry(identity)
    if (replayTo !== 0) return
    for (const each of [identity, before?.replaces]) {
      if (each !== undefined && !replaced.has(each)) this.#book.drop(each, reason, nowUs)
    }
  }

  /**
   * What is read from now on is as of now, and takes its locks once: for a row they are most of
   * the cost. It ends with the next write, whoever's that is, or by `endReading`.
   */
  beginReading(): void {
    if (!this.#database.isTransaction) this.#database.exec('BEGIN')
  }

  endReading(): void {
    if (this.#database.isTransaction) this.#database.exec('COMMIT')
  }

  #transaction<T>(work: () => T): T {
    this.endReading()
    return transaction(this.#database, work)
  }

  /** Owners whose findings are to be told anew by then. */
  dueOwners(nowUs: number, limit: number): Dirty[] {
    return this.#facts.due(nowUs, limit)
  }

  /** Whether there is a standing alert of this identity. */
  isAlert(identity: string): boolean {
    return this.#book.stands(identity)
  }

  act(command: ActCommand, nowUs: number): Acted {
    return this.#transaction(() => this.#book.act(command, nowUs))
  }

  /** Takes to the next level what nobody has taken up; gives how many. */
  escalate(nowUs: number): number {
    return this.#transaction(() => this.#book.escalate(nowUs))
  }

  /** Begins to go through history from its beginning. */
  replay(): void {
    this.#transaction(() => this.#replay([]))
  }

  /** `changed`: rules that it is done for, beside those of a replay that has not ended yet. */
  #replay(changed: readonly string[]): void {
    const { eventRef, replayTo, rules } = this.ledger.progress()
    this.ledger.forget()
    this.#facts.forget()
    const all = [...new Set([...rules, ...changed])]
    this.ledger.move({ eventRef: 0, replayTo: Math.max(eventRef, replayTo, 1), rules: all })
  }

  /**
   * Withdraws some alerts that history does not bear out any more, and ends the replay when there
   * are none left. To be called once all that it found is told.
   */
  endReplay(nowUs: number): void {
    this.#transaction(() => {
      const progress = this.ledger.progress()
      const because = (rule: string) => ofReplay(rule, progress)
      if (this.#book.sweep(because, nowUs, SWEPT_AT_ONCE) === SWEPT_AT_ONCE) return
      this.ledger.move({ eventRef: progress.eventRef, replayTo: 0, rules: [] })
    })
  }

  /**
   * Puts rules in force, unless others have been since `basedOn`; `isOfPast`, and goes through
   * history with them.
   */
  setRules(basedOn: number, next: Omit<RulesVersion, 'version'>, isOfPast: boolean): RulesChanged {
    return this.#transaction(() => {
      const { version, changes } = rulesVersionOf(this.#database) ?? NO_CHANGES
      if (version !== basedOn) return { ok: false, version }
      addRulesVersion(this.#database, { ...next, version: version + 1 })
      if (isOfPast) this.#replay(differing(changes, next.changes).map(({ rule }) => rule))
      return { ok: true, version: version + 1 }
    })
  }

  rules(): RulesVersion {
    return rulesVersionOf(this.#database) ?? NO_CHANGES
  }

  /** Size of the file, its log not included. */
  bytes(): number {
    return this.#database
      .prepare('SELECT page_count * page_size AS n FROM pragma_page_count, pragma_page_size')
      .get().n
  }

  lastStep(): number {
    return this.#book.lastStep()
  }

  close(): void {
    this.#database.close()
  }
}
