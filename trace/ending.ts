/**
 * How things come to their end, and when they are there at all: what was sold, used up or destroyed
 * is with nobody's goods any more, until it is taken back.
 */
import { ALWAYS, type Stretch } from './carriers.ts'
import type { Happening, Way } from './history.ts'
import type { ItemRef } from './source.ts'

const ENDING_STEPS = new Set([
  'decommissioning',
  'destroying',
  'dispensing',
  'killing',
  'retail_selling',
])

/** Dispositions of what is back among the living. */
export const BACK: ReadonlySet<string> = new Set([
  'active',
  'available',
  'returned',
  'sellable_accessible',
  'sellable_not_accessible',
])

/** What ends one thing; of a lot it takes some away, and the lot goes on. */
export function endingOf({ row, event }: Happening): string | undefined {
  if (isSome(row.item)) return undefined
  const { bizStep } = event
  if (row.type === 'TransformationEvent') return row.role === 'input' ? 'transformed' : undefined
  if (row.role !== 'object') return undefined
  if (bizStep !== undefined && ENDING_STEPS.has(bizStep)) return bizStep
  const deleted = row.type === 'ObjectEvent' && row.action === 'DELETE'
  return deleted ? (bizStep ?? 'decommissioning') : undefined
}

function isSome({ kind }: ItemRef): boolean {
  return kind === 'lot' || kind === 'class'
}

/** What ends of a container is its label alone, but for what takes its contents along. */
const WITH_CONTENTS = new Set(['destroying', 'dispensing', 'retail_selling', 'transformed'])
/** Steps of somebody who looks at a thing, wherever that is by then. */
const LOOKING = new Set(['inspecting', 'sampling', 'sensor_reporting'])
/** What is seen so soon after its end was read with it. */
const SAME_SCAN_US = 300_000_000

/** The times at which an item was there: up to its end, and again once it is taken back. */
export function lifeOf({ item, happenings }: Pick<Way, 'item' | 'happenings'>): Stretch[] {
  if (isSome(item)) return [ALWAYS]
  const life: Stretch[] = []
  let { fromUs }: { fromUs: number | undefined } = ALWAYS
  let endUs = 0
  for (const happening of happenings) {
    const { eventTimeUs } = happening.event
    if (isEnd(happening)) {
      if (fromUs !== undefined) life.push({ fromUs, toUs: eventTimeUs })
      fromUs = undefined
      endUs = eventTimeUs
    } else if (fromUs === undefined && isThereAgain(happening, endUs)) {
      fromUs = eventTimeUs
    }
  }
  return fromUs === undefined ? life : [...life, { fromUs, toUs: ALWAYS.toUs }]
}

function isEnd(happening: Happening): boolean {
  const ending = endingOf(happening)
  if (ending === undefined || happening.event.disposition === 'partially_dispensed') return false
  return happening.path.length === 0 || WITH_CONTENTS.has(ending)
}

/** Whether it is seen among goods after its end: as whoever took it back says, or as it happens. */
function isThereAgain({ event }: Happening, endUs: number): boolean {
  const { disposition, bizStep = '', eventTimeUs } = event
  if (disposition !== undefined && BACK.has(disposition)) return true
  return !LOOKING.has(bizStep) && eventTimeUs > endUs + SAME_SCAN_US
}
