import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatTimeUs } from '#epcis/time.ts'
import {
  InterruptedError,
  runSimulation,
  type SimulationReport,
  untilStored,
} from '#simulators/simulate.ts'
import type { ItemLine, TruthLine } from '#simulators/truth.ts'
import { defaults, worldOf } from '#simulators/worlds.ts'
import { get, until } from './http.ts'
import { metricsOf } from './metrics.ts'
import { type Program, startProgram } from './program.ts'
import { type TruthLink, TruthOracle, textOf } from './truth-oracle.ts'

const folder = mkdtempSync(join(tmpdir(), 'suyuan-simulation-'))
const truthFile = join(folder, 'truth.jsonl')
const about = { seed: 'e2e', items: 1300 }
const run = { about, world: worldOf({ ...defaults, ...about, world: 'milk' }), speed: 0, truthFile }

let program: Program
let report: SimulationReport
let truth: TruthLine[]
let oracle: TruthOracle

beforeAll(async () => {
  program = await startProgram(join(folder, 'data'))
  report = await runSimulation({ ...program, ...run })
  await untilStored(program, report, 60_000)
  const lines = readFileSync(truthFile, 'utf8').trimEnd().split('\n')
  truth = lines.map((line) => JSON.parse(line))
  oracle = new TruthOracle(truth)
}, 120_000)

afterAll(async () => {
  await program?.end('SIGTERM')
  rmSync(folder, { recursive: true })
})

describe('a run that is told to stop', () => {
  it('stops in order, and leaves none of its keys behind', async () => {
    const stopping = new AbortController()
    const options = {
      ...program,
      ...{ ...run, truthFile: undefined, speed: 1, stop: stopping.signal },
      world: worldOf({ ...defaults, seed: 'stop', items: 10, world: 'materials' }),
    }
    // It would take days: it is asleep when it is told to stop.
    const stopped = expect(runSimulation(options)).rejects.toThrow(InterruptedError)
    await until(liveKeys, (count) => count > 0)
    stopping.abort()
    await stopped
    expect(await liveKeys()).toBe(0)
  })

  async function liveKeys(): Promise<number> {
    const { body } = await get(program, '/v1/keys?perPage=1000')
    const all = body['items'] as { role: string; revokedAt?: string }[]
    return all.filter(({ role, revokedAt }) => role === 'device' && revokedAt === undefined).length
  }
})

