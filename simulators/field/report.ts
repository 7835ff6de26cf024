/** What becomes of one event between a reader's antenna and its message. */
import { formatTimeUs } from '#epcis/time.ts'
import type { Chance } from '#simulators/random.ts'
import type { Act, EventDraft } from '#simulators/stage.ts'
import type { FieldLine } from '#simulators/truth.ts'

export interface Reported {
  /** Undefined where nothing is left to report. */
  readonly act: Act | undefined
  readonly lines: readonly FieldLine[]
}

/**
 * Only what is read can be missed: what a machine makes or uses up it knows without reading.
 */
function readList({ type, ...event }: EventDraft): 'epcList' | 'childEPCs' | undefined {
  if (type === 'ObjectEvent' && event['action'] === 'OBSERVE') return 'epcList'
  return type === 'AggregationEvent' ? 'childEPCs' : undefined
}

function readsOf(act: Act): { name: 'epcList' | 'childEPCs'; keys: string[] } | undefined {
  const name = readList(act.event)
  const list = name === undefined ? undefined : act.event[name]
  return name !== undefined && Array.isArray(list) ? { name, keys: list } : undefined
}

export function missReads(act: Act, share: number, chance: Chance): Reported {
  const reads = share > 0 ? readsOf(act) : undefined
  if (reads === undefined) return { act, lines: [] }
  const { name, keys } = reads
  const isMissed = keys.map(() => chance.happens(share))
  const missed = keys.filter((_, at) => isMissed[at])
  if (missed.length === 0) return { act, lines: [] }
  const { eventID } = act.event
  const left = keys.filter((_, at) => !isMissed[at])
  const hasMore = left.length > 0 || lotsIn(act.event)
  if (!hasMore) return { act: undefined, lines: [{ kind: 'field', what: 'lost', eventID }] }
  const event = { ...act.event, [name]: left }
  const line = { kind: 'field', what: 'missed-read', eventID, keys: missed } as const
  return { act: { ...act, event }, lines: [line] }
}

function lotsIn(event: EventDraft): boolean {
  return ['quantityList', 'childQuantityList'].some((name) => event[name] !== undefined)
}

/** A digit of the serial is read as another. */
export function misread(act: Act, share: number, chance: Chance): Reported {
  const reads = share > 0 ? readsOf(act) : undefined
  if (reads === undefined) return { act, lines: [] }
  const { name, keys } = reads
  const isWrong = keys.map((key) => isSerial(key) && chance.happens(share))
  const instead = keys.filter((_, at) => isWrong[at])
  if (instead.length === 0) return { act, lines: [] }
  const read = keys.map((key, at) => (isWrong[at] === true ? otherSerial(key, chance) : key))
  const wrong = read.filter((_, at) => isWrong[at])
  const { eventID } = act.event
  const event = { ...act.event, [name]: read }
  const line = { kind: 'field', what: 'wrong-scan', eventID, keys: wrong, instead } as const
  return { act: { ...act, event }, lines: [line] }
}

/** Other keys have a check digit, and a reader refuses what does not fit it. */
function isSerial(key: string): boolean {
  return key.includes('/21/') && /\d$/.test(key)
}

function otherSerial(key: string, chance: Chance): string {
  const digit = (Number(key.slice(-1)) + chance.whole(1, 9)) % 10
  return `${key.slice(0, -1)}${digit}`
}

export function shiftClock(act: Act, skewUs: number): Reported {
  if (skewUs === 0) return { act, lines: [] }
  const time = formatTimeUs(act.atUs + skewUs)
  const event = { ...act.event, eventTime: time }
  const { eventID } = event
  return { act: { ...act, event }, lines: [{ kind: 'field', what: 'clock', eventID, time }] }
}
