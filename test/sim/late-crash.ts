/**
 * Kills the running program with SIGKILL, again and again while goods come in late that belong to a
 * recall: what is made of a recalled lot, a lot with serials at a time, and lots of its line and
 * day. What was acknowledged has to be blocked, each thing once, and told to the rules once.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chanceOf } from '#simulators/random.ts'
import { isNewKey, request } from '#simulators/server.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { openRecallReader } from '#store/recalls/reader.ts'
import { newParty } from '../e2e/devices.ts'
import { get, post, until } from '../e2e/http.ts'
import { freePorts, launchProgram, type Program } from '../e2e/program.ts'
import { timesTold } from '../store/recall-changes.ts'

export interface LateCrashReport {
  readonly kills: number
  /** Things that came in late and were acknowledged. */
  readonly late: number
  /** How many of them the recall says that its scope lacks. */
  readonly blocked: number
  /** Blocked otherwise than as what they are, or not at all. */
  readonly wrong: readonly string[]
  /** Told to the rules more or less often than once. */
  readonly notTold: readonly string[]
  /** How often the recall says that its scope is out of date: once a version. */
  readonly outdated: number
}

const SERIALS = 2_500
const AT_ONCE = 500
const gtin = '09521321000018'
const keyOf = (what: '10' | '21', name: string) => `https://id.gs1.org/01/${gtin}/${what}/${name}`
const CONTEXT = [
  'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
  { cbvmda: 'urn:epcglobal:cbv:mda' },
]

export async function lateCrashRun(options: {
  readonly kills: number
  readonly seed: string
  /** Of the program, beside those of any. */
  readonly settings?: Readonly<Record<string, string>>
}): Promise<LateCrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-late-crash-'))
  const ports = await freePorts()
  const settings = { LOG_LEVEL: 'warn', ...options.settings }
  const launch = () => launchProgram(dataDir, ports, settings)
  let program = launch()
  try {
    await program.ready()
    const key = await newParty(program, 'crash')
    await capture(program, key, making('L1', 1))
    for (let n = 0; n <= options.kills; n += 1) await captureSerials(program, key, n)
    const recall = await approvedRecall(program)
    const chance = chanceOf(options.seed, 'kills')
    for (let n = 0; n <= options.kills; n += 1) {
      await capture(program, key, becoming(n))
      await capture(program, key, making(`N${n}`, 1))
      if (n === options.kills) break
      // The worker looks each second, and follows a lot of this size in parts for about as long.
      await sleep(chance.whole(0, 2_500))
      await program.end('SIGKILL')
      program = launch()
      await program.ready()
    }
    const late = (options.kills + 1) * (SERIALS + 2)
    await until(
      async () => (await get(program, `/v1/recalls/${recall}`)).body['outOfDate'],
      (told) => Number((told as { items?: number } | undefined)?.items) >= late,
    )
    await program.end('SIGTERM')
    return { kills: options.kills, late, ...look(dataFolder(dataDir), recall, options.kills + 1) }
  } finally {
    await program.end('SIGKILL')
    rmSync(dataDir, { recursive: true })
  }
}

/** On the first of March at the hour, or later by days. */
const at = (hour: number, days = 0) => ({
  eventTime: new Date(Date.UTC(2026, 2, 1 + days, hour)).toISOString(),
  eventTimeZoneOffset: '+00:00',
  readPoint: { id: 'https://id.gs1.org/414/9521321000012' },
})

function making(lot: string, hour: number): object {
  return {
    ...{ '@context': CONTEXT, type: 'ObjectEvent', ...at(hour), action: 'ADD' },
    ...{ bizStep: 'commissioning', quantityList: [{ epcClass: keyOf('10', lot), quantity: 9 }] },
  }
}

const serialsOf = (n: number) =>
  Array.from({ length: SERIALS }, (_, serial) => keyOf('21', `B${n}S${serial}`))

/** Serials of a lot, days before anybody tells what that was made of. */
async function captureSerials(program: Program, key: string, n: number): Promise<void> {
  for (let first = 0; first < SERIALS; first += AT_ONCE) {
    const epcList = serialsOf(n).slice(first, first + AT_ONCE)
    await capture(program, key, {
      ...{ '@context': CONTEXT, type: 'ObjectEvent', ...at(2, 9), action: 'ADD', epcList },
      ...{ bizStep: 'commissioning', ilmd: { 'cbvmda:lotNumber': `B${n}` } },
    })
  }
}

function becoming(n: number): object {
  return {
    ...{ '@context': CONTEXT, type: 'TransformationEvent', ...at(1, 9), bizStep: 'commissioning' },
    inputQuantityList: [{ epcClass: keyOf('10', 'L1'), quantity: 1 }],
    outputQuantityList: [{ epcClass: keyOf('10', `B${n}`), quantity: SERIALS }],
  }
}

async function capture(program: Program, key: string, event: object): Promise<void> {
  const { status, body } = await post(program, '/epcis/events', key, event)
  if (status !== 201) throw new Error(JSON.stringify(body))
}

/** A recall of the lot with what is beside it, in force. */
async function approvedRecall(program: Program): Promise<string> {
  const regulator = async () => {
    const made = await request(program, 'POST', '/v1/keys', { role: 'regulator', label: '' })
    if (!isNewKey(made)) throw new Error('no key came')
    return made.secret
  }
  const { body } = await post(program, '/v1/recalls', await regulator(), {
    ...{ title: 'recall', reason: 'found', instructions: 'stop', class: 'I', domain: 'food' },
    from: [{ lot: keyOf('10', 'L1') }],
  })
  const recall = String(body['id'])
  await until(
    async () => (await get(program, `/v1/recalls/${recall}`)).body['versions'],
    (versions) => (versions as { state: string }[])[0]?.state === 'known',
  )
  const step = { action: 'approve', version: 1, reason: 'x' }
  const path = `/v1/recalls/${recall}/steps`
  const approved = await post(program, path, await regulator(), step)
  if (approved.status !== 201) throw new Error(JSON.stringify(approved.body))
  return recall
}

/** What the files hold in the end. */
function look({ recalls }: DataFolder, recall: string, rounds: number) {
  const reader = openRecallReader(recalls)
  const numbers = Array.from({ length: rounds }, (_, n) => n)
  const made = numbers.flatMap((n) => [keyOf('10', `B${n}`), ...serialsOf(n)])
  const beside = numbers.map((n) => keyOf('10', `N${n}`))
  const isAs = (tier: string) => (key: string) => {
    const blocks = reader.blocks([key])
    return blocks.length === 1 && blocks[0]?.tier === tier
  }
  const wrong = [...made.filter(not(isAs('inferred'))), ...beside.filter(not(isAs('possible')))]
  const told = timesTold(recalls)
  const notTold = [...made, ...beside].filter((key) => told.get(key) !== 1)
  const steps = reader.stepsOf(recall, { limit: 1_000 })
  const outdated = steps.filter(({ step }) => step === 'scope_outdated').length
  const blocked = reader.outdated(recall)?.items ?? 0
  reader.close()
  return { blocked, wrong, notTold, outdated }
}

const not = (is: (key: string) => boolean) => (key: string) => !is(key)
