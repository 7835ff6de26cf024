/** A whole simulated run in memory, for tests that look at all of it. */
import type { MessageStep, Step, World } from '#simulators/script.ts'
import type { TruthLine } from '#simulators/truth.ts'
import { defaults, type WorldOptions, worldOf } from '#simulators/worlds.ts'

export interface Run {
  readonly world: World
  readonly messages: readonly MessageStep[]
  readonly truth: readonly TruthLine[]
  /** When each step was due, messages and truth alike. */
  readonly timesUs: readonly number[]
}

/** A run of the milk chain. */
export function runOf(options: Pick<WorldOptions, 'seed' | 'items'>): Run {
  return runOfWorld({ ...options, world: 'milk' })
}

export function runOfWorld(options: Partial<WorldOptions>): Run {
  return played(worldOf({ ...defaults, ...options }))
}

export function played(world: World): Run {
  const steps: Step[] = [...world.steps()]
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

export function bytesOf({ messages, truth }: Run): string {
  const said = messages.map(({ device, payload }) => `${device.party}/${device.device} ${payload}`)
  return said.join('\n') + JSON.stringify(truth)
}
