/**
 * Kills the running program with SIGKILL, again and again while recalls are made, traced, approved
 * and told of. Whatever was acknowledged has to be there: the recall, its scope whole and with
 * nothing twice, the block, and the notice, which reaches the device of a holder in the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chanceOf } from '#simulators/random.ts'
import { isNewKey, request } from '#simulators/server.ts'
import { dataFolder } from '#store/folder.ts'
import { openRecallReader } from '#store/recalls/reader.ts'
import { connectDevice, newDevice, newParty } from '../e2e/devices.ts'
import { get, post, until } from '../e2e/http.ts'
import { freePorts, launchProgram, type Program } from '../e2e/program.ts'

export interface RecallCrashReport {
  readonly kills: number
  readonly recalls: number
  /** Acknowledged and not there. */
  readonly lost: readonly string[]
  /** Whose scope is not what was made of the lot, or does not block it. */
  readonly incomplete: readonly string[]
  /** Steps that stand twice in a history. */
  readonly repeatedSteps: readonly string[]
  /** Whose notice has never reached the holder's device. */
  readonly untold: readonly string[]
}

const SERIALS = 3000
const AT_ONCE = 500
/** Taken in peace at the end. */
const LEAST_STEPS = 9
const gtin = '09521321000018'
const lot = `https://id.gs1.org/01/${gtin}/10/L1`
const serialOf = (n: number) => `https://id.gs1.org/01/${gtin}/21/S${n}`

export async function recallCrashRun(options: {
  readonly kills: number
  readonly seed: string
}): Promise<RecallCrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-recall-crash-'))
  const ports = await freePorts()
  const launch = () => launchProgram(dataDir, ports, { LOG_LEVEL: 'warn' })
  let program = launch()
  try {
    await program.ready()
    await captureLot(program)
    const keys = await regulators(program)
    const device = await newDevice(program, 'crash', 'gate')
    const client = await connectDevice(program, device)
    const heard = new Set<string>()
    client.on('message', (_topic, payload) => heard.add(JSON.parse(payload.toString()).recall))
    await client.subscribeAsync(device.topic('rejected').replace('rejected', 'cmd'), { qos: 1 })
    const load = new RecallLoad(program.apiUrl, keys)
    const chance = chanceOf(options.seed, 'kills')
    for (let kills = 0; kills < options.kills; kills += 1) {
      await program.ready()
      await load.advance(chance.whole(1, 4))
      await sleep(chance.whole(0, 800))
      await program.end('SIGKILL')
      program = launch()
    }
    await program.ready()
    await load.advance(LEAST_STEPS)
    const made = await load.end()
    const untold = await untilHeard(made, heard)
    await client.endAsync(true)
    const incomplete = await notBlocking(program, made)
    await program.end('SIGTERM')
    return { kills: options.kills, untold, ...look(dataFolder(dataDir).recalls, made, incomplete) }
  } finally {
    await program.end('SIGKILL')
    rmSync(dataDir, { recursive: true })
  }
}

/** A lot with its serials, all at one party. */
async function captureLot(program: Program): Promise<void> {
  const key = await newParty(program, 'crash')
  for (let first = 0; first < SERIALS; first += AT_ONCE) {
    const event = {
      '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
      type: 'ObjectEvent',
      eventTime: '2026-03-04T08:15:42.000Z',
      eventTimeZoneOffset: '+00:00',
      epcList: Array.from({ length: AT_ONCE }, (_, at) => serialOf(first + at)),
      ...{ action: 'ADD', bizStep: 'commissioning', ilmd: { 'cbvmda:lotNumber': 'L1' } },
    }
    const { status, body } = await post(program, '/epcis/events', key, event)
    if (status !== 201) throw new Error(JSON.stringify(body))
  }
}

