/**
 * Runs a simulated world against a server: registers it, lets its devices publish, writes the truth
 * beside it, and tells what it did. It ends when every message is acknowledged, which is before the
 * server has made chains of them all.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type HttpPublisher, openHttpPublisher } from './http-publisher.ts'
import { openPublisher, type Publisher } from './publisher.ts'
import { Authority } from './recall.ts'
import { type Credential, register, revoke } from './register.ts'
import type { MessageStep, World } from './script.ts'
import { request, type Server, ServerError } from './server.ts'
import { type ItemLine, openTruth, type RunLine, type TruthWriter } from './truth.ts'

export interface SimulationOptions extends Server {
  /** Such as mqtt://localhost:1883. */
  readonly mqttUrl: string
  readonly world: World
  /** Beside the world's name what the first line of the truth says of the run. */
  readonly about: Pick<RunLine, 'seed' | 'items' | 'faults' | 'field'>
  /** Messages a second at most; without it as many as the server acknowledges. */
  readonly rate?: number | undefined
  /** Pushes events by EPCIS capture instead, and leaves telemetry out. */
  readonly overHttp?: boolean | undefined
  /** Simulated seconds in one real second; 0 is as fast as the server acknowledges. */
  readonly speed: number
  /** File of the truth, replaced; without it none is written. */
  readonly truthFile?: string | undefined
  /** How long rules are to wait for late data; undefined leaves them as they are. */
  readonly graceHours?: number | undefined
  /** Messages a device may have unacknowledged. */
  readonly window?: number | undefined
  /** Told now and then how much of the run is done, from 0 to 1. */
  readonly onProgress?: ((share: number) => void) | undefined
  /** Ends the run before its time: in order, with its keys. */
  readonly stop?: AbortSignal | undefined
}

/** It was told to stop before its end; what it has published stands. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'
}

export interface SimulationReport {
  readonly world: string
  readonly seed: string
  readonly items: number
  readonly devices: number
  /** All of them acknowledged, but those of QoS 0. */
  readonly messages: number
  /** Of these, telemetry and raw reads, which have no way over HTTP. */
  readonly leftOut: number
  readonly events: number
  /** Tags in raw reads: the server makes an event of each. */
  readonly tags: number
  readonly reconnects: number
  /** That an authority has made over the API. */
  readonly recalls: number
  readonly elapsedMs: number
  /** An item that went the whole way and was sold. Undefined when none was. */
  readonly sold: ItemLine | undefined
  /** The last event, sent when all else was acknowledged: once it is stored, everything is. */
  readonly lastEventID: string | undefined
}

/** Without any acknowledgement for so long the server counts as gone. */
const silenceMs = 60_000
const pollMs = 100
/** How long the server may take until it has stored what a recall is to be made of. */
const recallPatienceMs = 900_000
const capturesAtOnce = 16
const turnEvery = 512

/** Throws ServerError, PublishError, InterruptedError, or what the truth file throws. */
export async function runSimulation(options: SimulationOptions): Promise<SimulationReport> {
  const { world } = options
  const started = performance.now()
  const credentials = await register(options, world, options.graceHours)
  const truth = options.truthFile === undefined ? undefined : openTruth(options.truthFile)
  let isComplete = false
  try {
    const told = await publishAll(options, { world, credentials, truth })
    isComplete = true
    const elapsedMs = Math.round(performance.now() - started)
    const { seed, items } = options.about
    const devices = credentials.length
    return { world: world.name, seed, items, devices, ...told, elapsedMs }
  } finally {
    await truth?.close(isComplete)
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

type Told = Omit<SimulationReport, 'world' | 'seed' | 'items' | 'devices' | 'elapsedMs'>

async function publishAll(options: SimulationOptions, run: Run): Promise<Told> {
  const publisher = await publisherFor(options, run.credentials)
  const authority = new Authority(options, recallPatienceMs)
  try {
    const told = await play(options, run, publisher, authority)
    await publisher.drain()
    options.onProgress?.(1)
    const leftOut = 'leftOut' in publisher ? publisher.leftOut : 0
    return { ...told, leftOut, reconnects: publisher.reconnects, recalls: authority.recalls }
  } finally {
    await publisher.close()
    await authority.close()
  }
}

async function publisherFor(
  { mqttUrl: url, apiUrl, window = 100, overHttp = false }: SimulationOptions,
  credentials: readonly Credential[],
): Promise<Publisher | HttpPublisher> {
  if (overHttp) return openHttpPublisher({ apiUrl, credentials, window: capturesAtOnce })
  return openPublisher({ url, credentials, window, patienceMs: silenceMs })
}

async function play(
  options: SimulationOptions,
  { world, truth }: Run,
  publisher: Publisher,
  authority: Authority,
): Promise<Omit<Told, 'reconnects' | 'leftOut' | 'recalls'>> {
  const { about, onProgress, stop } = options
  const pace = paceOf(world, options)
  let [messages, events, tags] = [0, 0, 0]
  let sold: ItemLine | undefined
  let next: MessageStep | undefined
  await truth?.write({ kind: 'run', world: world.name, ...about })
  for (const { slug, pgln, licence } of world.parties) {
    const allowed = licence === undefined ? {} : { licence }
    await truth?.write({ kind: 'party', slug, pgln, ...allowed })
  }
  for (const step of world.steps()) {
    if (stop?.aborted) throw new InterruptedError(`stopped after ${messages} messages`)
    if (step.kind === 'truth') {
      const writing = truth?.write(step.line)
      if (writing !== undefined) await writing
      if (step.line.kind === 'item' && step.line.state === 'sold') sold ??= step.line
      continue
    }
    if (step.kind === 'recall') {
      if (next !== undefined) await publisher.send(next)
      next = undefined
      await publisher.drain()
      await authority.recall(step.order, step.atUs)
      continue
    }
    // Waiting for what is already done would cost a turn of the loop for every message.
    const sending = next === undefined ? undefined : publisher.send(next)
    if (sending !== undefined) await sending
    next = step
    const waiting = pace(step.atUs, messages)
    if (waiting !== undefined) await waiting
    // A message sent is only on its way: its connection needs a turn to take it and be answered.
    if (messages % turnEvery === 0) await nextTurn()
    messages += 1
    events += step.eventIDs.length
    tags += step.tags ?? 0
    if (messages % 100 === 0) onProgress?.((step.atUs - world.fromUs) / (world.toUs - world.fromUs))
  }
  await publisher.drain()
  if (next !== undefined) await publisher.send(next)
  return { messages, events, tags, sold, lastEventID: next?.eventIDs.at(-1) }
}

/**
 * Waits until a moment of simulated time has come, and until as many messages may have been sent.
 * Undefined where there is nothing to wait for.
 */
function paceOf(
  world: World,
  { speed, rate, stop }: SimulationOptions,
): (atUs: number, sent: number) => Promise<void> | undefined {
  const started = performance.now()
  return (atUs, sent) => {
    const bySpeedMs = speed === 0 ? 0 : (atUs - world.fromUs) / 1000 / speed
    const byRateMs = rate === undefined ? 0 : (sent / rate) * 1000
    const earlyMs = started + Math.max(bySpeedMs, byRateMs) - performance.now()
    // Told to stop it wakes up, and the next step ends the run.
    const until = stop === undefined ? {} : { signal: stop }
    return earlyMs > 1 ? sleep(earlyMs, undefined, until).catch(() => {}) : undefined
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
