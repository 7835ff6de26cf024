/**
 * Asks for the temperatures of items that were with a sensor out of their limits to be told anew:
 * so many in one go, and the others behind them, however many they are.
 */
import type { Reason } from '#risk/difference.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/surroundings.ts'
import type { Draft } from './draft.ts'
import { contentsWith, type Exposed, exposedAmong, type MountedSensor } from './with-sensor.ts'

/** Items whose histories are walked in one go. */
const AT_ONCE = 300
/** Of one item temperatures are gone through no more often, while they only go on. */
const AGAIN_US = 60_000_000
/** What is stored so long after a sensor was looked at is found with it all the same. */
const LATER_US = 60_000_000

export interface ExposedParts {
  readonly trail: TrailReader
  readonly mounted: Mounted
}

/** Items that were with a sensor, the first of them by name. */
export interface ExposedPart {
  readonly exposed: readonly Exposed[]
  /** How many there are beside those that were looked at. */
  readonly rest: number
  /** The last key that was looked at, where there is a rest. */
  readonly last?: string
}

/** The next items of a sensor, behind a key; of all of them, or of those that are wanted. */
export async function exposedOf(
  { trail, mounted }: ExposedParts,
  sensor: MountedSensor,
  after = '',
  isWanted: (key: string) => boolean = () => true,
): Promise<ExposedPart> {
  const { keys, isWhole } = await contentsWith(trail, sensor)
  const left = keys.filter((key) => key > after && isWanted(key))
  const now = left.slice(0, AT_ONCE)
  const exposed = await exposedAmong(trail, sensor.key, now, mounted)
  const rest = left.length - now.length + (isWhole ? 0 : 1)
  const last = now.at(-1)
  return { exposed, rest, ...(left.length > now.length && last !== undefined && { last }) }
}

/** Their temperatures are to be told anew, and once what carries them arrives; and the rest. */
export function askForPart(
  { exposed, last }: ExposedPart,
  sensor: MountedSensor,
  draft: Draft,
  reason: Reason,
  nowUs: number,
): void {
  for (const each of exposed) askFor(each, draft, reason, nowUs)
  if (last === undefined) return
  const owner = `with ${restOf(sensor, last)}`
  draft.facts.ask(owner, reason, againUs(draft.known.exposureTold(owner), nowUs))
}

/**
 * Items that are only found with a sensor later are to be told then: their packing may be stored
 * after the readings, where both come over different connections.
 */
export function askLater(
  sensor: MountedSensor,
  { facts }: Draft,
  reason: Reason,
  nowUs: number,
): void {
  // One owner a minute: that of the minute before is told too early for what comes in this one.
  const minute = Math.floor(nowUs / LATER_US)
  const owner = `packed ${restOf(sensor, '', minute)}`
  facts.ask(owner, reason, (minute + 2) * LATER_US)
}

interface Rest extends MountedSensor {
  readonly after: string
  readonly minute?: number
}

function restOf({ key, mounts }: MountedSensor, after: string, minute?: number): string {
  const rest: Rest = { key, mounts, after, ...(minute !== undefined && { minute }) }
  return JSON.stringify(rest)
}

/** The next part of the items of a sensor: `rest` is what `askForPart` has asked for. */
export async function tellPart(
  parts: ExposedParts,
  rest: string,
  draft: Draft,
  reason: Reason,
  nowUs: number,
): Promise<void> {
  const { after, ...sensor }: Rest = JSON.parse(rest)
  draft.facts.exposures.set(`with ${rest}`, nowUs)
  askForPart(await exposedOf(parts, sensor, after), sensor, draft, reason, nowUs)
}

/** The next of those that were never told with any sensor: `rest` is what `askLater` asked for. */
export async function tellPacked(
  parts: ExposedParts,
  rest: string,
  draft: Draft,
  reason: Reason,
  nowUs: number,
): Promise<void> {
  const { after, minute, ...sensor }: Rest = JSON.parse(rest)
  const isNew = (key: string) => draft.known.exposureTold(key) === 0
  const { exposed, last } = await exposedOf(parts, sensor, after, isNew)
  for (const each of exposed) askFor(each, draft, reason, nowUs)
  if (last !== undefined) draft.facts.ask(`packed ${restOf(sensor, last, minute)}`, reason)
}

function askFor({ item, stretches }: Exposed, draft: Draft, reason: Reason, nowUs: number): void {
  const { facts, known } = draft
  facts.ask(`exposure ${item}`, reason, againUs(known.exposureTold(item), nowUs))
  const carriers = new Set([item, ...stretches.flatMap(({ via }) => via)])
  for (const carrier of carriers) facts.exposed.push({ carrier, item })
}

function againUs(toldUs: number, nowUs: number): number {
  const isRecent = toldUs <= nowUs && nowUs < toldUs + AGAIN_US
  return isRecent ? toldUs + AGAIN_US : 0
}
