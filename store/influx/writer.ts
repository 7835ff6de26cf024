/**
 * The one connection that writes: a batch at a time, in an order in which a crash at any point
 * loses nothing and leaves nothing twice.
 *
 * 1. The side file keeps what was decided: numbers, places, and the lines themselves. A crash
 *    before this commit loses the batch and its cursor, so that the follower brings it again.
 * 2. The lines are written, and each request is confirmed by 204. A crash here leaves some of them
 *    in InfluxDB, where no reader looks at them yet. They are all written again, to the byte the
 *    same, before anything else is: the same points.
 * 3. The side file lets readers see the batch, moves the cursor and drops the lines. A crash before
 *    this commit repeats 2; after it, nothing is left to do.
 *
 * A server that is away makes step 2 throw StoreFault. The follower then calls again, which goes on
 * with what is kept, whatever it brings.
 */
import { StoreFault } from '#store/fault.ts'
import { identityKey } from '#store/sqlite/event-index.ts'
import type { Applied, TrailBatch, TrailWriter } from '#store/trail.ts'
import type { Connection } from './connection.ts'
import { deliverPhase } from './delivery.ts'
import type { State } from './ledger.ts'
import type { WritableLedger } from './ledger-writer.ts'
import { Lines } from './lines.ts'
import { Minutes } from './minutes.ts'
import type { WritePaths } from './paths.ts'
import { type BatchFigures, minuteUs, refusedLine, telemetryLine } from './points.ts'
import { type Prepared, prepareBatch } from './prepare.ts'
import { InfluxTrailReader } from './reader.ts'
import type { BatchParts } from './redo.ts'
import { type NewPoints, weighReadings } from './telemetry.ts'

/** Makes sure that this is the InfluxDB the side file belongs to; gives where to write. */
export type Bind = () => Promise<WritePaths>

export class InfluxTrailWriter extends InfluxTrailReader implements TrailWriter {
  readonly #connection: Connection
  readonly #ledger: WritableLedger
  readonly #bind: Bind
  readonly #onFault: () => void
  readonly #gathered = { rows: new Lines(), readings: new Lines() }
  readonly #minutes: Minutes
  /** What became of the batch that is kept, for when the follower brings the very same again. */
  #kept: { readonly batch: TrailBatch; readonly prepared: Prepared } | undefined

  constructor(connection: Connection, ledger: WritableLedger, bind: Bind, onFault: () => void) {
    super(connection, ledger)
    this.#connection = connection
    this.#ledger = ledger
    this.#bind = bind
    this.#onFault = onFault
    this.#minutes = new Minutes(connection, ledger, () => Date.now() * 1000)
  }

  override async close(): Promise<void> {
    // What is under way ends with its requests, and only then is the side file closed.
    this.#connection.close()
    await this.#minutes.settled()
    await super.close()
  }

  async apply(batch: TrailBatch): Promise<Applied> {
    try {
      return await this.#apply(batch)
    } catch (error) {
      if (error instanceof StoreFault) this.#onFault()
      throw error
    }
  }

  async #apply(batch: TrailBatch): Promise<Applied> {
    const paths = await this.#bind()
    const finished = await this.#finish(paths)
    const { state } = finished
    const kept = this.#kept
    this.#kept = undefined
    if (kept !== undefined && isSame(kept.batch, batch)) {
      return this.#told(batch, kept.prepared, finished.refused)
    }
    const { readings, added } = await weighReadings(this.#connection, this.#ledger, batch.readings)
    const prepared = this.#ledger.transaction(() => {
      this.#coverSeries(readings)
      const points = readings.flatMap((one) => one.points)
      const made = prepareBatch(batch, points, added, this.#ledger, state, this.#gathered)
      this.#ledger.addPending(made.figures, made.parts, batch.notes ?? [])
      return made
    })
    // From here the batch is decided and durable; InfluxDB may have none of it. See 2.
    this.#kept = { batch, prepared }
    const refused = await this.#deliver(paths, prepared.figures, prepared.parts)
    this.#kept = undefined
    this.#minutes.begin(paths.minutes)
    return this.#told(batch, prepared, refused)
  }

  #coverSeries(readings: readonly NewPoints[]): void {
    const touched = readings.map(({ series, points, firstUs, lastUs }) => ({
      series: this.#ledger.coverSeries(series, firstUs, lastUs),
      minutesUs: new Set(points.map(({ timeUs }) => timeUs - (timeUs % minuteUs))),
    }))
    if (touched.length > 0) this.#ledger.markStale(touched)
  }

  /** Brings to its end what a crash or a fault has left; gives the state after it. */
  async #finish(paths: WritePaths): Promise<{ state: State; refused: RefusedReadings }> {
    const figures = this.#ledger.pending()
    const refused =
      figures === undefined
        ? new Map<string, string>()
        : await this.#deliver(paths, figures, this.#ledger.pendingParts())
    const state = this.#ledger.state()
    if (state === undefined) throw new StoreFault('the side file belongs to no InfluxDB yet')
    return { state, refused }
  }

  async #deliver(
    paths: WritePaths,
    figures: BatchFigures,
    parts: BatchParts,
  ): Promise<RefusedReadings> {
    const { readings } = await deliverPhase(this.#connection, paths.readings, parts.readings)
    const { events } = await deliverPhase(this.#connection, paths.store, parts.rows)
    // Durable on both sides before the end tells of the batch: neither a crash nor a rebuild may
    // let a part of an event pass for the event.
    if (events.size > 0) await this.#refuse(paths.store, events)
    await deliverPhase(this.#connection, paths.store, parts.end)
    // Every line is on InfluxDB's disk or refused for good. A crash here repeats them all. See 3.
    this.#ledger.confirm({ ...figures, readings: figures.readings - readings.size })
    return readings
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

  #told(batch: TrailBatch, { outcomes }: Prepared, readings: RefusedReadings): Applied {
    const state = this.#ledger.state()
    const told = (eventRef: number) => state && this.#ledger.refusalOf(eventRef, state)
    const all = outcomes.map((outcome) => {
      const refused = told(outcome.eventRef)
      return refused === undefined ? outcome : { ...outcome, refused }
    })
    if (readings.size === 0) return { outcomes: all }
    const refusedReadings = batch.readings.flatMap((reading, at) => {
      const refused = readings.get(telemetryLine(reading))
      return refused === undefined ? [] : [{ at, refused }]
    })
    return { outcomes: all, refusedReadings }
  }
}

/** Lines of telemetry that were refused, with the words of the server. */
type RefusedReadings = ReadonlyMap<string, string>

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
