/**
 * A pack station: the tags of children are read, then that of their parent, which closes the case.
 * The children of a case are those whose visit began since the case before, and not too long before
 * the parent's. A child whose read comes late, behind that of its parent, is added to the case it
 * was read for. A child that stays in the field is not packed again.
 */
import { z } from 'zod'
import type { Binding } from '#store/registry/schema.ts'
import { isListed } from './expected.ts'
import type { Tag } from './tag.ts'

const tagAt = z.tuple([z.string(), z.string(), z.number()])
const stateSchema = z.tuple([z.array(tagAt), z.array(tagAt)])
/** [key, uri, time in microseconds] */
type TagAt = z.infer<typeof tagAt>

/** Children that wait for their parent, and the cases that were closed last. */
export type PackState = z.infer<typeof stateSchema>
type Pack = NonNullable<Binding['pack']>

export interface Packed {
  readonly state: PackState
  /** What was closed or added to: a parent, at the moment of its read. */
  readonly closed: { readonly parent: string; readonly timeUs: number } | undefined
  /** URIs, in the order in which they were read. */
  readonly children: readonly string[]
  /** Children that have waited in vain, and a parent that came without any. */
  readonly left: readonly TagAt[]
}

const MAX_WAITING = 20_000
const MAX_CLOSED = 32

export function packStateOf(text: string | undefined): PackState {
  return text === undefined ? [[], []] : stateSchema.parse(JSON.parse(text))
}

export function isParent({ kind, key }: Tag, { parents }: Pack): boolean {
  return parents === undefined ? kind === 'logistic-unit' : isListed(key, parents)
}

/** A child's visit has begun. */
export function addChild([waiting, closed]: PackState, child: TagAt, pack: Pack): Packed {
  const [, uri, timeUs] = child
  const late = closed.find(([, , closedUs]) => closedUs >= timeUs)
  if (late !== undefined && late[2] - timeUs <= pack.withinMs * 1000) {
    const [, parent, closedUs] = late
    return {
      state: [waiting, closed],
      closed: { parent, timeUs: closedUs },
      children: [uri],
      left: [],
    }
  }
  const oldest = timeUs - pack.withinMs * 1000
  const left = waiting.filter(([, , at]) => at < oldest)
  const rest = [...waiting.filter(([, , at]) => at >= oldest), child]
  const over = rest.splice(0, Math.max(0, rest.length - MAX_WAITING))
  return { state: [rest, closed], closed: undefined, children: [], left: [...left, ...over] }
}

/** A parent's visit has begun. */
export function closeCase([waiting, closed]: PackState, parent: TagAt, pack: Pack): Packed {
  const [, uri, timeUs] = parent
  const oldest = timeUs - pack.withinMs * 1000
  const left = waiting.filter(([, , at]) => at < oldest)
  const packed = waiting.filter(([, , at]) => at >= oldest && at <= timeUs).sort(byTime)
  const later = waiting.filter(([, , at]) => at > timeUs)
  const children = packed.map(([, child]) => child)
  const cases = [...closed, parent].sort(byTime).slice(-MAX_CLOSED)
  return {
    state: [later, cases],
    closed: children.length === 0 ? undefined : { parent: uri, timeUs },
    children,
    left: children.length === 0 ? [...left, parent] : left,
  }
}

function byTime([a, , at]: TagAt, [b, , bt]: TagAt): number {
  return at - bt || (a < b ? -1 : 1)
}
