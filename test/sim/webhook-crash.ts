/**
 * Kills the running program with SIGKILL, again and again while alerts are raised and told to a
 * receiver that fails at times, and looks whether every step arrived: none missing, each under one
 * webhook-id with one body, those of one alert in their order.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Chance, chanceOf } from '#simulators/random.ts'
import { request } from '#simulators/server.ts'
import { openAlertReader } from '#store/alerts/reader.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { openWebhookReader } from '#store/webhooks/reader.ts'
import { type Receiver, startReceiver } from '../api/webhooks/receiver.ts'
import { newParty } from '../e2e/devices.ts'
import { freePorts, launchProgram } from '../e2e/program.ts'
import { CaptureLoad, EVENTS_A_DOCUMENT, untilFollowed } from './capture-load.ts'

export interface WebhookCrashReport {
  readonly kills: number
  readonly steps: number
  /** Requests that the receiver got, and those that it answered badly or not at all. */
  readonly requests: number
  readonly failed: number
  /** Numbers of steps that never arrived. */
  readonly lost: readonly number[]
  /** Steps that came under several ids, or an id that came with several bodies. */
  readonly different: readonly string[]
  /** Alerts of which a step first arrived behind a later one. */
  readonly outOfOrder: readonly string[]
}

interface Told {
  readonly seq: number
  readonly alert: string
  readonly id: string
  readonly body: string
}

export async function webhookCrashRun(options: {
  readonly kills: number
  readonly seed: string
}): Promise<WebhookCrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-webhook-crash-'))
  const ports = await freePorts()
  const settings = { LOG_LEVEL: 'warn', ALLOW_PRIVATE_WEBHOOKS: '1' }
  const launch = () => launchProgram(dataDir, ports, settings)
  const chance = chanceOf(options.seed, 'kills')
  const receiver = await startReceiver()
  const counted = behaveRoughly(receiver, chanceOf(options.seed, 'receiver'))
  const { url } = receiver
  let program = launch()
  try {
    await program.ready()
    const made = await request(program, 'POST', '/v1/webhooks', { url })
    const load = new CaptureLoad(program.apiUrl, await newParty(program, 'crash'))
    for (let kills = 0; kills < options.kills; kills += 1) {
      await program.ready()
      await sleep(chance.whole(500, 2500))
      await program.end('SIGKILL')
      program = launch()
    }
    await program.ready()
    const documents = await load.end()
    const folder = dataFolder(dataDir)
    await untilFollowed(folder, documents * EVENTS_A_DOCUMENT)
    const steps = await untilTold(folder, (made as { id: string }).id)
    await program.end('SIGTERM')
    return { kills: options.kills, steps, ...counted, ...reportOf(toldBy(receiver), steps) }
  } finally {
    await program.end('SIGKILL')
    await receiver.close()
    rmSync(dataDir, { recursive: true })
  }
}

/** Waits until all that happened is told and delivered; gives the number of the last step. */
async function untilTold(folder: DataFolder, webhook: string): Promise<number> {
  const alerts = openAlertReader(folder.alerts)
  const webhooks = openWebhookReader(folder.webhooks)
  let before = -1
  for (;;) {
    const last = alerts.lastStep()
    const { pending } = webhooks.standing(webhook)
    if (last === before && pending === 0 && webhooks.cursor('alerts') === last) break
    before = last
    await sleep(2000)
  }
  alerts.close()
  webhooks.close()
  return before
}

/** Answers well most of the time; else badly, or by closing, having heard all the same. */
function behaveRoughly(receiver: Receiver, chance: Chance): { failed: number } {
  const heard = new Set<string>()
  const counted = { failed: 0 }
  receiver.behave((response, { id }, incoming) => {
    const isNew = !heard.has(id)
    heard.add(id)
    // What fails twice is tried again after minutes only.
    if (!isNew || !chance.happens(0.15)) {
      response.writeHead(200).end()
      return
    }
    counted.failed += 1
    if (chance.happens(0.5)) response.writeHead(500).end()
    else incoming.socket.destroy()
  })
  return counted
}

function toldBy({ received }: Receiver): Told[] {
  return received.map(({ id, body, event: { data } }) => {
    const { step, alert } = data as { step: { seq: number }; alert: { id: string } }
    return { seq: step.seq, alert: alert.id, id, body }
  })
}

function reportOf(told: readonly Told[], steps: number) {
  const bySeq = grouped(told, ({ seq }) => seq)
  const byId = grouped(told, ({ id }) => id)
  const several = (some: readonly Told[], what: 'id' | 'body') =>
    new Set(some.map((each) => each[what])).size > 1
  const firsts = new Map<string, number[]>()
  for (const some of bySeq.values()) {
    const [first] = some
    if (first) firsts.set(first.alert, [...(firsts.get(first.alert) ?? []), first.seq])
  }
  const isSorted = (seqs: readonly number[]) => seqs.every((seq, at) => seq > (seqs[at - 1] ?? 0))
  return {
    requests: told.length,
    lost: Array.from({ length: steps }, (_, at) => at + 1).filter((seq) => !bySeq.has(seq)),
    different: [
      ...[...bySeq].filter(([, some]) => several(some, 'id')).map(([seq]) => `step ${seq}`),
      ...[...byId].filter(([, some]) => several(some, 'body')).map(([id]) => id),
    ],
    outOfOrder: [...firsts].filter(([, seqs]) => !isSorted(seqs)).map(([alert]) => alert),
  }
}

/** By key, in the order in which each first came. */
function grouped<K>(told: readonly Told[], keyOf: (one: Told) => K): Map<K, Told[]> {
  const groups = new Map<K, Told[]>()
  for (const one of told) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return groups
}
