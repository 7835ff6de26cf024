/**
 * Stores a stream of events as ingest does, and lets the rules watch it in their own thread, or
 * not: how long it takes until all of it is stored and watched. One process a run; options and
 * result are JSON.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { decodeEpcis } from '#ingest/decode-epcis.ts'
import { startWatch } from '#ingest/watch/start.ts'
import { openAlertReader } from '#store/alerts/reader.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'
import type { TrailWriter } from '#store/trail.ts'
import { residentOf } from './children.ts'

export interface RulesLoadOptions {
  readonly events: number
  readonly serialsAnEvent: number
  /** Of a hundred events so many are an incident; undefined: no rules at all. */
  readonly alertPercent?: number
}

export interface RulesLoadResult {
  readonly events: number
  readonly items: number
  /** Until all was stored, and until all was watched as well. */
  readonly storedMs: number
  readonly doneMs: number
  /** CPU of the whole process for it, in microseconds an event. */
  readonly cpuUsAnEvent: number
  readonly alerts: number
  readonly alertBytes: number
  /** Of the whole process, once all was done. */
  readonly residentMiB: number
}

const AT_ONCE = 500

export async function loadRules(options: RulesLoadOptions): Promise<RulesLoadResult> {
  const directory = mkdtempSync(join(tmpdir(), 'suyuan-rules-'))
  const folder = dataFolder(directory)
  const nowUs = () => Date.now() * 1000
  const trail = openSqliteTrail(folder.trail, 'write')
  const registry = openRegistry(folder.registry, { nowUs })
  registry.parties.put({ slug: 'bench', name: 'b', domain: 'drugs' })
  prepare(folder)
  const isWatched = options.alertPercent !== undefined
  let watch = isWatched ? await startedWatch(folder) : undefined
  try {
    const cpu = process.cpuUsage()
    const startMs = performance.now()
    const clock = clockOf(options)
    let last = 0
    for (let first = 0; first < options.events; first += AT_ONCE) {
      last = await store(trail, first, options, clock)
      watch?.wake()
      // The thread that stores waits for its disk, and so does not take all of a core.
      await pause(0)
    }
    const storedMs = performance.now() - startMs
    if (watch) await untilWatched(folder, last)
    const doneMs = performance.now() - startMs
    const { user, system } = process.cpuUsage(cpu)
    const residentMiB = residentOf(process.pid)?.nowMiB ?? 0
    await watch?.stop()
    watch = undefined
    const reader = openAlertReader(folder.alerts)
    const { alerts } = reader.counts()
    reader.close()
    return {
      events: options.events,
      items: (options.events / STEPS.length) * options.serialsAnEvent,
      ...{ storedMs, doneMs, residentMiB, alerts },
      cpuUsAnEvent: Math.round((user + system) / options.events),
      alertBytes: statSync(folder.alerts).size,
    }
  } finally {
    await watch?.stop()
    registry.close()
    await trail.close()
    rmSync(directory, { recursive: true })
  }
}

/**
 * The files that a starting program makes. What these events lack would be an alert of each: what
 * rules cost is asked for.
 */
function prepare(folder: DataFolder): void {
  new RecallWriter(folder.recalls).close()
  const alerts = new AlertWriter(folder.alerts)
  const off = { revision: 'off', rule: 'C13', enabled: false, fromUs: 0, author: '', reason: '' }
  alerts.setRules(0, { atUs: 0, by: '', reason: '', changes: [off] }, false)
  alerts.close()
}

/** Once its thread is up: what it takes to start is no part of what rules cost. */
async function startedWatch(folder: DataFolder) {
  const files = { ...folder, influx: undefined }
  return new Promise<ReturnType<typeof startWatch>>((resolve) => {
    const watch = startWatch(files, {
      onSteps: () => resolve(watch),
      onTrouble: (_, reason) => process.stderr.write(`${reason}\n`),
      onDeath: (error) => {
        throw error
      },
    })
  })
}

async function untilWatched(folder: DataFolder, last: number): Promise<void> {
  const reader = openAlertReader(folder.alerts)
  while (reader.counts().eventRef < last) await pause(5)
  reader.close()
}

/** Decodes and stores some events; gives the number of the last one. */
async function store(
  trail: TrailWriter,
  first: number,
  options: RulesLoadOptions,
  clock: Clock,
): Promise<number> {
  const text = JSON.stringify(documentOf(first, options, clock))
  const recordTimeUs = Date.now() * 1000
  const origin = { party: 'bench', sensor: undefined, receivedAtUs: recordTimeUs, recordTimeUs }
  const { events, readings } = decodeEpcis(text, JSON.parse(text), origin)
  const { outcomes } = await trail.apply({
    events: events.map(({ event }) => event),
    readings,
    follower: 'ingest',
    to: first + 1,
  })
  return outcomes.at(-1)?.eventRef ?? 0
}

const STEPS = ['commissioning', 'packing', 'shipping', 'receiving', 'stocking'] as const
/** Lives that go on beside each other. */
const TOGETHER = 100

/** When an event happens, by its number. */
type Clock = (n: number) => Date

const MS_A_DAY = 86_400_000

/** All within the day before now: what was shipped long ago would be told never to have come. */
function clockOf({ events }: RulesLoadOptions): Clock {
  const startMs = Date.now() - MS_A_DAY
  return (n) => new Date(startMs + Math.floor((n * MS_A_DAY) / events))
}

/** The lives of serials, step by step; some are commissioned again where they are received. */
function documentOf(
  first: number,
  { serialsAnEvent, alertPercent = 0 }: RulesLoadOptions,
  clock: Clock,
): object {
  const eventList = Array.from({ length: AT_ONCE }, (_, at) => {
    const n = first + at
    const life = Math.floor(n / (STEPS.length * TOGETHER)) * TOGETHER + (n % TOGETHER)
    const step = Math.floor((n % (STEPS.length * TOGETHER)) / TOGETHER)
    const isOdd = step === 3 && life % 100 < alertPercent * STEPS.length
    const serials = Array.from({ length: serialsAnEvent }, (_, k) => `${life}-${k}`)
    return {
      type: 'ObjectEvent',
      eventTime: clock(n).toISOString(),
      eventTimeZoneOffset: '+08:00',
      epcList: serials.map((serial) => `https://id.gs1.org/01/09521321000018/21/${serial}`),
      action: step === 0 || isOdd ? 'ADD' : 'OBSERVE',
      bizStep: isOdd ? 'commissioning' : STEPS[step],
      readPoint: { id: `https://id.gs1.org/414/952132100000${step < 3 ? 1 : 2}` },
    }
  })
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    ...{ type: 'EPCISDocument', schemaVersion: '2.0', creationDate: '2026-03-04T08:15:42.000Z' },
    epcisBody: { eventList },
  }
}

const [, , options] = process.argv
if (options !== undefined) {
  process.stdout.write(`${JSON.stringify(await loadRules(JSON.parse(options)))}\n`)
}
