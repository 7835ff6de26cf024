/**
 * From the one side of transformations to the other: what went in may be in all that came out,
 * and the other way round. Events that share a transformationID are one transformation. [EPCIS
 * 7.4.5]
 *
 * A container that went in took its contents with it; what was in one that came out came with it.
 */
import { effectiveRows, overlap, type Stretch } from './carriers.ts'
import type { Expansion } from './frontier.ts'
import type { Certainty, ChainLink, Unnamed } from './parts.ts'
import { certaintyOf, type Direction, type Tier, tierAt, tierOf, UNREACHED } from './reach.ts'
import type { EventMember, ItemRef, Role, TrailRow } from './source.ts'
import { reachedStretch, type Step } from './step.ts'
import { trailsOf } from './view.ts'

/** An item on the near side of a transformation: itself, or the container it was in. */
interface Use {
  readonly expansion: Expansion
  readonly unit: ItemRef
  readonly rows: TrailRow[]
}

/** One event, or all that share a transformationID. */
interface Transformation {
  readonly uses: Use[]
  hasFarSide: boolean
}

interface FarEvent {
  readonly transformation: Transformation
  readonly eventRef: number
  readonly timeUs: number
}

/**
 * Finds what lies beyond the transformations that some items, or what they were in, took part in.
 * Comes back to its caller after each chunk.
 */
export async function* becomes(step: Step, expansions: readonly Expansion[]): AsyncGenerator<void> {
  const uses: Use[] = []
  for (const expansion of expansions) {
    addOwnUses(step, expansion, expansion.trail.rows, uses)
    addInheritedUses(step, expansion, uses)
  }
  yield* beyond(step, uses)
}

/** The same for one item, by some more rows of its own. */
export async function* becomesByRows(
  step: Step,
  expansion: Expansion,
  rows: readonly TrailRow[],
): AsyncGenerator<void> {
  const uses: Use[] = []
  addOwnUses(step, expansion, rows, uses)
  yield* beyond(step, uses)
}

async function* beyond(step: Step, uses: readonly Use[]): AsyncGenerator<void> {
  if (uses.length === 0) return
  const events = await farEvents(step, uses)
  const roles: Role[] = step.direction === 'forward' ? ['output', 'lot'] : ['input']
  for await (const members of step.view.source.members([...events.keys()], roles)) {
    for (const member of members) {
      const far = events.get(member.eventRef)
      if (!far) continue
      far.transformation.hasFarSide = true
      for (const use of far.transformation.uses) cross(step, use, far, member)
      // A thousand inputs and a thousand outputs are a million links.
      if (step.isFull()) yield
    }
    yield
    if (step.isExhausted()) return
  }
  for (const transformation of new Set([...events.values()].map((far) => far.transformation))) {
    if (!transformation.hasFarSide) tellOneSided(step, transformation)
  }
}

/** Whether a row puts its item on the near side of a transformation. */
export function isNearSide(direction: Direction, { role, type }: TrailRow): boolean {
  if (direction === 'forward') return role === 'input'
  return role === 'output' || (role === 'lot' && type === 'TransformationEvent')
}

function addOwnUses(
  step: Step,
  expansion: Expansion,
  rows: readonly TrailRow[],
  uses: Use[],
): void {
  for (const row of rows) {
    if (!step.isNearSide(row) || !isReached(step, expansion, row)) continue
    uses.push({ expansion, unit: expansion.trail.item, rows: [row] })
  }
}

function addInheritedUses(step: Step, expansion: Expansion, uses: Use[]): void {
  const { trail, footing, bounds } = expansion
  if (footing !== 'traced' || !step.carriers.someTransform(trail)) return
  const rows = effectiveRows(step.carriers, trail, {
    row: step.isNearSide,
    during: reachedStretch(step, bounds),
    // A container that came out of a transformation may have been filled a moment later.
    evenBefore: step.direction === 'back',
  })
  for (const { row, path } of rows) {
    if (path.length === 0 || !isReached(step, expansion, row)) continue
    if (path.some(({ kind }) => kind === 'associated')) continue
    // An asset is filled again and again: only what was in it at that time counts.
    if (row.item.kind === 'asset' && !path.every((stay) => overlap(stay, moment(row)))) continue
    uses.push({ expansion, unit: row.item, rows: [row] })
  }
}

function isReached(step: Step, { bounds }: Expansion, { eventTimeUs }: TrailRow): boolean {
  return tierAt(bounds, step.sign * eventTimeUs) < UNREACHED
}

function moment({ eventTimeUs }: TrailRow): Stretch {
  return { fromUs: eventTimeUs, toUs: eventTimeUs + 1 }
}

