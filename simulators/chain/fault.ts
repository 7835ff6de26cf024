/** Lines of the truth about what was made to go wrong. */
import { formatTimeUs } from '#epcis/time.ts'
import { type Fault, faultKinds } from '#simulators/faults.ts'
import type { Step } from '#simulators/script.ts'
import type { Act } from '#simulators/stage.ts'

export interface Told {
  readonly fault: Fault
  /** No other fault of the run has it. */
  readonly id: string
  readonly subject: string
  readonly happenedUs: number
  /** When the messages first allow to know of it. */
  readonly knowableUs: number
  readonly acts?: readonly Act[]
  readonly note: string
  /** Items it touches. */
  readonly items?: readonly string[]
  /** What these were in. */
  readonly packages?: readonly string[]
}

const keysALine = 500

/** `atUs` is when the lines stand in the stream: not before what was told before. */
export function* tellFault(atUs: number, told: Told): Generator<Step> {
  const { fault, id, subject, happenedUs, knowableUs, acts = [], note } = told
  const { items = [], packages = [] } = told
  const { alarm, critical } = faultKinds[fault]
  const happened = formatTimeUs(happenedUs)
  const knowable = formatTimeUs(knowableUs)
  const eventIDs = acts.map(({ event }) => event.eventID)
  const line = { fault, id, alarm, critical, subject, happened, knowable, eventIDs, note }
  yield { kind: 'truth', atUs, line: { kind: 'fault', ...line } }
  yield* tellTouched(atUs, id, items, packages)
}

export function* tellTouched(
  atUs: number,
  fault: string,
  items: readonly string[],
  packages: readonly string[] = [],
): Generator<Step> {
  for (let from = 0; from < items.length; from += keysALine) {
    const keys = items.slice(from, from + keysALine)
    const around = from === 0 && packages.length > 0 ? { packages } : {}
    yield { kind: 'truth', atUs, line: { kind: 'touched', fault, keys, ...around } }
  }
}