describe('a simulated milk chain that publishes to the program', () => {
  it('is stored whole, and nothing of it is rejected', async () => {
    const { body } = await get(program, '/v1/rejections')
    expect(body['items']).toEqual([])
    // What a sensor is mounted on becomes an event of its own with its first reading.
    expect(await figure('store_events')).toBe(report.events + report.tags + mountedSensors().size)
    expect(await figure('mqtt_acknowledged')).toBe(report.messages)
  })

  it('has for cartons of every fate the chain back that really was, and no link more', async () => {
    const cartons = itemLines()
    const chosen = cartons.filter((_, at) => at % 26 === 0)
    expect(new Set(chosen.map(({ state }) => state)).size).toBe(3)
    for (const { key } of chosen) {
      const chain = await chainOf(key, 'back')
      expect(textsOf(chain.links)).toEqual(textsOf(oracle.back(key)))
      expect(chain.gaps).toEqual([])
    }
  })

  it('has for every lot of milk all that became of it, and no link more', async () => {
    const lots = new Set(
      truth.flatMap((line) => (line.kind === 'becomes' ? line.inputs.map(({ key }) => key) : [])),
    )
    expect(lots.size).toBeGreaterThan(8)
    for (const lot of lots) {
      const chain = await chainOf(lot, 'forward')
      expect(textsOf(chain.links)).toEqual(textsOf(oracle.forward(lot)))
      expect(chain.gaps).toEqual([])
    }
  })

  it('knows of cartons of every fate where they are, in what, and if they are sold', async () => {
    const chosen = itemLines().filter((_, at) => at % 26 === 0)
    for (const { key, lot, state, place, containers } of chosen) {
      const { body } = await get(program, `/v1/items/${encodeURIComponent(key)}`)
      const told = body as unknown as ItemAnswer
      expect({
        lot: told.lots[0],
        place: told.state.location?.value,
        container: told.state.container?.value,
        // A shop sells, a kitchen dispenses.
        isSold: ['retail_sold', 'dispensed'].includes(told.state.disposition?.value ?? ''),
        isOnShelf: told.state.disposition?.value === 'sellable_accessible',
      }).toEqual({
        lot,
        place,
        container: containers[0],
        isSold: state === 'sold',
        isOnShelf: state === 'on_shelf',
      })
    }
  })

  it('gives of truck and van what they measured while a carton was in them', async () => {
    const measured = vehicleReadings()
    const sold = itemLines().filter(({ state }) => state === 'sold')
    for (const { key } of sold.filter((_, at) => at % 200 === 0)) {
      const { body } = await get(program, `/v1/telemetry?item=${encodeURIComponent(key)}`)
      const series = body['series'] as readonly Series[]
      const told = series
        .filter(({ device }) => measured.has(device))
        .flatMap(({ device, points }) =>
          points.map(({ time, value }) => `${device} ${time} ${value}`),
        )
      const expected = oracle
        .sensorsWith(key)
        .flatMap(({ sensor, since, until }) =>
          (measured.get(sensor) ?? [])
            .filter(({ time }) => since <= time && time < until)
            .map(({ time, value }) => `${sensor} ${time} ${value}`),
        )
      expect(told.sort()).toEqual(expected.sort())
      expect(expected.length).toBeGreaterThan(20)
    }
  })

  it('changes nothing when it is published once more', async () => {
    const events = await figure('store_events')
    const again = await runSimulation({ ...program, ...run })
    await untilSettled(report.messages + again.messages)
    expect(await figure('store_events')).toBe(events)
    expect(await figure('ingest_rejections')).toBe(0)
    expect(await figure('ingest_events_repeated')).toBe(report.events)
  })
})

interface ChainAnswer {
  readonly links: readonly TruthLink[]
  readonly gaps: readonly unknown[]
}

interface ItemAnswer {
  readonly lots: readonly string[]
  readonly state: Readonly<Record<string, { readonly value: string } | undefined>>
}

interface Reading {
  readonly time: string
  readonly value: number
}

interface Series {
  readonly device: string
  readonly points: readonly Reading[]
}

/** The sensors that measure something and are mounted on something. */
function mountedSensors(): Set<string> {
  const sensors = new Set<string>()
  for (const step of run.world.steps()) {
    if (step.kind !== 'message' || step.device.channel !== 'telemetry') continue
    if (step.device.asset !== undefined && step.device.epc) sensors.add(step.device.epc)
  }
  return sensors
}

/** What the thermometers of vehicles sent, by their keys. */
function vehicleReadings(): Map<string, Reading[]> {
  const readings = new Map<string, Reading[]>()
  for (const step of run.world.steps()) {
    if (step.kind !== 'message' || step.device.site !== 'fleet') continue
    const { epc = '' } = step.device
    const pack: { bt?: number; t: number; v: number }[] = JSON.parse(step.payload)
    const base = pack[0]?.bt ?? 0
    const sent = pack.map(({ t, v }) => ({ time: formatTimeUs((base + t) * 1e6), value: v }))
    readings.set(epc, [...(readings.get(epc) ?? []), ...sent])
  }
  return readings
}

async function chainOf(key: string, direction: 'back' | 'forward'): Promise<ChainAnswer> {
  const path = `/v1/trace/${encodeURIComponent(key)}?direction=${direction}&limit=10000`
  const { status, body } = await get(program, path)
  expect([status, body['cut']]).toEqual([200, []])
  return body as unknown as ChainAnswer
}

function textsOf(links: readonly TruthLink[]): string[] {
  return links.map(textOf).sort()
}

function itemLines(): ItemLine[] {
  return truth.filter((line) => line.kind === 'item')
}

async function figure(name: string): Promise<number> {
  return (await metricsOf(program)).get(name) ?? Number.NaN
}

async function untilSettled(messages: number): Promise<void> {
  await until(
    () => figure('ingest_messages'),
    (settled) => settled >= messages,
  )
}
