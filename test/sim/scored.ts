/** A simulated world played to a program of its own, and what the program found of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quietField } from '#simulators/field/field.ts'
import { type Score, score } from '#simulators/score/score.ts'
import { runSimulation, type SimulationReport } from '#simulators/simulate.ts'
import { defaults, type WorldOptions, worldOf } from '#simulators/worlds.ts'
import { startProgram } from '../e2e/program.ts'

export interface Scored {
  readonly report: SimulationReport
  readonly score: Score
}

const SETTLES_MS = 300_000

/** Each world has a program to itself: alerts of another one would count as false. */
export async function scored(
  asked: Partial<WorldOptions> & Pick<WorldOptions, 'world'>,
  sample = 60,
): Promise<Scored> {
  const folder = mkdtempSync(join(tmpdir(), 'suyuan-scored-'))
  const program = await startProgram(join(folder, 'data'))
  try {
    const options = { ...defaults, ...asked }
    const { seed, items, faults, field } = options
    const truthFile = join(folder, 'truth.jsonl')
    const rough = field === quietField ? {} : { field: { ...field } }
    const about = { seed, items, faults, ...rough }
    const run = { about, world: worldOf(options), speed: 0, truthFile, graceHours: 0 }
    const report = await runSimulation({ ...program, ...run })
    const found = await score({ ...program, truthFile, sample, waitMs: SETTLES_MS })
    return { report, score: found }
  } finally {
    await program.end('SIGTERM')
    rmSync(folder, { recursive: true })
  }
}
