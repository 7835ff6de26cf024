/**
 * Kills the running program with SIGKILL, again and again while events come that rules speak of,
 * and looks whether its alerts are those that one undisturbed look at the store finds: none lost,
 * none raised twice, none counted twice.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AlertFollower } from '#ingest/watch/follower.ts'
import { chanceOf } from '#simulators/random.ts'
import { type Alert, isStanding } from '#store/alerts/alert.ts'
import { type AlertReader, openAlertReader } from '#store/alerts/reader.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { openTrail } from '#store/open.ts'
import { openRegistry } from '#store/registry.ts'
import { newParty } from '../e2e/devices.ts'
import { freePorts, launchProgram } from '../e2e/program.ts'

export interface AlertCrashReport {
  readonly kills: number
  readonly documents: number
  readonly alerts: number
  /** Alerts that differ from those of an undisturbed look, or stand in one of both only. */
  readonly different: readonly string[]
  /** Alerts that were raised more than once. */
  readonly raisedTwice: readonly string[]
}

const EVENTS_A_DOCUMENT = 6

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
    const load = new CaptureLoad(program.apiUrl, await newParty(program, 'crash'))
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

/** Captures documents one after the other, each until it is accepted. */
class CaptureLoad {
  readonly #url: string
  readonly #key: string
  readonly #running: Promise<void>
  #isOver = false
  #count = 0

  constructor(apiUrl: string, key: string) {
    this.#url = `${apiUrl}/epcis/capture`
    this.#key = key
    this.#running = this.#run()
  }

  async end(): Promise<number> {
    this.#isOver = true
    await this.#running
    return this.#count
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const body = JSON.stringify(documentOf(this.#count))
      while (!(await this.#isTaken(body))) await sleep(100)
      this.#count += 1
    }
  }

  async #isTaken(body: string): Promise<boolean> {
    const headers = { Authorization: `Bearer ${this.#key}`, 'Content-Type': 'application/json' }
    return fetch(this.#url, { method: 'POST', headers, body }).then(
      ({ status }) => status === 202,
      () => false,
    )
  }
}

/** Serials, two of them commissioned twice and some late, and a party that nobody knows. */
function documentOf(n: number): object {
  const event = (at: number, serial: string, hours: number) => ({
    type: 'ObjectEvent',
    eventTime: new Date(Date.UTC(2026, 2, 1) + n * 60_000 + hours * 3_600_000).toISOString(),
    eventTimeZoneOffset: '+00:00',
    epcList: [`https://id.gs1.org/01/09521321000018/21/${serial}`],
    ...{ action: 'ADD', bizStep: 'commissioning' },
    ...(at === 0 && {
      destinationList: [{ type: 'owning_party', destination: 'urn:example:nobody' }],
    }),
  })
  const serials = [`A${n}`, `B${n}`, `C${n}`, `A${n}`, `B${n}`, `A${n - 1}`]
  const hours = [1, 2, 3, 9, 0, 30]
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    ...{ type: 'EPCISDocument', schemaVersion: '2.0', creationDate: '2026-03-04T08:15:42.000Z' },
    epcisBody: {
      eventList: serials
        .slice(0, EVENTS_A_DOCUMENT)
        .map((serial, at) => event(at, serial, hours[at] ?? 0)),
    },
  }
}

/** Waits until so many events are stored and looked at, and all that was due is told. */
async function untilFollowed(folder: DataFolder, events: number): Promise<void> {
  const trail = await openTrail(folder, 'read')
  const alerts = openAlertReader(folder.alerts)
  let stepsBefore = -1
  for (;;) {
    const steps = alerts.lastStep()
    const rest = await trail.eventsAfter(alerts.counts().eventRef, 1)
    const isStored = (await trail.counts()).events >= events
    if (isStored && rest.length === 0 && steps === stepsBefore) break
    stepsBefore = steps
    await sleep(2000)
  }
  alerts.close()
  await trail.close()
}

async function compare(folder: DataFolder) {
  const trail = await openTrail(folder, 'read')
  const registry = openRegistry(folder.registry, { readOnly: true })
  const anew = new AlertWriter(`${folder.alerts}.anew`)
  const parts = { trail, registry, alerts: anew, nowUs: () => Date.now() * 1000 }
  const follower = new AlertFollower(parts)
  while (await follower.advance());
  const kept = openAlertReader(folder.alerts)
  const [found, wanted] = [standingIn(kept), standingIn(anew.reader)]
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
    different: ids.filter((id) => found.get(id) !== wanted.get(id)),
    raisedTwice: [...raised].filter(([, times]) => times > 1).map(([id]) => id),
  }
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
  return JSON.stringify({ ...finding, knowableUs: 0, count })
}
