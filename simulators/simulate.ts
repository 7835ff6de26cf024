/**
 * Runs a simulated world against a server: registers it, lets its devices publish, writes the truth
 * beside it, and tells what it did. It ends when every message is acknowledged, which is before the
 * server has made chains of them all.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { foodWorld } from './food/world.ts'
import { openPublisher, type Publisher } from './publisher.ts'
import { type Credential, register, revoke } from './register.ts'
import type { MessageStep, World } from './script.ts'
import { request, type Server, ServerError } from './server.ts'
import { type ItemLine, openTruth, type TruthWriter } from './truth.ts'

export interface SimulationOptions extends Server {
  /** Such as mqtt://localhost:1883. */
  readonly mqttUrl: string
  readonly seed: string
  /** Items at the end of the chain, at least one. */
  readonly items: number
  /** Simulated seconds in one real second; 0 is as fast as the server acknowledges. */
  readonly speed: number
  /** File of the truth, replaced; without it none is written. */
  readonly truthFile?: string | undefined
  /** Messages a device may have unacknowledged. */
  readonly window?: number | undefined
  /** Told now and then how much of the run is done, from 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
}

export interface SimulationReport {
  readonly world: string
  readonly seed: string
  readonly items: number
  readonly devices: number
  /** All of them acknowledged. */
  readonly messages: number
  readonly events: number
  readonly reconnects: number
  readonly elapsedMs: number
  /** An item that went the whole way and was sold. Undefined when none was. */
  readonly sold: ItemLine | undefined
  /** The last event, sent when all else was acknowledged: once it is stored, everything is. */
  readonly lastEventID: string | undefined
}

/** Without any acknowledgement for so long the server counts as gone. */
const silenceMs = 60_000
const pollMs = 100

/** Throws ServerError, PublishError, or what the truth file throws. */
export async function runSimulation(options: SimulationOptions): Promise<SimulationReport> {
  const world = foodWorld(options)
  const started = performance.now()
  const credentials = await register(options, world)
  const truth = options.truthFile === undefined ? undefined : openTruth(options.truthFile)
  try {
    const told = await publishAll(options, { world, credentials, truth })
    const elapsedMs = Math.round(performance.now() - started)
    const { seed, items } = options
    const devices = credentials.length
    return { world: world.name, seed, items, devices, ...told, elapsedMs }
  } finally {
    await truth?.close()
    await revoke(options, credentials)
  }
}

/**
 * Waits until the server has stored what it acknowledged in a run. Throws ServerError, also when
 * that takes longer than `patienceMs`.
 */
export async function untilStored(
  server: Server,
  { lastEventID }: SimulationReport,
  patienceMs: number,
): Promise<void> {
  if (lastEventID === undefined) return
  const path = `/epcis/events/${encodeURIComponent(lastEventID)}`
  const deadlineMs = performance.now() + patienceMs
  while (true) {
    try {
      await request(server, 'GET', path)
      return
    } catch (error) {
      const isMissing = error instanceof ServerError && error.status === 404
      if (!isMissing || performance.now() > deadlineMs) throw error
      await sleep(pollMs)
    }
  }
}

interface Run {
  readonly world: World
  readonly credentials: readonly Credential[]
  readonly truth: TruthWriter | undefined
}

type Told = Pick<SimulationReport, 'messages' | 'events' | 'reconnects' | 'sold' | 'lastEventID'>

async function publishAll(options: SimulationOptions, run: Run): Promise<Told> {
  const { mqttUrl: url, window = 100 } = options
  const { credentials } = run
  const publisher = await openPublisher({ url, credentials, window, patienceMs: silenceMs })
  try {
    const told = await play(options, run, publisher)
    await publisher.drain()
    options.onProgress?.(1)
    return { ...told, reconnects: publisher.reconnects }
  } finally {
    await publisher.close()
  }
}

async function play(
  options: SimulationOptions,
  { world, truth }: Run,
  publisher: Publisher,
): Promise<Omit<Told, 'reconnects'>> {
  const { seed, items, speed, onProgress } = options
  const pace = paceOf(world, speed)
  let [messages, events] = [0, 0]
  let sold: ItemLine | undefined
  let next: MessageStep | undefined
  await truth?.write({ kind: 'run', world: world.name, seed, items })
  for (const step of world.steps()) {
    if (step.kind === 'truth') {
      await truth?.write(step.line)
      if (step.line.kind === 'item' && step.line.state === 'sold') sold ??= step.line
      continue
    }
    if (next !== undefined) await publisher.send(next)
    next = step
    await pace(step.atUs)
    messages += 1
    events += step.eventIDs.length
    if (messages % 100 === 0) onProgress?.((step.atUs - world.fromUs) / (world.toUs - world.fromUs))
  }
  await publisher.drain()
  if (next !== undefined) await publisher.send(next)
  return { messages, events, sold, lastEventID: next?.eventIDs.at(-1) }
}

/** Waits until a moment of simulated time has come. */
function paceOf(world: World, speed: number): (atUs: number) => Promise<void> {
  const started = performance.now()
  return async (atUs) => {
    if (speed === 0) return
    const dueMs = started + (atUs - world.fromUs) / 1000 / speed
    const earlyMs = dueMs - performance.now()
    if (earlyMs > 1) await sleep(earlyMs)
  }
}
