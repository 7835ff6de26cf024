/**
 * Rules that watch something over time: a state that is plain JSON, and a step from one state to
 * the next with each input. What a subject's findings are is always what the steps over all its
 * inputs, in their order, give; the state is only what makes it cheap. So an input that is late,
 * or corrects another one, is handled by telling the whole again, and the difference is what
 * became of findings.
 */
import type { Finding } from './finding.ts'

export interface Stepped<State> {
  readonly state: State
  /** New findings, and known ones (by identity) told further. */
  readonly findings: readonly Finding[]
  /** Identities of findings that do not hold after all. */
  readonly dropped: readonly string[]
}

export interface Machine<State, Input> {
  readonly start: State
  step(state: State, input: Input): Stepped<State>
  /** What holds at a time because nothing has happened until then. Changes no state. */
  overdue(state: State, nowUs: number): readonly Finding[]
  /** When to ask `overdue` again; undefined while nothing is waited for. */
  dueUs(state: State): number | undefined
  /** Negative, zero or positive, as `one` is before, with or after `other`. */
  order(one: Input, other: Input): number
}

const NONE: readonly never[] = []

/** A step that finds nothing. */
export function quiet<State>(state: State): Stepped<State> {
  return { state, findings: NONE, dropped: NONE }
}

/** Findings by identity. */
export type Ledger = Map<string, Finding>

export function enter(
  ledger: Ledger,
  { findings, dropped }: Omit<Stepped<unknown>, 'state'>,
): void {
  for (const each of findings) ledger.set(each.identity, each)
  for (const identity of dropped) ledger.delete(identity)
}

/** Everything told again: inputs in any order, each once. */
export function recompute<State, Input>(
  machine: Machine<State, Input>,
  inputs: Iterable<Input>,
): { readonly state: State; readonly ledger: Ledger } {
  const ordered = [...inputs].sort((one, other) => machine.order(one, other))
  const ledger: Ledger = new Map()
  let { start: state } = machine
  for (const input of ordered) {
    const stepped = machine.step(state, input)
    enter(ledger, stepped)
    state = stepped.state
  }
  return { state, ledger }
}

/** The findings as of a time, those included that hold because nothing has happened. */
export function findingsAt<State, Input>(
  machine: Machine<State, Input>,
  state: State,
  ledger: ReadonlyMap<string, Finding>,
  nowUs: number,
): Finding[] {
  const all = new Map(ledger)
  for (const each of machine.overdue(state, nowUs)) all.set(each.identity, each)
  return [...all.values()]
    .filter(({ knowableUs }) => knowableUs <= nowUs)
    .sort((one, other) => one.fromUs - other.fromUs || (one.identity < other.identity ? -1 : 1))
}
