/**
 * Compares two trail stores by what they tell: counts, the checksums of events in parts and of
 * readings sensor by sensor, the trails of a part of the items about the times of their events,
 * notes, and the cursor. What differs is said, an event by its eventID.
 */
import { createHash } from 'node:crypto'
import type { Reading, TrailReader } from '#store/trail.ts'
import type { TimeWindow } from '#trace/source.ts'
import { eventLine, minuteLine, readingLine } from './lines.ts'
import type { MigrationOptions } from './migrate.ts'
import { eventsBehind, type WholeEvent, wholeEvents } from './whole-events.ts'

export interface Comparison {
  /** What differs, a line each: none where both hold the same. */
  readonly differences: readonly string[]
  /** SHA-256 of all events, of all readings and of the minutes without them of the source. */
  readonly events: string
  readonly readings: string
  readonly minutes: string
  /** How many of these the source has. */
  readonly readingCount: number
  readonly minuteCount: number
}

/** Readings are counted as they are read: a store may go on counting those that it has deleted. */
const counted = ['events', 'items', 'trailRows'] as const

export async function compareStores(
  source: TrailReader,
  target: TrailReader,
  { follower, onProgress }: MigrationOptions,
): Promise<Comparison> {
  const [one, other] = [await source.counts(), await target.counts()]
  const differences = counted
    .filter((figure) => one[figure] !== other[figure])
    .map((figure) => `${figure}: ${one[figure]} in the source, ${other[figure]} in the target`)
  const all = Math.max(1, one.events + one.readings)
  let done = 0
  const advance = (by: number) => {
    done += by
    onProgress(Math.min(1, done / all))
  }
  const say = (difference: string) => differences.push(difference)
  const events = await compareEvents(source, target, say, advance)
  const telemetry = await compareTelemetry(source, target, say, advance)
  await compareFollower(source, target, follower, say)
  return { differences, events, ...telemetry }
}

type Say = (difference: string) => void
type Advance = (by: number) => void

async function compareEvents(
  source: TrailReader,
  target: TrailReader,
  say: Say,
  advance: Advance,
): Promise<string> {
  const whole = createHash('sha256')
  for await (const some of eventsBehind(source, 0)) {
    const lines = some.map(toldOf)
    for (const line of lines) whole.update(line)
    const refs = await target.byIdentity(
      some.map(({ event: { eventID, party, declaredAtUs } }) => {
        return { eventID, party, declaresError: declaredAtUs !== undefined }
      }),
    )
    const there = refs.filter((ref) => ref !== undefined)
    const others = new Map(
      (await wholeEvents(target, there)).map((event) => [event.eventRef, toldOf(event)]),
    )
    const told = refs.map((ref) => (ref === undefined ? undefined : others.get(ref)))
    if (checksum(lines) !== checksum(told)) {
      for (const [at, { event }] of some.entries()) {
        if (told[at] === undefined) say(`event ${event.eventID} of ${event.party}: missing`)
        else if (told[at] !== lines[at]) say(`event ${event.eventID} of ${event.party}: differs`)
      }
    }
    const falls = there.findIndex((ref, at) => ref <= (there[at - 1] ?? 0))
    if (falls >= 0) say(`event ${some[falls]?.event.eventID}: stands in another order`)
    await compareTrails(source, target, some, say)
    advance(some.length)
  }
  return whole.digest('hex')
}

const trailsAtOnce = 64

/** Of some items of these events, evenly spread: what their trails have at the time of them. */
async function compareTrails(
  source: TrailReader,
  target: TrailReader,
  events: readonly WholeEvent[],
  say: Say,
): Promise<void> {
  const keys = [...new Set(events.flatMap(({ event }) => event.members.map(({ key }) => key)))]
  const each = Math.ceil(keys.length / trailsAtOnce)
  const some = keys.filter((_, at) => at % each === 0)
  const times = events.map(({ event }) => event.eventTimeUs)
  const window = { fromUs: Math.min(...times), toUs: Math.max(...times) }
  const [one, other] = [await trailsOf(source, some, window), await trailsOf(target, some, window)]
  for (const key of some) {
    const [rows = [], others = []] = [one.get(key), other.get(key)]
    if (rows.join('\n') === others.join('\n')) continue
    const counts = `${rows.length} rows in the source, ${others.length} in the target`
    say(`the trail of ${key}: ${rows.length === others.length ? 'rows differ' : counts}`)
  }
}

