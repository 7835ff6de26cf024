/** A whole simulated run in memory, for tests that look at all of it. */
import { type FoodOptions, foodWorld } from '#simulators/food/world.ts'
import type { MessageStep, World } from '#simulators/script.ts'
import type { TruthLine } from '#simulators/truth.ts'

export interface Run {
  readonly world: World
  readonly messages: readonly MessageStep[]
  readonly truth: readonly TruthLine[]
  /** When each step was due, messages and truth alike. */
  readonly timesUs: readonly number[]
}

export function runOf(options: FoodOptions): Run {
  const world = foodWorld(options)
  const steps = [...world.steps()]
  return {
    world,
    messages: steps.filter((step) => step.kind === 'message'),
    truth: steps.flatMap((step) => (step.kind === 'truth' ? [step.line] : [])),
    timesUs: steps.map(({ atUs }) => atUs),
  }
}

/** The lines of one kind. */
export function linesOf<Kind extends TruthLine['kind']>(
  run: Run,
  kind: Kind,
): Extract<TruthLine, { kind: Kind }>[] {
  return run.truth.filter((line): line is Extract<TruthLine, { kind: Kind }> => line.kind === kind)
}
