/**
 * The truth of a run, read from its file and indexed: what really happened, and which of it was
 * reported. Held in memory whole, some 8 KB an item.
 */
import { linesOf } from '#simulators/recording.ts'
import type {
  AliasLine,
  Amount,
  FaultLine,
  FieldLine,
  ItemLine,
  RunLine,
  TruthLine,
} from '#simulators/truth.ts'

/** The file is not the truth of a run. */
export class TruthError extends Error {
  override readonly name = 'TruthError'
}

/** What became what at one time. */
export interface Becoming {
  readonly time: string
  readonly inputs: readonly Amount[]
  readonly outputs: readonly Amount[]
  /** Lots of its outputs. */
  readonly lots: readonly string[]
  readonly eventID: string | undefined
}

/** Being in, or mounted on, something; without `until` it lasts. */
export interface Stay {
  readonly kind: 'contains' | 'associated'
  readonly parent: string
  readonly child: string
  readonly since: string
  readonly until: string | undefined
  /** Of its beginning, and of its end. */
  readonly eventIDs: readonly string[]
}

export interface Move {
  readonly unit: string
  readonly shipped: string
  readonly received: string
  readonly eventIDs: readonly string[]
}

export interface Fault extends FaultLine {
  readonly touched: Set<string>
}

/** What was done to the report of one event. */
export interface Mishap {
  isLost: boolean
  /** Things that are not in the report. */
  readonly missing: Set<string>
  /** When it says that it happened, where that is wrong. */
  time: string | undefined
}

export class TruthBook {
  run: RunLine = { kind: 'run', world: '', seed: '', items: 0 }
  readonly madeFrom = new Map<string, Becoming[]>()
  readonly madeInto = new Map<string, Becoming[]>()
  readonly stays = new Map<string, Stay[]>()
  readonly moves = new Map<string, Move[]>()
  /** The items of a lot. */
  readonly members = new Map<string, string[]>()
  readonly items = new Map<string, ItemLine>()
  readonly aliases: AliasLine[] = []
  readonly faults = new Map<string, Fault>()
  readonly mishaps = new Map<string, Mishap>()
  /** How often each thing was done to a report. */
  readonly fieldCounts = new Map<string, number>()
  /** Codes that were read in place of others. */
  readonly misread = new Set<string>()
  readonly #becomes: Becoming[] = []
  readonly #touched = new Map<string, Set<string>>()

  /** Throws TruthError, and what the file system throws. */
  static read(file: string): TruthBook {
    const book = new TruthBook()
    for (const text of linesOf(file)) {
      const line: TruthLine = JSON.parse(text)
      if (book.run.world === '' && line.kind !== 'run') throw new TruthError(`${file} is no truth`)
      book.#add(line)
    }
    book.#index()
    return book
  }

  get becomings(): readonly Becoming[] {
    return this.#becomes
  }

  #add(line: TruthLine): void {
    switch (line.kind) {
      case 'run':
        this.run = line
        break
      case 'becomes': {
        const { time, inputs, outputs, eventIDs } = line
        this.#becomes.push({ time, inputs, outputs, lots: [], eventID: eventIDs[0] })
        break
      }
      case 'contains':
        pushTo(this.stays, line.child, { ...line, until: line.until })
        break
      case 'associated': {
        const { asset: parent, sensor: child, since, until, eventIDs } = line
        const stay = { kind: 'associated', parent, child, since, until, eventIDs } as const
        pushTo(this.stays, child, stay)
        break
      }
      case 'moves':
        pushTo(this.moves, line.unit, line)
        break
      case 'item':
        this.items.set(line.key, line)
        pushTo(this.members, line.lot, line.key)
        break
      case 'alias':
        this.aliases.push(line)
        break
      case 'field':
        this.#addField(line)
        break
      case 'fault':
        this.faults.set(line.id, { ...line, touched: new Set() })
        break
      case 'touched': {
        const touched = this.#touched.get(line.fault) ?? new Set()
        for (const key of line.keys) touched.add(key)
        this.#touched.set(line.fault, touched)
        break
      }
      case 'party':
        break
    }
  }

  #addField({ what, eventID, keys = [], instead = [], time }: FieldLine): void {
    this.fieldCounts.set(what, (this.fieldCounts.get(what) ?? 0) + 1)
    if (what === 'late' || what === 'duplicate') return
    const mishap = this.mishaps.get(eventID) ?? {
      isLost: false,
      missing: new Set<string>(),
      time: undefined,
    }
    this.mishaps.set(eventID, mishap)
    if (what === 'missed-read') for (const key of keys) mishap.missing.add(key)
    else if (what === 'wrong-scan') for (const key of instead) mishap.missing.add(key)
    else if (what === 'clock') mishap.time = time
    else mishap.isLost = true
    if (what === 'wrong-scan') for (const key of keys) this.misread.add(key)
  }

  /** Items tell their lots at their end, and faults what they touch before or after themselves. */
  #index(): void {
    for (const [at, bare] of this.#becomes.entries()) {
      const lots = new Set(bare.outputs.flatMap(({ key }) => this.items.get(key)?.lot ?? []))
      const becoming = { ...bare, lots: [...lots] }
      this.#becomes[at] = becoming
      for (const { key } of becoming.inputs) pushTo(this.madeInto, key, becoming)
      for (const { key } of becoming.outputs) pushTo(this.madeFrom, key, becoming)
      for (const key of becoming.lots) pushTo(this.madeFrom, key, becoming)
    }
    for (const [id, keys] of this.#touched) {
      const fault = this.faults.get(id)
      if (fault !== undefined) for (const key of keys) fault.touched.add(key)
    }
  }
}

export function pushTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [value])
  else list.push(value)
}
