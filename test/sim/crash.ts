/**
 * Kills the running program with SIGKILL, again and again under load, and looks whether everything
 * that it acknowledged is stored, and exactly once.
 *
 *   npx tsx test/sim/crash.ts --kills 20 --seed 1
 *
 * Devices publish over MQTT with QoS 1, clients capture over HTTP, all without pause. mqtt.js sends
 * again what was not acknowledged, the HTTP clients do the same. The moments of the kills follow
 * the seed; some hit the program while it starts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { influxOf, readConfig } from '#config.ts'
import { progressOn } from '#simulators/progress.ts'
import { chanceOf } from '#simulators/random.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { openIntake } from '#store/intake.ts'
import { openTrail } from '#store/open.ts'
import { runCommand } from '../e2e/command.ts'
import { connectDevice, newDevice, newParty } from '../e2e/devices.ts'
import { metricsOf } from '../e2e/metrics.ts'
import { freePorts, launchProgram, type Program } from '../e2e/program.ts'
import { EPCS_PER_EVENT, Load } from './load.ts'

export interface CrashOptions {
  readonly kills: number
  readonly seed: string
  /** Of the program, such as where its trails are. */
  readonly settings?: Readonly<Record<string, string>>
  /** Told how much of the run is done, from 0 to 1. */
  readonly onProgress?: (share: number) => void
  /** What happens under load after the kills, to something else than the program. */
  readonly during?: (program: Program) => Promise<void>
}

/** What was acknowledged and what is there. All faults empty and 0 is as it should be. */
export interface CrashReport {
  readonly kills: number
  readonly acknowledged: number
  readonly stored: number
  readonly malformed: number
  /** eventIDs. */
  readonly lost: readonly string[]
  readonly twice: readonly string[]
  readonly neverSent: readonly string[]
  /** Malformed messages that are not in quarantine. */
  readonly notRejected: readonly string[]
  /** Trail rows more (or less) than the stored events have EPCs. */
  readonly surplusRows: number
  readonly verify: string
}

const DEVICES = 4
/** Of a hundred kills so many hit the program while it starts. */
const KILLS_AT_START_PERCENT = 25

/**
 * Runs in a folder of its own, which is gone afterwards. Throws when the program does not come up.
 */
export async function crashRun(options: CrashOptions): Promise<CrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-crash-'))
  const settings = { LOG_LEVEL: 'warn', ...options.settings }
  const ports = await freePorts()
  const launch = () => launchProgram(dataDir, ports, settings)
  let program = launch()
  try {
    await program.ready()
    const { load, disconnect } = await startLoad(program)
    const chance = chanceOf(options.seed, 'kills')
    for (let kills = 0; kills < options.kills; kills += 1) {
      const isEarly = chance.whole(1, 100) <= KILLS_AT_START_PERCENT
      if (!isEarly) await program.ready()
      await sleep(chance.whole(0, isEarly ? 900 : 1500))
      await program.end('SIGKILL')
      program = launch()
      options.onProgress?.((kills + 1) / options.kills)
    }
    await program.ready()
    await options.during?.(program)
    await load.end()
    await disconnect()
    while ((await metricsOf(program)).get('ingest_behind_bytes') !== 0) await sleep(200)
    const ended = await program.end('SIGTERM')
    if (ended !== 0) throw new Error(`the program ended with ${ended}:\n${program.output()}`)
    return await compare(
      options.kills,
      load,
      dataFolder(dataDir, influxOf(readConfig(settings))),
      settings,
    )
  } finally {
    await program.end('SIGKILL')
    rmSync(dataDir, { recursive: true })
  }
}

async function startLoad(program: Program): Promise<{ load: Load; disconnect(): Promise<void> }> {
  const load = new Load()
  const key = await newParty(program, 'crash')
  const devices = await Promise.all(
    [...Array(DEVICES).keys()].map((at) => newDevice(program, 'crash', `gate-${at}`)),
  )
  const clients = await Promise.all(
    devices.map(async (device) => {
      const client = await connectDevice(program, device)
      client.on('error', () => undefined)
      load.publish(client, device.topic('epcis'))
      return client
    }),
  )
  load.capture(program.apiUrl, key)
  load.capture(program.apiUrl, key)
  load.captureOne(program.apiUrl, key)
  const disconnect = async () => {
    for (const client of clients) await client.endAsync()
  }
  return { load, disconnect }
}

async function compare(
  kills: number,
  load: Load,
  folder: DataFolder,
  settings: Readonly<Record<string, string>>,
): Promise<CrashReport> {
  const { code, stdout } = await runCommand(['verify'], { ...settings, DATA_DIR: folder.root })
  const { eventIDs, trailRows } = await readTrail(folder)
  const stored = new Set(eventIDs)
  const rejected = readRejected(folder)
  return {
    kills,
    acknowledged: load.acknowledged.size,
    stored: eventIDs.length,
    malformed: load.malformed.size,
    lost: [...load.acknowledged].filter((eventID) => !stored.has(eventID)),
    twice: repeatsIn(eventIDs),
    neverSent: [...stored].filter((eventID) => !load.acknowledged.has(eventID)),
    notRejected: [...load.malformed].filter((payload) => !rejected.has(payload)),
    surplusRows: trailRows - EPCS_PER_EVENT * eventIDs.length,
    verify: code === 0 ? 'whole' : stdout,
  }
}

async function readTrail(folder: DataFolder): Promise<{ eventIDs: string[]; trailRows: number }> {
  const trail = await openTrail(folder, 'read')
  const eventIDs: string[] = []
  let after: number | undefined
  do {
    const page = await trail.query({}, { limit: 1000, ...(after !== undefined && { after }) })
    eventIDs.push(...page.events.map(({ eventID }) => eventID))
    after = page.after
  } while (after !== undefined)
  const { trailRows } = await trail.counts()
  await trail.close()
  return { eventIDs, trailRows }
}

function readRejected(folder: DataFolder): Set<string> {
  const intake = openIntake(folder.intake, { readOnly: true })
  const payloads = new Set<string>()
  let page = intake.rejections({ limit: 1000 })
  while (page.length > 0) {
    for (const { position, index } of page) {
      payloads.add(Buffer.from(intake.rejection(position, index)?.payload ?? []).toString())
    }
    page = intake.rejections({ limit: 1000, after: page.at(-1) })
  }
  intake.close()
  return payloads
}

function repeatsIn(eventIDs: readonly string[]): string[] {
  const seen = new Set<string>()
  return eventIDs.filter((eventID) => seen.size === seen.add(eventID).size)
}

/** Whether everything that was acknowledged is there exactly once, and nothing else. */
export function isSound(report: CrashReport): boolean {
  const { lost, twice, neverSent, notRejected, surplusRows, verify } = report
  const faults = [...lost, ...twice, ...neverSent, ...notRejected]
  return faults.length === 0 && surplusRows === 0 && verify === 'whole'
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '20' },
      seed: { type: 'string', default: '1' },
    },
  })
  const progress = progressOn(process.stderr, 'killing')
  const report = await crashRun({
    kills: Number(values.kills),
    seed: values.seed,
    onProgress: progress.show,
  })
  progress.end()
  process.stdout.write(`${JSON.stringify(report)}\n`)
  process.exitCode = isSound(report) ? 0 : 1
}
