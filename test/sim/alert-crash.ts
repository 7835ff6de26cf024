/**
 * Kills the running program with SIGKILL, again and again while events come that rules speak of,
 * and looks whether its alerts are those that one undisturbed look at the store finds: none lost,
 * none raised twice, none counted twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AlertFollower, type WatchParts } from '#ingest/watch/follower.ts'
import { chanceOf } from '#simulators/random.ts'
import { request } from '#simulators/server.ts'
import { type Alert, isStanding } from '#store/alerts/alert.ts'
import { type AlertReader, openAlertReader } from '#store/alerts/reader.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { openTrail } from '#store/open.ts'
import { openRegistry } from '#store/registry.ts'
import { newParty } from '../e2e/devices.ts'
import { freePorts, launchProgram } from '../e2e/program.ts'
import { CaptureLoad, EVENTS_A_DOCUMENT, PLACES, untilFollowed } from './capture-load.ts'

export interface AlertCrashReport {
  readonly kills: number
  readonly documents: number
  readonly alerts: number
  /** Alerts that differ from those of an undisturbed look, or stand in one of both only. */
  readonly different: readonly string[]
  /** Transports that lanes were learnt from, and whether they are those of an undisturbed look. */
  readonly transports: number
  readonly isSameLane: boolean
  /** Alerts that were raised more than once. */
  readonly raisedTwice: readonly string[]
}

export async function alertCrashRun(options: {
  readonly kills: number
  readonly seed: string
}): Promise<AlertCrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-alert-crash-'))
  const ports = await freePorts()
  const launch = () => launchProgram(dataDir, ports, { LOG_LEVEL: 'warn' })
  let program = launch()
  try {
    await program.ready()
    const key = await newParty(program, 'crash')
    for (const place of PLACES) {
      const location = { key: place, party: 'crash', name: place }
      await request(program, 'PUT', `/v1/locations/${encodeURIComponent(place)}`, location)
    }
    const load = new CaptureLoad(program.apiUrl, key)
    const chance = chanceOf(options.seed, 'kills')
    for (let kills = 0; kills < options.kills; kills += 1) {
      await program.ready()
      await sleep(chance.whole(200, 2000))
      await program.end('SIGKILL')
      program = launch()
    }
    await program.ready()
    const documents = await load.end()
    await untilFollowed(dataFolder(dataDir), documents * EVENTS_A_DOCUMENT)
    await program.end('SIGTERM')
    return { kills: options.kills, documents, ...(await compare(dataFolder(dataDir))) }
  } finally {
    await program.end('SIGKILL')
    rmSync(dataDir, { recursive: true })
  }
}

async function compare(folder: DataFolder) {
  const trail = await openTrail(folder, 'read')
  const registry = openRegistry(folder.registry, { readOnly: true })
  // Both to the same moment: what was due when the program was ended its next start would do.
  // A minute on, so that what is waited for for seconds is told by both.
  const now = (Date.now() + 60_000) * 1000
  const parts = { trail, registry, nowUs: () => now }
  const going = new AlertWriter(folder.alerts)
  await lookAtAll({ ...parts, alerts: going })
  going.close()
  const anew = new AlertWriter(`${folder.alerts}.anew`)
  await lookAtAll({ ...parts, alerts: anew })
  const kept = openAlertReader(folder.alerts)
  const [found, wanted] = [standingIn(kept), standingIn(anew.reader)]
  const lane = { origin: PLACES[0], goal: PLACES[1] }
  const transports = kept.known.facts.transports(lane)
  const isSameLane =
    JSON.stringify(transports) === JSON.stringify(anew.reader.known.facts.transports(lane))
  const ids = [...new Set([...found.keys(), ...wanted.keys()])]
  const raised = new Map<string, number>()
  for (let at = 0; ; ) {
    const steps = kept.stepsAfter(at, 500)
    for (const { step, alert } of steps) {
      if (step === 'raised') raised.set(alert, (raised.get(alert) ?? 0) + 1)
    }
    const last = steps.at(-1)
    if (!last) break
    at = last.seq
  }
  kept.close()
  anew.close()
  registry.close()
  await trail.close()
  return {
    alerts: found.size,
    transports: transports.length,
    isSameLane,
    different: ids.filter((id) => found.get(id) !== wanted.get(id)),
    raisedTwice: [...raised].filter(([, times]) => times > 1).map(([id]) => id),
  }
}

async function lookAtAll(parts: WatchParts): Promise<void> {
  const follower = new AlertFollower(parts)
  while (await follower.advance());
}

function standingIn(reader: AlertReader): Map<string, string> {
  const found = new Map<string, string>()
  let after: number | undefined
  for (;;) {
    const page = reader.alerts({}, { limit: 500, after })
    for (const alert of page) if (isStanding(alert.state)) found.set(alert.id, textOf(alert))
    after = page.at(-1)?.seq
    if (after === undefined) return found
  }
}

function textOf({ finding, count }: Alert): string {
  // How long something has been under way is as of when it was told.
  const isUnderWay = finding.rule === 'C14' && finding.toUs === undefined
  const figures = isUnderWay ? { measures: [], text: '' } : {}
  return JSON.stringify({ ...finding, ...figures, knowableUs: 0, count })
}
