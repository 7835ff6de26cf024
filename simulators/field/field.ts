/**
 * What lies between what happens and what is reported: reads that are missed or wrong, unpacking
 * that nobody scans, messages that are lost, doubled or late, clocks that are wrong, connections
 * that break. What is truly so is left alone; each thing that is done to a report is told in the
 * truth. The last message of a world, which closes it, is left as it is.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { type Chance, chanceOf } from '#simulators/random.ts'
import { written } from '#simulators/report.ts'
import type { MessageStep, Step } from '#simulators/script.ts'
import type { Act } from '#simulators/stage.ts'
import type { FieldLine } from '#simulators/truth.ts'
import { Held } from './held.ts'
import { misread, missReads, type Reported, shiftClock } from './report.ts'

/** Shares from 0 to 1, of what is named. */
export interface FieldRates {
  /** Of things that a reader should have read. */
  readonly missedReads: number
  /** Of things whose code is read as another one. */
  readonly wrongScans: number
  /** Of unpackings. */
  readonly unseenUnpacking: number
  /** Of messages: never sent; sent twice; sent one to twelve hours later. */
  readonly lost: number
  readonly duplicates: number
  readonly late: number
  /** Of devices: their clock is up to a quarter of an hour fast or slow. */
  readonly wrongClocks: number
  /** Of messages after which the connection breaks. */
  readonly drops: number
}

export const quietField: FieldRates = {
  missedReads: 0,
  wrongScans: 0,
  unseenUnpacking: 0,
  lost: 0,
  duplicates: 0,
  late: 0,
  wrongClocks: 0,
  drops: 0,
}

const shortestDelayUs = 3600e6
const longestDelayUs = 12 * 3600e6
const worstClockSeconds = 900

export function isQuiet(rates: FieldRates): boolean {
  return Object.values(rates).every((rate) => rate === 0)
}

export function* field(steps: Iterable<Step>, rates: FieldRates, seed: string): Generator<Step> {
  const devices = new Devices(rates, seed)
  const held = new Held()
  let last: MessageStep | undefined
  for (const step of steps) {
    if (step.kind === 'recall' && last !== undefined) {
      // What is recalled is not the end: what came before it is reported first.
      yield* held.until(last.atUs)
      yield* send(last, devices, rates, held)
      last = undefined
    }
    if (step.kind !== 'message') {
      yield* held.until(step.atUs)
      yield step
      continue
    }
    if (last !== undefined) {
      yield* held.until(last.atUs)
      yield* send(last, devices, rates, held)
    }
    last = step
  }
  // Truth that came after a message may stand before it: times are what counts.
  if (last === undefined) return
  yield* held.until(Number.POSITIVE_INFINITY, last.atUs)
  yield last
}

function* send(
  message: MessageStep,
  devices: Devices,
  rates: FieldRates,
  held: Held,
): Generator<Step> {
  const { chance, skewUs } = devices.of(message)
  const { report, lines } = reported(message, rates, chance, skewUs)
  const { atUs } = message
  for (const line of lines) yield { kind: 'truth', atUs, line }
  if (report === undefined) return
  const isDouble = chance.happens(rates.duplicates)
  if (isDouble) yield* tell(report, 'duplicate')
  if (chance.happens(rates.late)) {
    const dueUs = atUs + chance.whole(shortestDelayUs, longestDelayUs)
    yield* tell(report, 'late', formatTimeUs(dueUs))
    held.add({ ...report, atUs: dueUs })
  } else {
    yield chance.happens(rates.drops) ? { ...report, breaksOff: true } : report
  }
  if (isDouble) yield report
}

/** What becomes of a message on its way; undefined where it is never sent. */
function reported(
  message: MessageStep,
  rates: FieldRates,
  chance: Chance,
  skewUs: number,
): { report: MessageStep | undefined; lines: FieldLine[] } {
  const { acts } = message
  if (chance.happens(rates.lost)) {
    return { report: undefined, lines: namesOf(message).map((eventID) => lineOf('lost', eventID)) }
  }
  if (acts === undefined) return { report: message, lines: [] }
  const lines: FieldLine[] = []
  const left = acts.flatMap((act): Act[] => {
    const isUnpacking = act.event.type === 'AggregationEvent' && act.event['action'] === 'DELETE'
    if (isUnpacking && chance.happens(rates.unseenUnpacking)) {
      lines.push(lineOf('unseen-unpacking', act.event.eventID))
      return []
    }
    const steps: ((act: Act) => Reported)[] = [
      (one) => missReads(one, rates.missedReads, chance),
      (one) => misread(one, rates.wrongScans, chance),
      (one) => shiftClock(one, skewUs),
    ]
    let now: Act | undefined = act
    for (const step of steps) {
      if (now === undefined) break
      const done: Reported = step(now)
      now = done.act
      lines.push(...done.lines)
    }
    return now === undefined ? [] : [now]
  })
  if (lines.length === 0) return { report: message, lines }
  if (left.length === 0) return { report: undefined, lines }
  return { report: written(message.device, left, message.atUs), lines }
}

function* tell(message: MessageStep, what: FieldLine['what'], time?: string): Generator<Step> {
  for (const eventID of namesOf(message)) {
    const line = { ...lineOf(what, eventID), ...(time === undefined ? {} : { time }) }
    yield { kind: 'truth', atUs: message.atUs, line }
  }
}

/** A message without events is named by its device and when it is due. */
function namesOf({ eventIDs, device, atUs }: MessageStep): readonly string[] {
  return eventIDs.length > 0 ? eventIDs : [`${device.party}/${device.device} ${formatTimeUs(atUs)}`]
}

function lineOf(what: FieldLine['what'], eventID: string): FieldLine {
  return { kind: 'field', what, eventID }
}

interface InTheField {
  readonly chance: Chance
  readonly skewUs: number
}

class Devices {
  readonly #known = new Map<string, InTheField>()
  readonly #rates: FieldRates
  readonly #seed: string

  constructor(rates: FieldRates, seed: string) {
    this.#rates = rates
    this.#seed = seed
  }

  of({ device: { party, device } }: MessageStep): InTheField {
    const name = `${party}/${device}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const chance = chanceOf(this.#seed, `field/${name}`)
    const isWrong = chance.happens(this.#rates.wrongClocks)
    const seconds = chance.whole(30, worstClockSeconds) * (chance.happens(0.5) ? 1 : -1)
    const made = { chance, skewUs: isWrong ? seconds * 1e6 : 0 }
    this.#known.set(name, made)
    return made
  }
}
