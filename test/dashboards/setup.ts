/**
 * What all tests of pages share: the built pages, and the real program with a chain that was
 * simulated with every fault. Where no Chromium is, tests of pages skip and say so; with
 * REQUIRE_ALL=1 they fail instead.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { runSimulation, untilStored } from '#simulators/simulate.ts'
import { defaults, presets, worldOf } from '#simulators/worlds.ts'
import { buildPages } from '../../dashboards/build.ts'
import { get, until } from '../e2e/http.ts'
import { type Program, startProgram } from '../e2e/program.ts'
import { CHROMIUM } from './chromium.ts'
import { codes, playScene } from './scene.ts'

const SIMULATED = presets['lesson']?.options
const ITEMS = 400

export interface Stage {
  readonly chromium: string
  readonly url: string
  readonly mqttUrl: string
  readonly adminKey: string
  /** The data folder of the program. */
  readonly dataDir: string
  /** An item that went the whole way and was sold. */
  readonly sold: string
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined where no browser is. */
    readonly stage: Stage | undefined
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (!existsSync(CHROMIUM)) {
    if (process.env['REQUIRE_ALL'] === '1') throw new Error(`there is no browser at ${CHROMIUM}`)
    console.warn(`skipped: there is no browser at ${CHROMIUM}`)
    project.provide('stage', undefined)
    return undefined
  }
  await buildPages()
  const dataDir = mkdtempSync(join(tmpdir(), 'suyuan-pages-'))
  const program = await startProgram(dataDir, {
    LOG_LEVEL: 'warn',
    // Receivers of webhooks are on this machine.
    ALLOW_PRIVATE_WEBHOOKS: '1',
  })
  const end = async () => {
    await program.end('SIGTERM')
    rmSync(dataDir, { recursive: true })
  }
  try {
    await playScene(program, Date.now())
    await untilJudged(program)
    const sold = await simulate(program)
    const { apiUrl: url, mqttUrl, key: adminKey } = program
    project.provide('stage', { chromium: CHROMIUM, url, mqttUrl, adminKey, dataDir, sold })
    return end
  } catch (error) {
    await end()
    throw error
  }
}

/** Rules follow what is stored: until they have looked at the crate that was warm. */
async function untilJudged(program: Program): Promise<void> {
  const path = `/v1/items/${encodeURIComponent(codes.warm)}`
  await until(
    () => get(program, path),
    ({ body }) => JSON.stringify(body['verdict']).includes('alert_'),
  )
}

async function simulate({ apiUrl, mqttUrl, key }: Program): Promise<string> {
  if (SIMULATED === undefined) throw new Error('there is no preset lesson')
  const options = { ...defaults, ...SIMULATED, items: ITEMS }
  const about = { seed: options.seed, items: options.items }
  const server = { apiUrl, mqttUrl, key }
  const report = await runSimulation({ ...server, world: worldOf(options), about, speed: 0 })
  await untilStored(server, report, 60_000)
  if (report.sold === undefined) throw new Error('nothing was sold')
  return report.sold.key
}