/** The rows of each key in their order, without numbers, which are each store's own. */
async function trailsOf(
  trail: TrailReader,
  keys: readonly string[],
  window: TimeWindow,
): Promise<Map<string, string[]>> {
  const items = (await trail.find(keys)).filter((item) => item !== undefined)
  const trails = new Map<string, string[]>()
  for await (const rows of trail.trail(items, window)) {
    for (const { item, eventTimeUs, type, action, role, bizStep, voidedAtUs } of rows) {
      const told = trails.get(item.key) ?? []
      told.push(JSON.stringify([eventTimeUs, type, action, role, bizStep, voidedAtUs]))
      trails.set(item.key, told)
    }
  }
  // The roles of one event come in no order.
  for (const told of trails.values()) told.sort()
  return trails
}

function toldOf({ event, voidedAtUs }: WholeEvent): string {
  return `${eventLine(event)} ${voidedAtUs ?? ''}\n`
}

function checksum(lines: readonly (string | undefined)[]): string {
  const hash = createHash('sha256')
  for (const line of lines) hash.update(line ?? '\n')
  return hash.digest('hex')
}

async function compareTelemetry(
  source: TrailReader,
  target: TrailReader,
  say: Say,
  advance: Advance,
): Promise<Omit<Comparison, 'differences' | 'events'>> {
  const whole = { readings: createHash('sha256'), minutes: createHash('sha256') }
  const count = { readings: 0, minutes: 0 }
  const sensors = new Set([...(await source.sensors()), ...(await target.sensors())])
  for (const device of [...sensors].sort()) {
    const one = await telemetryOf(source, device, advance)
    const other = await telemetryOf(target, device, () => undefined)
    for (const what of ['readings', 'minutes'] as const) {
      const [here, there] = [one[what], other[what]]
      whole[what].update(here.digest)
      count[what] += here.count
      if (here.digest === there.digest) continue
      const counts = `${here.count} ${what} in the source, ${there.count} in the target`
      const values = what === 'readings' ? 'values differ' : 'minutes differ'
      say(`sensor ${device}: ${here.count === there.count ? values : counts}`)
    }
  }
  const [readings, minutes] = [whole.readings.digest('hex'), whole.minutes.digest('hex')]
  return { readings, minutes, readingCount: count.readings, minuteCount: count.minutes }
}

async function telemetryOf(trail: TrailReader, device: string, advance: Advance) {
  const points = trail.telemetry({ devices: [device], keptOnly: true })
  return {
    minutes: await digestOf(trail.minutes(device), minuteLine, () => undefined),
    readings: await digestOf<Reading>(points, readingLine, advance),
  }
}

async function digestOf<Thing>(
  chunks: AsyncIterable<readonly Thing[]>,
  lineOf: (thing: Thing) => string,
  advance: Advance,
): Promise<{ count: number; digest: string }> {
  const hash = createHash('sha256')
  let count = 0
  for await (const some of chunks) {
    hash.update(some.map((one) => `${lineOf(one)}\n`).join(''))
    count += some.length
    advance(some.length)
  }
  return { count, digest: hash.digest('hex') }
}

async function compareFollower(
  source: TrailReader,
  target: TrailReader,
  follower: string,
  say: Say,
): Promise<void> {
  const notes = async (trail: TrailReader) => JSON.stringify(await trail.notes(''))
  if ((await notes(source)) !== (await notes(target))) say('the notes of ingest differ')
  const [one, other] = [await source.cursor(follower), await target.cursor(follower)]
  if (one !== other) say(`ingest stands at ${one} in the source, at ${other} in the target`)
}
