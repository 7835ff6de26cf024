/**
 * Tags that were read and of which no event is made: kept apart, each with why and when, for the
 * people at the reader to look at.
 */
import { z } from 'zod'
import { type Scope, scopeOf } from '#ingest/memory.ts'
import type { TrailReader } from '#store/trail.ts'

export const reasons = ['foreign', 'unexpected', 'incomplete', 'not_packed'] as const
/**
 * `foreign`: it holds no GS1 EPC, or is a bar code that names no item; `unexpected`: it is none of
 * those that the binding expects; `incomplete`: it was read too seldom, or at one end of a passage
 * only; `not_packed`: no parent was read after it.
 */
export type Reason = (typeof reasons)[number]

const apartSchema = z.tuple([z.enum(reasons), z.number(), z.number(), z.number()])

export interface TagApart {
  readonly key: string
  readonly reason: Reason
  readonly firstUs: number
  readonly lastUs: number
  /** Reads of which each was later than the one before. */
  readonly reads: number
}

/** How the names of these notes begin. */
export const APART = 'apart '
/** So many tags are kept apart for a device; those that come then are not. */
const MAX_APART = 10_000

export function keepApart(scope: Scope, key: string, reason: Reason, timeUs: number): void {
  const name = APART + key
  const text = scope.get(name)
  if (text === undefined && scope.count(APART) >= MAX_APART) return
  const known = text === undefined ? undefined : parse(key, text)
  if (known !== undefined && timeUs <= known.lastUs) return
  const { firstUs = timeUs, reads = 0 } = known ?? {}
  scope.set(name, JSON.stringify([reason, firstUs, timeUs, reads + 1]))
}

/** All that are kept apart for a device, in the order of their keys. */
export async function tagsApart(
  trail: Pick<TrailReader, 'notes'>,
  device: { readonly party: string; readonly device: string },
): Promise<TagApart[]> {
  const beginning = `${scopeOf(device)} `
  const notes = await trail.notes(beginning + APART)
  const all = notes.map(({ key, text }) => tagApart(key.slice(beginning.length), text))
  return all.sort((one, other) => (one.key < other.key ? -1 : 1))
}

/** Of a note whose name begins with APART. */
export function tagApart(name: string, text: string): TagApart {
  return parse(name.slice(APART.length), text)
}

function parse(key: string, text: string): TagApart {
  const [reason, firstUs, lastUs, reads] = apartSchema.parse(JSON.parse(text))
  return { key, reason, firstUs, lastUs, reads }
}
