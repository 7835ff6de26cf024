/**
 * Whether the simulators are ever the limit: one process of them beside Suyuan, making a world and
 * replaying a recording of it, each beside the same against a broker that only acknowledges. And
 * the bridge: what it takes from another broker, one message at a time.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { record } from '#simulators/recording.ts'
import { request } from '#simulators/server.ts'
import { defaults, worldOf } from '#simulators/worlds.ts'
import { newParty } from '../e2e/devices.ts'
import { metricsOf } from '../e2e/metrics.ts'
import type { Program } from '../e2e/program.ts'
import { load, run, startBareAedes } from './children.ts'
import { withProgram } from './program-load.ts'
import { type Figure, median } from './report.ts'
import type { SimulatorLoad, SimulatorResult } from './simulator-load.ts'

export interface SimulatorsOptions {
  readonly rounds: number
  readonly items: number
  readonly onProgress: (what: string) => void
}

export interface SimulatorsResult {
  readonly items: number
  /** Of a message of the recording. */
  readonly bytes: number
  readonly bareReplay: readonly SimulatorResult[]
  readonly bareLive: readonly SimulatorResult[]
  readonly replay: readonly SimulatorResult[]
  readonly live: readonly SimulatorResult[]
  readonly bridgePerSecond: readonly number[]
}

const child = new URL('./simulator-load.ts', import.meta.url)
const bridgeSeconds = 5

export async function measureSimulators(options: SimulatorsOptions): Promise<SimulatorsResult> {
  const { rounds, items, onProgress } = options
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-bench-'))
  const file = join(folder, 'recording.jsonl')
  try {
    onProgress('recording a simulated run')
    const about = { seed: 'bench', items }
    const world = worldOf({ ...defaults, ...about, world: 'drugs', parties: 12 })
    const messages = record({ world, about }, file)
    const lists = { bareReplay: [], bareLive: [], replay: [], live: [] } as {
      [Name in 'bareReplay' | 'bareLive' | 'replay' | 'live']: SimulatorResult[]
    }
    const bridgePerSecond: number[] = []
    for (let round = 1; round <= rounds; round += 1) {
      onProgress(`simulators, round ${round} of ${rounds}`)
      lists.bareReplay.push(await toBare({ items, file }))
      lists.replay.push(await toSuyuan({ items, file }))
      lists.bareLive.push(await toBare({ items }))
      lists.live.push(await toSuyuan({ items }))
      bridgePerSecond.push(await bridged(folder))
    }
    const bytes = Math.round(statSync(file).size / messages)
    return { items, bytes, ...lists, bridgePerSecond }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

type Played = Pick<SimulatorLoad, 'items' | 'file'>

async function toBare(played: Played): Promise<SimulatorResult> {
  const aedes = await startBareAedes()
  try {
    return await run(child, { ...played, mqttUrl: `mqtt://127.0.0.1:${aedes.port}` })
  } finally {
    await aedes.stop()
  }
}

function toSuyuan(played: Played): Promise<SimulatorResult> {
  return withProgram({}, ({ apiUrl, key, mqttUrl }) =>
    run<SimulatorResult>(child, { ...played, mqttUrl, server: { apiUrl, key } }),
  )
}

/** Fills another broker beyond what the bridge can take, and sees how much it takes. */
async function bridged(folder: string): Promise<number> {
  const aedes = await startBareAedes()
  const file = join(folder, 'bridges.json')
  const bridge = {
    ...{ url: `mqtt://127.0.0.1:${aedes.port}`, version: 4 },
    ...{ device: 'bench/other', topics: ['other/events'] },
  }
  writeFileSync(file, JSON.stringify([bridge]))
  try {
    return await withProgram({ BRIDGES: file }, async (program) => {
      await newParty(program, 'bench')
      await request(program, 'PUT', '/v1/devices/bench/other', {
        ...{ party: 'bench', device: 'other', site: 'site', name: 'other broker' },
        topics: [{ topic: 'other/events', channel: 'epcis' }],
      })
      const credentials = [{ username: 'x', password: 'x', topic: 'other/events' }]
      await load({ port: aedes.port, connections: 1, window: 50, seconds: 1, credentials })
      return await rateOf(program)
    })
  } finally {
    await aedes.stop()
  }
}

async function rateOf(program: Program): Promise<number> {
  const taken = async () => (await metricsOf(program)).get('ingest_messages') ?? 0
  const [before, startedMs] = [await taken(), performance.now()]
  await sleep(bridgeSeconds * 1000)
  return Math.round((((await taken()) - before) * 1000) / (performance.now() - startedMs))
}

export function simulatorFigures(measured: SimulatorsResult): Figure[] {
  const rate = (results: readonly SimulatorResult[]) =>
    median(results.map(({ perSecond }) => perSecond))
  const perCpu = (results: readonly SimulatorResult[]) =>
    Math.round(median(results.map(({ messages, cpuSeconds }) => messages / cpuSeconds)))
  const { bareReplay, bareLive, replay, live, bytes, bridgePerSecond } = measured
  const of = (
    what: string,
    results: readonly SimulatorResult[],
    bare: readonly SimulatorResult[],
  ) => [
    {
      what: `${what} beside Suyuan, one process`,
      value: rate(results),
      unit: 'msg/s',
      beside: { what: 'to bare Aedes msg/s', value: rate(bare) },
      aim: { least: 20_000 },
    },
    { what: '  a second of CPU of that process', value: perCpu(results), unit: 'messages' },
  ]
  return [
    ...of(`replaying a recording of drugs, ${bytes} bytes a message,`, replay, bareReplay),
    ...of('making drugs as they are published', live, bareLive),
    { what: 'a bridge, one message at a time', value: median(bridgePerSecond), unit: 'msg/s' },
  ]
}
