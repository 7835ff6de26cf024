/**
 * Writes the batches that are decided, one after the other in the order in which they were, while
 * the next ones are prepared. A batch is ended while the lines of the one behind it are on their
 * way: its end is two syncs in a row, here and there, in which InfluxDB would have nothing to do.
 * A server that is away ends it with StoreFault, which is told to all who wait; it goes on when it
 * is begun again, with the first batch that is not confirmed.
 *
 * A batch is confirmed once every line of it is on InfluxDB's disk or refused for good. A crash
 * before that writes all of it again, to the byte the same, before anything behind it.
 */
import { StoreFault } from '#store/fault.ts'
import { checkStill } from './binding.ts'
import type { Connection } from './connection.ts'
import { deliverPhase, type Refused } from './delivery.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { Minutes } from './minutes.ts'
import type { WritePaths } from './paths.ts'
import type { PendingBatch } from './pending.ts'
import { type BatchFigures, batchLine, refusedLine } from './points.ts'
import { type BatchParts, partOf } from './redo.ts'
import { countStored } from './telemetry-writer.ts'

/** Nobody puts back a copy in less. */
const quietMs = 250

/** Makes sure that this is the InfluxDB the side file belongs to; gives where to write. */
export type Bind = () => Promise<WritePaths>

interface Waiting {
  readonly batch: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Of a batch whose lines are in InfluxDB or refused for good. */
interface Written extends Refused {
  /** How many readings it adds. */
  readonly added: number
}

export class Deliverer {
  readonly #connection: Connection
  readonly #ledger: WritableLedger
  readonly #bind: Bind
  readonly #onFault: () => void
  readonly #minutes: Minutes
  /** Lines that are in memory still, by batch. */
  readonly #held = new Map<number, BatchParts>()
  /** When it last was what it had been. */
  #sureMs = Number.NEGATIVE_INFINITY
  #waiting: Waiting[] = []
  #running: Promise<void> | undefined

  constructor(connection: Connection, ledger: WritableLedger, bind: Bind, onFault: () => void) {
    this.#connection = connection
    this.#ledger = ledger
    this.#bind = bind
    this.#onFault = onFault
    this.#minutes = new Minutes(connection, ledger, () => Date.now() * 1000)
  }

  /** How many batches have their lines in memory. */
  get heldBatches(): ReadonlySet<number> {
    return new Set(this.#held.keys())
  }

  /** Spares reading the lines of a batch back; they hold until it is confirmed. */
  hold(batch: number, parts: BatchParts): void {
    this.#held.set(batch, parts)
  }

  /**
   * Resolves when a batch and all before it are confirmed.
   * @throws StoreFault, also for one that is behind the batch that failed.
   */
  async delivered(batch: number): Promise<void> {
    if (batch <= this.#ledger.confirmedBatch()) return undefined
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject })
      this.#running ??= this.#run()
    })
  }

  /** Resolves when nothing is under way; to be called when requests fail at once. */
  async settled(): Promise<void> {
    await this.#running
    await this.#minutes.settled()
  }

  async #run(): Promise<void> {
    try {
      const paths = await this.#bind()
      // Nothing has told us that it went back to an older copy meanwhile, which it may have done
      // without a break. What is numbered as the next event would leave a hole there.
      if (performance.now() - this.#sureMs > quietMs)
        await checkStill(this.#connection, this.#ledger)
      this.#tell()
      while (this.#ledger.pending.behind(0) !== undefined) await this.#deliverAll(paths)
      this.#running = undefined
    } catch (error) {
      this.#running = undefined
      this.#held.clear()
      if (error instanceof StoreFault) this.#onFault()
      for (const { reject } of this.#waiting.splice(0)) reject(error)
    }
  }

  /** All that is decided by then. */
  async #deliverAll(paths: WritePaths): Promise<void> {
    const { pending } = this.#ledger
    let ending = Promise.resolve()
    try {
      for (let next = pending.behind(0); next !== undefined; next = pending.behind(next.batch)) {
        const written = await this.#write(next, paths)
        await ending
        ending = this.#end(next, written, paths)
        // It is looked at when the lines behind it have come to their end.
        ending.catch(() => undefined)
      }
      await ending
    } finally {
      // Nothing of this attempt may arrive after the next one.
      await ending.catch(() => undefined)
    }
  }

  #tell(): void {
    const confirmed = this.#ledger.confirmedBatch()
    const isOver = ({ batch }: Waiting) => batch <= confirmed
    const over = this.#waiting.filter(isOver)
    this.#waiting = this.#waiting.filter((one) => !isOver(one))
    for (const { resolve } of over) resolve()
  }

  /** Everything but what tells of its end. Without that, no reader and no rebuild looks at it. */
  async #write(pending: PendingBatch, paths: WritePaths): Promise<Written> {
    const parts = this.#held.get(pending.batch) ?? this.#ledger.pending.parts(pending)
    const added = await this.#weighed(pending)
    const { readings } = await deliverPhase(this.#connection, paths.readings, parts.readings)
    const { events } = await deliverPhase(this.#connection, paths.store, parts.rows)
    return { added, readings, events }
  }

  async #end(pending: PendingBatch, written: Written, paths: WritePaths): Promise<void> {
    const { added, readings, events } = written
    // Durable on both sides before the end tells of the batch: neither a crash nor a rebuild may
    // let a part of an event pass for the event.
    if (events.size > 0) await this.#refuse(paths.store, events)
    const figures = this.#figures(pending, added)
    const line = batchLine(figures, pending.end, this.#lagMs(pending))
    await deliverPhase(this.#connection, paths.store, [partOf([line])])
    // Every line is on InfluxDB's disk or refused for good. A crash here repeats them all.
    const stored = { ...figures, readings: figures.readings - readings.size }
    this.#ledger.confirm(pending.batch, stored, readings)
    this.#sureMs = performance.now()
    this.#held.delete(pending.batch)
    this.#tell()
    this.#minutes.begin(paths.minutes)
  }

  /** From when its last event was acknowledged; undefined where it brings none. */
  #lagMs({ events, end }: PendingBatch): number | undefined {
    const before = this.#ledger.state()?.events ?? events
    return events > before ? Math.max(0, Date.now() - Math.floor(end.us / 1000)) : undefined
  }

  /** How many readings it adds; durable before the first of them is written. */
  async #weighed({ batch, added, late }: PendingBatch): Promise<number> {
    if (late.length === 0) return added
    const all = added + late.length - (await countStored(this.#connection, late))
    this.#ledger.pending.setAdded(batch, all)
    return all
  }

  #figures({ follower, position, events, items, trailRows }: PendingBatch, added: number) {
    const before = this.#ledger.state()?.confirmedReadings ?? 0
    const figures: BatchFigures = {
      ...{ follower, position, events, items, trailRows },
      readings: before + added,
    }
    return figures
  }

  async #refuse(path: string, events: ReadonlyMap<number, string>): Promise<void> {
    this.#ledger.refuse(events)
    const places = this.#ledger.places([...events.keys()])
    const era = this.#ledger.state()?.era ?? 0
    const lines = [...events].flatMap(([seq, words]) => {
      const place = places.get(seq)
      return place === undefined ? [] : [refusedLine(seq, era, words, place)]
    })
    await this.#connection.write(lines.join('\n'), path)
  }
}
