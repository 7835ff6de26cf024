/**
 * Asks for the temperatures of items that were with a sensor out of their limits to be told anew:
 * so many in one go, and the others behind them, however many they are.
 */
import type { Reason } from '#risk/difference.ts'
import type { TrailReader } from '#store/trail.ts'
import type { Mounted } from '#trace/exposure.ts'
import type { Draft } from './draft.ts'
import { contentsWith, type Exposed, exposedAmong, type MountedSensor } from './with-sensor.ts'

/** Items whose histories are walked in one go. */
const AT_ONCE = 300
/** Of one item temperatures are gone through no more often, while they only go on. */
const AGAIN_US = 60_000_000

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

/** The next items of a sensor, behind a key. */
export async function exposedOf(
  { trail, mounted }: ExposedParts,
  sensor: MountedSensor,
  after = '',
): Promise<ExposedPart> {
  const { keys, isWhole } = await contentsWith(trail, sensor)
  const left = keys.filter((key) => key > after)
  const now = left.slice(0, AT_ONCE)
  const exposed = await exposedAmong(trail, sensor.key, now, mounted)
  const rest = left.length - now.length + (isWhole ? 0 : 1)
  const last = now.at(-1)
  return { exposed, rest, ...(left.length > now.length && last !== undefined && { last }) }
}

/** Their temperatures are to be told anew, and once what carries them arrives; and the rest. */
export function askForPart(
  { exposed, last }: ExposedPart,
  { key, mounts }: MountedSensor,
  draft: Draft,
  reason: Reason,
  nowUs: number,
): void {
  for (const each of exposed) askFor(each, draft, reason, nowUs)
  if (last === undefined) return
  const owner = `with ${JSON.stringify({ key, mounts, after: last })}`
  draft.facts.ask(owner, reason, againUs(draft.known.exposureTold(owner), nowUs))
}

/** The next part of the items of a sensor: `rest` is what `askForPart` has asked for. */
export async function tellPart(
  parts: ExposedParts,
  rest: string,
  draft: Draft,
  reason: Reason,
  nowUs: number,
): Promise<void> {
  const { after, ...sensor }: MountedSensor & { readonly after: string } = JSON.parse(rest)
  draft.facts.exposures.set(`with ${rest}`, nowUs)
  askForPart(await exposedOf(parts, sensor, after), sensor, draft, reason, nowUs)
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