/** All events of the transformations that the uses belong to, by reference. */
async function farEvents(step: Step, uses: readonly Use[]): Promise<Map<number, FarEvent>> {
  const { source } = step.view
  const eventRefs = [...new Set(uses.flatMap(({ rows }) => rows.map((row) => row.eventRef)))]
  const shared = new Map<number, ItemRef>()
  for await (const members of source.members(eventRefs, ['transformation'])) {
    for (const { eventRef, item } of members) shared.set(eventRef, item)
  }
  const transformations = new Map<string, Transformation>()
  const events = new Map<number, FarEvent>()
  for (const use of uses) {
    for (const { eventRef, eventTimeUs } of use.rows) {
      const id = shared.get(eventRef)
      const name = id ? `id ${id.ref}` : `event ${eventRef}`
      const transformation = transformations.get(name) ?? { uses: [], hasFarSide: false }
      transformations.set(name, transformation)
      addUse(transformation.uses, use)
      events.set(eventRef, { transformation, eventRef, timeUs: eventTimeUs })
    }
  }
  const ids = new Map([...shared.values()].map((id) => [id.ref, id]))
  for (const { item, rows, more } of (await trailsOf(step.view, [...ids.values()])).values()) {
    if (more) step.tellCrowded(item)
    const transformation = transformations.get(`id ${item.ref}`)
    if (!transformation) continue
    for (const { eventRef, eventTimeUs } of rows) {
      events.set(eventRef, { transformation, eventRef, timeUs: eventTimeUs })
    }
  }
  return events
}

/** One use an item and unit: its rows in the events of one transformation come together. */
function addUse(uses: Use[], use: Use): void {
  const same = uses.find(
    (each) => each.expansion === use.expansion && each.unit.ref === use.unit.ref,
  )
  if (same) same.rows.push(...use.rows)
  else uses.push(use)
}

/** Goes from one use of a transformation to one item on its far side. */
function cross(step: Step, use: Use, far: FarEvent, { item, role }: EventMember): void {
  const { expansion, unit, rows } = use
  const [first] = rows
  if (item.ref === unit.ref || !first) return
  // What was inside is inferred to have gone the way of its container.
  const least = unit.ref === expansion.trail.item.ref ? 0 : 1
  let evidence = first
  let tier = UNREACHED
  let before = UNREACHED
  let told = UNREACHED
  for (const row of rows) {
    const signedUs = step.sign * row.eventTimeUs
    const own = tierOfStep(step, row, far)
    if (own < tierOfStep(step, evidence, far)) evidence = row
    tier = Math.min(tier, Math.max(tierAt(expansion.bounds, signedUs), own, least))
    before = Math.min(before, Math.max(tierAt(expansion.before, signedUs), own, least))
    told = Math.min(told, tierAt(expansion.told, signedUs))
  }
  if (tier >= before) return
  // Of a lot whose serials are listed, this event made only a part.
  if (role === 'lot' && step.direction === 'forward') tier = Math.max(tier, 1)
  const arrival = {
    bound: step.sign * far.timeUs,
    tier,
    eventRef: far.eventRef,
    contents: { during: contentsTime(step, item, far), tier: Math.max(tier, 1) },
  }
  const isNew = told === UNREACHED && step.isTold(unit)
  const link = isNew ? linkOf(step, unit, evidence, item, far) : undefined
  step.discover(item, 'traced', arrival, link)
}

/** Within one event the standard states it, within one transformation it infers it. */
function tierOfStep(step: Step, row: TrailRow, far: FarEvent): Tier {
  if (row.eventRef === far.eventRef) return tierOf('observed')
  // What came out before this went in: clocks and working habits may explain it, no more.
  const inOrder = step.sign * far.timeUs <= step.sign * row.eventTimeUs
  return tierOf(inOrder ? 'inferred' : 'possible')
}

function contentsTime(step: Step, item: ItemRef, { timeUs }: FarEvent) {
  // What comes out is filled then or soon after; what goes in is as full as it is then.
  const lasting = step.direction === 'forward' && item.kind !== 'asset'
  return { fromUs: timeUs, toUs: lasting ? Number.POSITIVE_INFINITY : timeUs + 1 }
}

function linkOf(
  step: Step,
  unit: ItemRef,
  near: TrailRow,
  item: ItemRef,
  far: FarEvent,
): Unnamed<ChainLink> {
  const forward = step.direction === 'forward'
  const certainty: Certainty = certaintyOf(tierOfStep(step, near, far))
  const ends = [
    { key: unit.key, timeUs: near.eventTimeUs, eventRef: near.eventRef },
    { key: item.key, timeUs: far.timeUs, eventRef: far.eventRef },
  ]
  const [input, output] = forward ? ends : ends.reverse()
  if (!input || !output) throw new TypeError('a link has two ends')
  return {
    part: 'link',
    kind: 'becomes',
    from: input.key,
    to: output.key,
    certainty,
    fromUs: input.timeUs,
    toUs: output.timeUs,
    eventRefs: [...new Set([input.eventRef, output.eventRef])],
  }
}

function tellOneSided(step: Step, { uses }: Transformation): void {
  const kind = step.direction === 'forward' ? 'inputs-without-outputs' : 'outputs-without-inputs'
  for (const { expansion, unit, rows } of uses) {
    const told = rows.some((row) => {
      return tierAt(expansion.told, step.sign * row.eventTimeUs) < UNREACHED
    })
    const first = rows[0]
    if (told || !first) continue
    step.tell({
      part: 'gap',
      kind,
      key: unit.key,
      timeUs: first.eventTimeUs,
      open: step.direction === 'forward',
      eventRefs: rows.map((row) => row.eventRef),
    })
  }
}
