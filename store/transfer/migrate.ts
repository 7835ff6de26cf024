/**
 * Brings all that one trail store holds into another, through the contract alone. What was copied
 * is durable in the target with a cursor of its own, so that a migration that was cut short goes on
 * where it was. Until it is whole the target says so in a note, and no server takes it.
 *
 * Copied are events in the order of recording, then readings, those of a sensor behind the minutes
 * that are left of what is no longer kept, then, in one commit, the notes and
 * the cursor of who brings events: from there on the target is what the source was.
 */
import type {
  NewEvent,
  Note,
  Reading,
  SummedMinute,
  TrailReader,
  TrailWriter,
} from '#store/trail.ts'
import { applyAtLast } from './persist.ts'
import { eventsBehind } from './whole-events.ts'

/** The stores cannot be migrated as asked; `message` says why and what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError'
}

export interface MigrationOptions {
  /** The follower of the journal whose cursor is taken over. */
  readonly follower: string
  /** Told how much is done, from 0 to 1. */
  readonly onProgress: (share: number) => void
}

export interface Migrated {
  /** By this run: what an earlier one has brought is not counted. */
  events: number
  readings: number
  minutes: number
  /** What the target did not take, in its words. */
  readonly refused: string[]
}

/** The follower that a migration is: its cursor in the target is an event of the source. */
const ownFollower = 'migration'
const ownNotes = 'migration '
const unfinished = `${ownNotes}unfinished`
const lastSensor = `${ownNotes}sensor`

const eventsAtOnce = 2_000
const lengthAtOnce = 8_000_000
const readingsAtOnce = 10_000

/** @throws MigrationError where a migration into this store has begun and is not whole yet. */
export async function checkFinished(trail: TrailReader): Promise<void> {
  if ((await trail.notes(ownNotes)).length === 0) return
  throw new MigrationError(
    'a migration into this store is not finished: run main.ts migrate again, or take away what ' +
      'it has made',
  )
}

/**
 * Copies what the target lacks.
 * @throws MigrationError, and what a store throws; then it goes on when it is called again.
 */
export async function migrate(
  source: TrailReader,
  target: TrailWriter,
  { follower, onProgress }: MigrationOptions,
): Promise<Migrated> {
  const begun = await target.cursor(ownFollower)
  await check(source, target, begun, follower)
  const { events, readings } = await source.counts()
  const all = Math.max(1, events + readings)
  const done: Migrated = { events: 0, readings: 0, minutes: 0, refused: [] }
  const tell = () => onProgress(Math.min(1, (begun + done.events + done.readings) / all))
  const note: Note = { key: unfinished, text: 'yes' }
  await applyAtLast(target, { ...nothing, notes: [note], follower: ownFollower, to: begun })
  await copyEvents(source, target, begun, done, tell)
  await copyReadings(source, target, done, tell)
  const to = await source.cursor(follower)
  await applyAtLast(target, { ...nothing, notes: await lastNotes(source, target), follower, to })
  onProgress(1)
  return done
}

const nothing = { events: [], readings: [] } as const

async function check(
  source: TrailReader,
  target: TrailReader,
  begun: number,
  follower: string,
): Promise<void> {
  await checkFinished(source)
  const isBegun = begun > 0 || (await target.notes(ownNotes)).length > 0
  const { events, readings } = await target.counts()
  if (!isBegun && events + readings > 0) {
    throw new MigrationError(
      `the target holds ${events} events and ${readings} readings that no migration has brought: ` +
        'migrate into an empty store',
    )
  }
  if ((await target.cursor(follower)) > (await source.cursor(follower))) {
    throw new MigrationError('the target has been at work by itself and is ahead of the source')
  }
}

async function copyEvents(
  source: TrailReader,
  target: TrailWriter,
  begun: number,
  done: Migrated,
  tell: () => void,
): Promise<void> {
  let events: NewEvent[] = []
  let length = 0
  let to = begun
  const flush = async () => {
    if (events.length === 0) return
    const applied = await applyAtLast(target, { events, readings: [], follower: ownFollower, to })
    for (const [at, { refused }] of applied.outcomes.entries()) {
      if (refused !== undefined) done.refused.push(`event ${events[at]?.eventID}: ${refused}`)
    }
    done.events += events.length
    events = []
    length = 0
    tell()
  }
  for await (const some of eventsBehind(source, begun)) {
    for (const { event, eventRef } of some) {
      events.push(event)
      length += event.body.length
      to = eventRef
      if (events.length >= eventsAtOnce || length >= lengthAtOnce) await flush()
    }
  }
  await flush()
}

/** Sensor by sensor; the note tells the last one of which all is there. */
async function copyReadings(
  source: TrailReader,
  target: TrailWriter,
  done: Migrated,
  tell: () => void,
): Promise<void> {
  const noted = (await target.notes(ownNotes)).find(({ key }) => key === lastSensor)
  const to = await target.cursor(ownFollower)
  let readings: Reading[] = []
  let minutes: SummedMinute[] = []
  const held = () => readings.length + minutes.length
  const flush = async (whole: string | undefined) => {
    const notes = whole === undefined ? [] : [{ key: lastSensor, text: whole }]
    const batch = { events: [], readings, minutes, notes, follower: ownFollower, to }
    const applied = await applyAtLast(target, batch)
    for (const { at, refused } of applied.refusedReadings ?? []) {
      done.refused.push(`a reading of ${readings[at]?.device}: ${refused}`)
    }
    for (const { at, refused } of applied.refusedMinutes ?? []) {
      done.refused.push(`a minute of ${minutes[at]?.device}: ${refused}`)
    }
    done.readings += readings.length
    done.minutes += minutes.length
    readings = []
    minutes = []
    tell()
  }
  const sensors = await source.sensors()
  const first = noted === undefined ? 0 : sensors.indexOf(noted.text) + 1
  for (const device of sensors.slice(first)) {
    for await (const some of source.minutes(device)) {
      for (const minute of some) minutes.push(minute)
      if (held() >= readingsAtOnce) await flush(undefined)
    }
    for await (const points of source.telemetry({ devices: [device], keptOnly: true })) {
      for (const { min, max, count, ...reading } of points) readings.push(reading)
      if (held() >= readingsAtOnce) await flush(undefined)
    }
    if (held() >= readingsAtOnce / 2) await flush(device)
  }
  if (held() > 0) await flush(undefined)
}

/** The notes of the source, and that the target has no others. */
async function lastNotes(source: TrailReader, target: TrailReader): Promise<Note[]> {
  const notes = await source.notes('')
  const kept = new Set(notes.map(({ key }) => key))
  const others = (await target.notes('')).filter(({ key }) => !kept.has(key))
  return [...notes, ...others.map(({ key }) => ({ key, text: undefined }))]
}
