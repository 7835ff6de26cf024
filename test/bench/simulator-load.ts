/**
 * One process that simulates: plays a world to a broker as fast as it is acknowledged, and says how
 * many messages a second that was and what they cost it. Options as JSON in argv; prints one line.
 */
import { openPublisher } from '#simulators/publisher.ts'
import { replay } from '#simulators/recording.ts'
import type { World } from '#simulators/script.ts'
import { runSimulation } from '#simulators/simulate.ts'
import { defaults, worldOf } from '#simulators/worlds.ts'

export interface SimulatorLoad {
  readonly items: number
  /** A recording to replay; without one the world is made as it is published. */
  readonly file?: string
  readonly mqttUrl: string
  /** Of Suyuan, where the world is to be registered; without it any broker will do. */
  readonly server?: { readonly apiUrl: string; readonly key: string }
}

export interface SimulatorResult {
  readonly messages: number
  readonly perSecond: number
  readonly cpuSeconds: number
}

const window = 1000
const turnEvery = 512

const options: SimulatorLoad = JSON.parse(process.argv[2] ?? '{}')
const { items, file, server } = options
const about = { seed: 'bench', items }
const made = worldOf({ ...defaults, ...about, world: 'drugs', parties: 12 })
const world = file === undefined ? made : replay(file).world

let startedMs = 0
let cpuBefore = process.cpuUsage()
/** Registering is not counted: the clock starts with the first step. */
const counted: World = {
  ...world,
  *steps() {
    startedMs = performance.now()
    cpuBefore = process.cpuUsage()
    yield* world.steps()
  },
}
const messages = server === undefined ? await toAnyBroker() : await toSuyuan(server)
const seconds = (performance.now() - startedMs) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
const result: SimulatorResult = {
  messages,
  perSecond: Math.round(messages / seconds),
  cpuSeconds: (user + system) / 1e6,
}
process.stdout.write(`${JSON.stringify(result)}\n`)

async function toSuyuan(to: NonNullable<SimulatorLoad['server']>): Promise<number> {
  const run = { ...to, mqttUrl: options.mqttUrl, world: counted, about, speed: 0, window }
  return (await runSimulation(run)).messages
}

async function toAnyBroker(): Promise<number> {
  const credentials = world.devices.map((device) => ({ device, password: '-' }))
  const publisher = await openPublisher({
    url: options.mqttUrl,
    credentials,
    window,
    patienceMs: 60_000,
  })
  let sent = 0
  for (const step of counted.steps()) {
    if (step.kind !== 'message') continue
    const sending = publisher.send(step)
    if (sending !== undefined) await sending
    if (sent % turnEvery === 0) await new Promise((resolve) => setImmediate(resolve))
    sent += 1
  }
  await publisher.drain()
  await publisher.close()
  return sent
}
