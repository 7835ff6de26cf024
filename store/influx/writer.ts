/**
 * The one connection that writes: it decides batches one after the other, in an order in which a
 * crash at any point loses nothing and leaves nothing twice.
 *
 * 1. The side file keeps what was decided: numbers, places, and the lines themselves. A crash
 *    before this commit loses the batch and its cursor, so that the follower brings it again. It
 *    needs no InfluxDB, and the next batch can be decided behind it.
 * 2. The lines are written, batch after batch, and each request is confirmed by 204: deliverer.ts.
 * A
 *    crash here leaves some of them in InfluxDB, where no reader looks at them yet.
 * 3. The side file lets readers see the batch there, moves the cursor and drops the lines. A crash
 *    before this commit repeats 2; after it, nothing is left to do.
 *
 * A server that is away makes step 2 throw StoreFault. The follower then calls again, with the same
 * batch or saying that it brings it `again`, and learns what became of it. Meanwhile it may decide
 * further ones and let readers see them: spool.ts.
 */
import { StoreFault } from '#store/fault.ts'
import { identityKey } from '#store/sqlite/event-index.ts'
import type {
  Applied,
  EventIdentity,
  SummedMinute,
  TrailBatch,
  TrailWriter,
  Underway,
} from '#store/trail.ts'
import { minuteUs, summedUp } from '#store/windows.ts'
import type { Connection } from './connection.ts'
import { type Bind, Deliverer } from './deliverer.ts'
import type { State } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { Lines } from './lines.ts'
import { writeMinutes } from './minutes-writer.ts'
import { telemetryLine } from './points.ts'
import { type Gathered, outcomesOfKnown, prepareBatch } from './prepare.ts'
import { InfluxTrailReader } from './reader.ts'
import { spooledOf } from './spool-lines.ts'
import { type NewPoints, weighReadings } from './telemetry-writer.ts'

/** A batch that is decided, and its number. */
interface Decided {
  readonly batch: TrailBatch
  readonly number: number
  readonly outcomes: Applied['outcomes']
}

const newLines = (): Gathered => ({ rows: new Lines(), readings: new Lines() })

export class InfluxTrailWriter extends InfluxTrailReader implements TrailWriter {
  readonly #connection: Connection
  readonly #ledger: WritableLedger
  readonly #bind: Bind
  readonly #deliverer: Deliverer
  readonly #spoolBytes: number
  /** Lines of the batches that are ended, written and decided, by the number of each. */
  readonly #gathered = [newLines(), newLines(), newLines()].map((lines) => ({ lines, batch: 0 }))
  /** Of batches whose lines are read back when they are written. */
  readonly #passing = newLines()
  /** What was decided of batches that nobody has been told of, in case they are brought again. */
  #untold: Decided[] = []

  /** `spoolBytes`: how much of lines may wait for InfluxDB and be told to readers meanwhile. */
  constructor(
    connection: Connection,
    ledger: WritableLedger,
    bind: Bind,
    onFault: () => void,
    spoolBytes: number,
  ) {
    super(connection, ledger)
    this.#connection = connection
    this.#ledger = ledger
    this.#bind = bind
    this.#spoolBytes = spoolBytes
    this.#deliverer = new Deliverer(connection, ledger, bind, onFault)
  }

  override async close(): Promise<void> {
    // What is under way ends with its requests, and only then is the side file closed.
    this.#connection.close()
    await this.#deliverer.settled()
    await super.close()
  }

  async apply(batch: TrailBatch): Promise<Applied> {
    return (await this.begin(batch)).applied
  }

  async begin(batch: TrailBatch): Promise<Underway> {
    if (this.#ledger.state() === undefined) await this.#bind()
    const { minutes = [] } = batch
    const refusedMinutes = minutes.length === 0 ? [] : await this.#writeMinutes(minutes)
    const same = this.#untold.find((one) => isSame(one.batch, batch))
    this.#untold = this.#untold.filter((one) => one !== same)
    const decided = same ?? this.#known(batch) ?? this.#decide(batch, 'forget')
    const applied = this.#told(decided).then((told) =>
      refusedMinutes.length === 0 ? told : { ...told, refusedMinutes },
    )
    // Whoever began it may look at it later.
    applied.catch(() => undefined)
    return { applied }
  }

  async spool(batch?: TrailBatch): Promise<Applied | undefined> {
    const { pending } = this.#ledger
    this.#spoolUnseen()
    if (batch === undefined || pending.bytes >= this.#spoolBytes) return undefined
    // Minutes need the server.
    if (batch.minutes !== undefined) return undefined
    const { outcomes } = this.#decide(batch, 'keep')
    this.#spoolUnseen()
    return { outcomes }
  }

  /**
   * Minutes are written before the batch is decided that brings them: one that is cut off is
   * brought again, and they are the same points.
   */
  async #writeMinutes(minutes: readonly SummedMinute[]) {
    const last = this.#ledger.pending.last()
    if (last !== undefined) await this.#deliverer.delivered(last.batch)
    return writeMinutes(this.#connection, await this.#bind(), this.#ledger, minutes)
  }

  #spoolUnseen(): void {
    const { pending } = this.#ledger
    const seriesOf = (name: NewPoints['series']) => this.#ledger.seriesOf(name)
    for (const each of pending.unseen()) {
      pending.spool(each.batch, spooledOf(pending.parts(each), seriesOf))
    }
  }

