import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quietField } from '#simulators/field/field.ts'
import { isExact, jsonOf, tableOf } from '#simulators/score/report.ts'
import { type Score, score } from '#simulators/score/score.ts'
import { InterruptedError, runSimulation, untilStored } from '#simulators/simulate.ts'
import { defaults, type WorldOptions, worldOf } from '#simulators/worlds.ts'
import { type Program, startProgram } from './program.ts'

const folder = mkdtempSync(join(tmpdir(), 'suyuan-score-'))
const patienceMs = 120_000

let program: Program

beforeAll(async () => {
  program = await startProgram(join(folder, 'data'))
}, 60_000)

afterAll(async () => {
  await program?.end('SIGTERM')
  rmSync(folder, { recursive: true })
})

interface Asked extends Partial<WorldOptions> {
  readonly world: WorldOptions['world']
  readonly overHttp?: boolean
}

/** Plays a world to the program and measures what the program made of it. */
async function scoreOf({ overHttp = false, ...asked }: Asked, sample = 60): Promise<Score> {
  const options = { ...defaults, ...asked }
  const { seed, items, world, field } = options
  const truthFile = join(folder, `${world}-${seed}.jsonl`)
  const rough = field === quietField ? {} : { field: { ...field } }
  const about = { seed, items, faults: options.faults, ...rough }
  const run = { about, world: worldOf(options), speed: 0, truthFile, overHttp }
  const report = await runSimulation({ ...program, ...run })
  await untilStored(program, report, patienceMs)
  expect(readFileSync(truthFile, 'utf8').startsWith('{"kind":"run"')).toBe(true)
  return score({ ...program, truthFile, sample, waitMs: 0 })
}

describe('chains and recall scopes of simulated runs', () => {
  it('are the same when repeats come, and messages late by hours', async () => {
    const field = { ...quietField, duplicates: 0.1, late: 0.05, drops: 0.002 }
    const result = await scoreOf({ world: 'pork', items: 700, seed: 'late', field })
    expect([...result.book.fieldCounts.keys()].sort()).toEqual(['duplicate', 'late'])
    expect(result.forward.exactChains).toBe(result.forward.chains)
    expect(result.back.exactChains).toBe(60)
    expect(tableOf(result)).toContain('Exact on what was reported.')
  }, 300_000)

  it('are exact when the events come over HTTP', async () => {
    const result = await scoreOf({ world: 'materials', items: 240, seed: 'http', overHttp: true })
    expect(result.forward.chains).toBeGreaterThan(2)
    expect(isExact(result)).toBe(true)
  }, 300_000)
})

describe('a score', () => {
  it('says that the truth of a run that was stopped is cut short', async () => {
    const truthFile = join(folder, 'stopped.jsonl')
    const stop = AbortSignal.abort()
    const world = worldOf({ ...defaults, world: 'materials', items: 10 })
    const about = { seed: 'stopped', items: 10 }
    const run = { ...program, world, about, speed: 0, truthFile, stop }
    await expect(runSimulation(run)).rejects.toThrow(InterruptedError)
    const result = await score({ ...program, truthFile, sample: 0, waitMs: 0 })
    expect(tableOf(result)).toContain('THE TRUTH IS CUT SHORT')
    expect(jsonOf(result)).toMatchObject({ isComplete: false })
  }, 60_000)

  it('finds nothing on a server that never heard of the run', async () => {
    const options = { ...defaults, world: 'materials', items: 100, seed: 'unheard' } as const
    const other = worldOf(options)
    const truthFile = join(folder, 'unheard.jsonl')
    const { openTruth } = await import('#simulators/truth.ts')
    const truth = openTruth(truthFile)
    await truth.write({ kind: 'run', world: 'materials', seed: 'unheard', items: 100 })
    for (const step of other.steps()) if (step.kind === 'truth') await truth.write(step.line)
    await truth.close(true)
    const result = await score({ ...program, truthFile, sample: 5, waitMs: 0 })
    expect(isExact(result)).toBe(false)
    expect(result.scopes.realFound).toBe(0)
    expect(result.forward.missing).toBeGreaterThan(100)
  }, 60_000)
})
