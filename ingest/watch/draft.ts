/**
 * What a batch of events changes, over what is durable: read through, and written at once. While
 * it is made nothing is changed, so that it can be thrown away.
 */
import { difference, type Reason } from '#risk/difference.ts'
import { type Finding, merged } from '#risk/finding.ts'
import type { Concern, Entry, ItemMemory, Told } from '#store/alerts/alert.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { LedgerReader, SensorMemory } from '#store/alerts/ledger.ts'
import { asAsked, type Because } from './because.ts'
import { DraftFacts } from './draft-facts.ts'
import type { KnownLanes } from './draft-lanes.ts'
import { aliasedFacts, type Names, PLAIN } from './names.ts'

/** Evidence kept of one finding that many events tell of; the rest is counted. */
const MOST_EVIDENCE = 100

interface DraftParts {
  readonly lanes?: KnownLanes
  readonly because?: Because
  readonly names?: Names
}

export class Draft {
  readonly told = new Map<string, Told>()
  readonly concerns = new Map<string, Concern>()
  readonly facts: DraftFacts
  /** Facts as they are durable. */
  readonly known: FactReader
  readonly #items = new Map<string, ItemMemory>()
  readonly #sensors = new Map<string, SensorMemory>()
  readonly #ledger: LedgerReader
  readonly #because: Because

  constructor(
    ledger: LedgerReader,
    known: FactReader,
    { lanes, because = asAsked, names = PLAIN }: DraftParts = {},
  ) {
    this.#ledger = ledger
    this.#because = because
    this.known = names === PLAIN ? known : aliasedFacts(known, names)
    this.facts = new DraftFacts(this.known, lanes, names)
  }

  get items(): Iterable<ItemMemory> {
    return this.#items.values()
  }

  get sensors(): Iterable<SensorMemory> {
    return this.#sensors.values()
  }

  item(key: string): ItemMemory | undefined {
    return this.#items.get(key) ?? this.#ledger.item(key)
  }

  putItem(memory: ItemMemory): void {
    this.#items.set(memory.key, memory)
  }

  sensor(key: string): SensorMemory | undefined {
    return this.#sensors.get(key) ?? this.#ledger.sensor(key)
  }

  putSensor(memory: SensorMemory): void {
    this.#sensors.set(memory.key, memory)
  }

  entry(identity: string): Entry | undefined {
    const told = this.told.get(identity)
    return told ? told.entry : this.#ledger.entry(identity)
  }

  /** What holds of an item, event or sensor. */
  entries(owner: string): Entry[] {
    const known = this.#ledger.entries(owner).filter(({ finding }) => {
      return !this.told.has(finding.identity)
    })
    const now = [...this.told.values()].flatMap(({ entry }) =>
      entry?.owner === owner ? entry : [],
    )
    return [...known, ...now]
  }

  /** Whose findings have a cause that begins so, as far as it is durable. */
  ownersByCause(beginning: string, after: string, limit: number): string[] {
    return this.#ledger.ownersByCause(beginning, after, limit)
  }

  put(entry: Entry): void {
    this.told.set(entry.finding.identity, { entry, reason: entry.reason })
  }

  /** What does not hold any more, if it ever did. */
  drop(identity: string, reason: Reason): void {
    if (this.entry(identity)) this.told.set(identity, { entry: undefined, reason })
  }

  /** A finding of something that has one state: the last telling counts. */
  tell(owner: string, finding: Finding, isSure: boolean, reason: Reason = 'newer'): void {
    const known = this.entry(finding.identity)
    this.put({ finding, owner, isSure, count: 1, replaces: known?.replaces, reason })
  }

  /** A finding that each of several events tells of: they are put together and counted. */
  tellAgain(owner: string, finding: Finding): void {
    const known = this.entry(finding.identity)
    const [all = finding] = known ? merged([known.finding, finding]) : [finding]
    const { eventIDs, affected } = all
    const bounded = {
      ...all,
      eventIDs: eventIDs.slice(0, MOST_EVIDENCE),
      affected: affected.slice(0, MOST_EVIDENCE),
    }
    const count = (known?.count ?? 0) + 1
    this.put({ finding: bounded, owner, isSure: true, count, replaces: undefined, reason: 'newer' })
  }

  /** Takes an event that was wrong out of what told of it. */
  untell({ identity }: Finding, eventID: string): void {
    const known = this.entry(identity)
    if (!known?.finding.eventIDs.includes(eventID)) return
    const eventIDs = known.finding.eventIDs.filter((each) => each !== eventID)
    const count = Math.max(eventIDs.length, known.count - 1)
    const finding = { ...known.finding, eventIDs }
    if (eventIDs.length === 0) this.drop(identity, 'corrected')
    else this.put({ ...known, finding, count, reason: 'corrected' })
  }

  /**
   * All that holds of an owner, told anew: what became of each finding follows from both. `asked`:
   * why it was looked at, which need not be why a finding has changed.
   */
  replace(
    owner: string,
    now: readonly Finding[],
    asked: Reason,
    isSure: (finding: Finding) => boolean,
    because: Because = this.#because,
  ): void {
    const before = this.entries(owner).map(({ finding }) => finding)
    for (const each of difference(before, now, asked)) {
      const reason = because(each)
      if (each.change === 'withdrawn') {
        this.drop(each.before.identity, reason)
        continue
      }
      const { identity } = each.now
      const moved = each.change !== 'raised' && each.before.identity !== identity
      const replaces = moved ? each.before.identity : this.entry(identity)?.replaces
      this.put({ finding: each.now, owner, isSure: isSure(each.now), count: 1, replaces, reason })
      if (moved) this.drop(each.before.identity, reason)
    }
  }
}