async function regulators(program: Program): Promise<readonly [string, string]> {
  const make = async () => {
    const made = await request(program, 'POST', '/v1/keys', { role: 'regulator', label: '' })
    if (!isNewKey(made)) throw new Error('no key came')
    return made.secret
  }
  return [await make(), await make()]
}

/** Makes recalls one after the other, each until it is acknowledged, known, approved and told. */
class RecallLoad {
  readonly #apiUrl: string
  readonly #keys: readonly [string, string]
  readonly #running: Promise<void>
  readonly #made = new Set<string>()
  #isOver = false
  #steps = 0

  constructor(apiUrl: string, keys: readonly [string, string]) {
    this.#apiUrl = apiUrl
    this.#keys = keys
    this.#running = this.#run()
  }

  /** Waits until so many more steps have been answered. */
  async advance(steps: number): Promise<void> {
    const until = this.#steps + steps
    while (this.#steps < until) await sleep(20)
  }

  async end(): Promise<string[]> {
    this.#isOver = true
    await this.#running
    return [...this.#made]
  }

  async #run(): Promise<void> {
    for (let n = 0; !this.#isOver; n += 1) {
      const made = await this.#insist('/v1/recalls', 0, {
        ...{ title: `recall ${n}`, reason: 'found', instructions: 'stop', class: 'I' },
        ...{ domain: 'food', from: [{ lot }] },
      })
      const id = String(made['id'])
      await this.#insist(`/v1/recalls/${id}/steps`, 1, {
        action: 'approve',
        version: 1,
        reason: 'x',
      })
      await this.#insist(`/v1/recalls/${id}/steps`, 1, { action: 'notify', reason: 'x' })
      this.#made.add(id)
    }
  }

  /** Posts until it is done; a step that a crash hid the answer of is done already. */
  async #insist(path: string, who: 0 | 1, body: object): Promise<Record<string, unknown>> {
    for (;;) {
      const answer = await fetch(this.#apiUrl + path, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${this.#keys[who]}`,
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      })
        .then(async (response) => {
          const json: Record<string, unknown> = JSON.parse(await response.text())
          return { status: response.status, json }
        })
        .catch(() => undefined)
      if (answer?.status === 201) {
        this.#steps += 1
        return answer.json
      }
      const code = answer?.json['code']
      if (answer && (code === 'wrong_state' || code === 'unknown_version')) return answer.json
      await sleep(100)
    }
  }
}

async function untilHeard(made: readonly string[], heard: ReadonlySet<string>): Promise<string[]> {
  const missing = () => made.filter((id) => !heard.has(id))
  return until(
    async () => missing(),
    (left) => left.length === 0,
  ).catch(missing)
}

async function notBlocking(program: Program, made: readonly string[]): Promise<string[]> {
  const { body } = await get(program, `/v1/items/${encodeURIComponent(serialOf(7))}`)
  const recalls = (body['recalls'] ?? []) as { recall: string; verdict: string }[]
  const blocking = new Set(
    recalls.filter((each) => each.verdict === 'do_not_sell').map((each) => each.recall),
  )
  return made.slice(0, 20).filter((id) => !blocking.has(id))
}

function look(file: string, made: readonly string[], notBlocked: readonly string[]) {
  const reader = openRecallReader(file)
  const lost = made.filter((id) => reader.recall(id)?.state !== 'notified')
  const incomplete = made.filter((id) => {
    const [version] = reader.versions(id)
    const lines = reader.consignees(id).find(({ party }) => party === 'crash')?.lines ?? []
    const held = lines.find(({ uom }) => uom === '')?.expected.held
    return version?.counts?.tiers.proven !== SERIALS + 1 || held !== SERIALS
  })
  const repeatedSteps = made.filter((id) => {
    const steps = reader.stepsOf(id, { limit: 100 }).map(({ step }) => step)
    return new Set(steps).size !== steps.length
  })
  reader.close()
  return { recalls: made.length, lost, incomplete: [...incomplete, ...notBlocked], repeatedSteps }
}