  /** Where the next batch follows. */
  override async cursor(follower: string): Promise<number> {
    return this.#ledger.decidedCursor(follower)
  }

  /** Also those of batches under way, once they are confirmed. */
  override async byIdentity(identities: readonly EventIdentity[]): Promise<(number | undefined)[]> {
    const [state, decided] = [this.#ledger.state(), this.#ledger.decided()]
    if (state === undefined || decided === undefined) return super.byIdentity(identities)
    const known = this.#ledger.byIdentity(identities, decided)
    const last = this.#ledger.pending.last()
    if (last !== undefined && known.some((seq) => (seq ?? 0) > state.events)) {
      await this.#deliverer.delivered(last.batch)
    }
    return super.byIdentity(identities)
  }

  /** A batch that was decided before, all of it. */
  #known(batch: TrailBatch): Decided | undefined {
    if (batch.again === undefined) return undefined
    const outcomes = outcomesOfKnown(batch, this.#ledger, this.#state())
    if (outcomes === undefined) return undefined
    const number = this.#ledger.pending.upTo(batch.follower, batch.again)
    return { batch, number, outcomes }
  }

  /** Who brings what is new, and is told of it, has been told of all that was refused before. */
  #decide(batch: TrailBatch, refused: 'keep' | 'forget'): Decided {
    const number = this.#ledger.nextBatch()
    const held = this.#deliverer.heldBatches
    const free = this.#gathered.find((one) => !held.has(one.batch))
    if (free !== undefined) free.batch = number
    const { outcomes, parts } = this.#ledger.transaction(() => {
      if (refused === 'forget' && number === this.#ledger.confirmedBatch() + 1) {
        this.#ledger.pending.forgetRefused()
      }
      const weighed = weighReadings(this.#ledger, batch.readings)
      const words = weighed.summed.map((one) => [telemetryLine(one), summedUp] as const)
      this.#ledger.pending.addRefusedReadings(new Map(words))
      this.#coverSeries(weighed.readings, number)
      const lines = free?.lines ?? this.#passing
      const made = prepareBatch(batch, number, weighed, this.#ledger, this.#state(), lines)
      const position = Math.max(batch.to, this.#ledger.decidedCursor(batch.follower))
      this.#ledger.addPending({ ...made.pending, position }, made.parts, batch.notes ?? [])
      return made
    })
    // From here the batch is decided and durable; InfluxDB may have none of it. See 2.
    if (free !== undefined) this.#deliverer.hold(number, parts)
    return { batch, number, outcomes }
  }

  #coverSeries(readings: readonly NewPoints[], batch: number): void {
    const touched = readings.map(({ series, points, firstUs, lastUs }) => ({
      series: this.#ledger.coverSeries(series, firstUs, lastUs, batch),
      minutesUs: new Set(points.map(({ timeUs }) => timeUs - (timeUs % minuteUs))),
    }))
    if (touched.length > 0) this.#ledger.markStale(touched, batch)
  }

  async #told(decided: Decided): Promise<Applied> {
    const { batch, number, outcomes } = decided
    try {
      await this.#deliverer.delivered(number)
    } catch (error) {
      this.#untold = [...this.#untold, decided].slice(-untoldBatches)
      throw error
    }
    const state = this.#state()
    const all = outcomes.map((outcome) => {
      const refused = this.#ledger.refusalOf(outcome.eventRef, state)
      return refused === undefined ? outcome : { ...outcome, refused }
    })
    const refused = this.#ledger.pending.refusedReadings()
    const refusedReadings = batch.readings.flatMap((reading, at) => {
      const words = refused.get(telemetryLine(reading))
      return words === undefined ? [] : [{ at, refused: words }]
    })
    return refusedReadings.length === 0 ? { outcomes: all } : { outcomes: all, refusedReadings }
  }

  /** As it becomes with the last batch that is decided. */
  #state(): State {
    const state = this.#ledger.decided()
    if (state === undefined) throw new StoreFault('the side file belongs to no InfluxDB yet')
    return state
  }
}

const untoldBatches = 4

/** Whether two batches bring the same events to the same place. */
function isSame(one: TrailBatch, other: TrailBatch): boolean {
  const keys = ({ events }: TrailBatch) =>
    events.map(({ eventID, party, declaredAtUs }) =>
      identityKey({ eventID, party, declaresError: declaredAtUs !== undefined }),
    )
  if (one.follower !== other.follower || one.to !== other.to) return false
  if (one.readings.length !== other.readings.length) return false
  const others = keys(other)
  return one.events.length === others.length && keys(one).every((key, at) => key === others[at])
}
