/**
 * A simulated world whose events and readings are stored as they come and watched by the rules:
 * what is raised of it.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeEpcis } from '#ingest/decode-epcis.ts'
import { decodeSenml } from '#ingest/decode-senml.ts'
import { decodeTelemetry } from '#ingest/decode-telemetry.ts'
import type { Decoded } from '#ingest/decoded.ts'
import { decodeFormat } from '#ingest/formats/formats.ts'
import { AlertFollower } from '#ingest/watch/follower.ts'
import type { Device, MessageStep, World } from '#simulators/script.ts'
import type { TruthLine } from '#simulators/truth.ts'
import { type Alert, isStanding } from '#store/alerts/alert.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { deviceSchema, sensorKeyOf } from '#store/registry/schema.ts'
import { openRegistry, type Registry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'

export interface WatchedWorld {
  /** Those that stand at the end. */
  readonly alerts: readonly Alert[]
  readonly truth: readonly TruthLine[]
  readonly events: number
}

/** Of simulated time, so much is stored and looked at in one go. */
const AT_ONCE_US = 6 * 3_600_000_000
const US_A_DAY = 86_400_000_000

/** Plays a world to its end, and on until everything that is waited for has come. */
export async function watchWorld(world: World): Promise<WatchedWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-watched-'))
  const trail = openSqliteTrail(join(folder, 'trail.db'), 'write')
  let nowUs = 0
  const registry = openRegistry(join(folder, 'registry.db'), { nowUs: () => nowUs })
  const alerts = new AlertWriter(join(folder, 'alerts.db'))
  const follower = new AlertFollower({ trail, alerts, registry, nowUs: () => nowUs })
  const watch = async () => {
    while (await follower.advance());
  }
  const truth: TruthLine[] = []
  let to = 0
  const store = async (steps: readonly MessageStep[]) => {
    const decoded = steps.map(decode)
    to += 1
    await trail.apply({
      events: decoded.flatMap(({ events }) => events.map(({ event }) => event)),
      readings: decoded.flatMap(({ readings }) => readings),
      follower: 'ingest',
      to,
    })
    nowUs = Math.max(nowUs, steps.at(-1)?.atUs ?? 0)
    await watch()
  }
  try {
    register(registry, world)
    let pending: MessageStep[] = []
    for (const step of world.steps()) {
      if (step.kind === 'truth') truth.push(step.line)
      else if (step.kind === 'message') pending.push(step)
      if (step.atUs - (pending[0]?.atUs ?? step.atUs) < AT_ONCE_US) continue
      await store(pending)
      pending = []
    }
    await store(pending)
    nowUs += 30 * US_A_DAY
    await watch()
    const { events } = await trail.counts()
    return { alerts: standingOf(alerts), truth, events }
  } finally {
    alerts.close()
    registry.close()
    await trail.close()
    rmSync(folder, { recursive: true })
  }
}

function decode({ atUs, device, payload, acts = [] }: MessageStep): Decoded {
  const { party } = device
  const sensor = sensorKeyOf(device)
  const origin = { party, sensor, receivedAtUs: atUs, recordTimeUs: atUs }
  if (device.channel === 'reads') {
    // What ingest makes of the reads, in one event instead of one a tag.
    const seen = acts.map(({ event }) => event)
    return decodeEpcis(JSON.stringify(seen), seen, origin)
  }
  if (device.format !== undefined) {
    const message = { payload: Buffer.from(payload), topic: 'suyuan/v1/a/b/c/telemetry' }
    return decodeFormat(message, origin, deviceSchema.parse(plainOf(device)))
  }
  const value = JSON.parse(payload)
  if (device.channel === 'epcis') return decodeEpcis(payload, value, origin)
  if (Array.isArray(value)) return decodeSenml(value, origin, sensor)
  return decodeTelemetry(value, origin, sensor)
}

function plainOf({ party, device, site, name, epc, format }: Device): object {
  return { party, device, site, name, epc, format }
}

function register({ parties, locations, products, devices }: Registry, world: World): void {
  for (const { slug, names, pgln, domain = 'food', licence } of world.parties) {
    const licences = licence && [{ scope: ['*'], from: licence.validFrom, to: licence.validUntil }]
    parties.put({ slug, name: names.en, pgln, domain, ...(licences && { licences }) })
  }
  for (const { names, ...place } of world.places) locations.put({ ...place, name: names.en })
  for (const { names, domain = 'food', markets, ...product } of world.products) {
    const where = markets && { markets: [...markets] }
    products.put({ ...product, domain, name: names.en, ...where })
  }
  for (const { party, site, device, name, epc, asset } of world.devices) {
    devices.put({
      ...{ party, site, device, name, enabled: true, topics: [] },
      ...(epc !== undefined && { epc }),
      ...(asset !== undefined && { binding: { asset } }),
    })
  }
}

function standingOf({ reader }: AlertWriter): Alert[] {
  const found: Alert[] = []
  let after: number | undefined
  for (;;) {
    const page = reader.alerts({}, { limit: 500, after })
    found.push(...page.filter(({ state }) => isStanding(state)))
    after = page.at(-1)?.seq
    if (after === undefined) return found
  }
}

/** How often each rule spoke, by variant. */
export function tallyOf(alerts: readonly Alert[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { finding } of alerts) {
    const name = `${finding.rule} ${finding.variant}`
    counts[name] = (counts[name] ?? 0) + 1
  }
  return counts
}
