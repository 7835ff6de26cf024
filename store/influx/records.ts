/**
 * What the fields of a point say. Everything is text that needs nothing beside it to be understood,
 * so that a store can be read without its side file.
 */

import {
  kindCode,
  kindOf,
  packEvent,
  packPart,
  roleMask,
  type TypeAndAction,
  unpackEvent,
  unpackPart,
} from '#store/sqlite/codes.ts'
import type { NewEvent, NewMember } from '#store/trail.ts'
import {
  type EventMember,
  type EventSummary,
  type ItemRef,
  ROLES,
  type Role,
  type TrailRow,
} from '#trace/source.ts'
import type { Moment } from './points.ts'

/** Of a text in one field, in UTF-16 units: at most 3 bytes each, and a string ends at 64 KB. */
const longestPiece = 20_000

/** A text in pieces that fit into a field each; none ends within a character. */
export function piecesOf(text: string): string[] {
  if (text.length <= longestPiece) return [text]
  const pieces: string[] = []
  for (let start = 0; start < text.length; ) {
    let end = Math.min(start + longestPiece, text.length)
    const last = text.charCodeAt(end - 1)
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end -= 1
    pieces.push(text.slice(start, end))
    start = end
  }
  return pieces
}

type Part = TypeAndAction & Pick<TrailRow, 'role' | 'bizStep'> & { readonly era: number }

/**
 * Type, action and role take up to here; what is above is the era: how often the side file had been
 * made anew when the row was written. See rebuild.ts.
 */
const codeSpan = 256

/** What stands before and behind the key in a trail row: the same for all of one event and role. */
export interface TrailRowEnds {
  readonly head: string
  readonly tail: string
}

/** The event, and the code of type, action, role and era; the business step. */
export function trailRowEnds(seq: number, event: NewEvent, role: Role, era: number): TrailRowEnds {
  const code = (packPart(event, 0, role) + era * codeSpan).toString(36)
  const tail = event.bizStep === undefined ? '' : ` ${event.bizStep}`
  return { head: `${seq.toString(36)} ${code}`, tail }
}

/** The text of a trail row, in which the length of the key says where it ends. */
export function packTrailRow({ head, tail }: TrailRowEnds, key: string): string {
  return `${head} ${key.length.toString(36)} ${key}${tail}`
}

/**
 * The event and the key of a trail row, and what else it says, which few different texts do:
 * unpackTrailPart() tells.
 */
export function splitTrailRow(packed: string): { seq: number; key: string; part: string } {
  const seqEnd = packed.indexOf(' ')
  const codeEnd = packed.indexOf(' ', seqEnd + 1)
  const keyStart = packed.indexOf(' ', codeEnd + 1) + 1
  const keyEnd = keyStart + Number.parseInt(packed.slice(codeEnd + 1, keyStart - 1), 36)
  return {
    seq: Number.parseInt(packed.slice(0, seqEnd), 36),
    key: packed.slice(keyStart, keyEnd),
    part: packed.slice(seqEnd + 1, codeEnd) + packed.slice(keyEnd),
  }
}

export function unpackTrailPart(text: string): Part {
  const end = text.indexOf(' ')
  const code = Number.parseInt(end < 0 ? text : text.slice(0, end), 36)
  const { type, action, role } = unpackPart(code % codeSpan)
  const bizStep = end < 0 ? undefined : text.slice(end + 1)
  return { type, action, role, bizStep, era: Math.floor(code / codeSpan) }
}

/**
 * Of a text of an event the first piece, which says whose it is, how many others there are, and how
 * many nanoseconds after the beginning of the event's microsecond they begin.
 */
export interface FirstPiece {
  readonly seq: number
  readonly era: number
  readonly restNs: number
  readonly rest: number
  readonly text: string
}

/** A text of an event in its pieces. Each of its texts can be read without the others. */
export function packText(seq: number, era: number, restNs: number, text: string): string[] {
  const [first = '', ...rest] = piecesOf(text)
  return [`${seq} ${era} ${restNs} ${rest.length} ${first}`, ...rest]
}

export function splitText(piece: string): FirstPiece {
  const ends = [0, 0, 0, 0]
  for (let at = 0, end = -1; at < ends.length; at += 1) {
    end = piece.indexOf(' ', end + 1)
    ends[at] = end
  }
  const textStart = (ends[3] ?? 0) + 1
  const [seq = 0, era = 0, restNs = 0, rest = 0] = piece.slice(0, textStart).split(' ').map(Number)
  return { seq, era, restNs, rest, text: piece.slice(textStart) }
}

/** Field r of an event: all that the side file says of it. */
export interface EventRecord {
  readonly summary: Omit<EventSummary, 'voidedAtUs'>
  readonly context: string | undefined
  readonly warnings: readonly string[]
  readonly slot: number
  readonly width: number
  readonly place: Moment
  readonly era: number
  readonly declaredAtUs: number | undefined
}

type Text = string | null
type RecordRow = [
  eventID: string,
  party: string,
  eventTimeUs: number,
  recordTimeUs: number,
  code: number,
  bizStep: Text,
  disposition: Text,
  readPoint: Text,
  bizLocation: Text,
  slot: number,
  width: number,
  lagUs: number,
  placeNs: number,
  declaredAtUs: number | null,
  /** Only where there is either. */
  ...more: [] | [context: Text, ...warnings: string[]],
]

export function packRecord(
  event: NewEvent,
  recordTimeUs: number,
  { slot, width, place }: Pick<EventRecord, 'slot' | 'width' | 'place'>,
): string {
  const { context, warnings, declaredAtUs } = event
  const row: RecordRow = [
    event.eventID,
    event.party,
    event.eventTimeUs,
    recordTimeUs,
    packEvent(event, declaredAtUs !== undefined),
    event.bizStep ?? null,
    event.disposition ?? null,
    event.readPoint ?? null,
    event.bizLocation ?? null,
    slot,
    width,
    place.us - recordTimeUs,
    place.ns,
    declaredAtUs ?? null,
    ...(context === undefined && warnings.length === 0
      ? ([] as const)
      : ([context ?? null, ...warnings] as const)),
  ]
  return JSON.stringify(row)
}

/** `text`: of all pieces. */
export function unpackRecord({ seq, era }: FirstPiece, text: string): EventRecord {
  const row: RecordRow = JSON.parse(text)
  const [eventID, party, eventTimeUs, recordTimeUs, code, bizStep, disposition] = row
  const [, , , , , , , readPoint, bizLocation, slot, width, lagUs, placeNs, declaredAtUs] = row
  const [, , , , , , , , , , , , , , context, ...warnings] = row
  const summary = {
    eventRef: seq,
    eventID,
    ...unpackEvent(code),
    eventTimeUs,
    recordTimeUs,
    bizStep: bizStep ?? undefined,
    disposition: disposition ?? undefined,
    readPoint: readPoint ?? undefined,
    bizLocation: bizLocation ?? undefined,
    party,
  }
  return {
    summary,
    context: context ?? undefined,
    warnings,
    slot,
    width,
    place: { us: recordTimeUs + lagUs, ns: placeNs },
    era,
    declaredAtUs: declaredAtUs ?? undefined,
  }
}

/** The mask that tells members of every role. */
export const allRoles = roleMask(ROLES)

const roleSpan = 8
const kindSpan = 16
const withQuantity = roleSpan * kindSpan
const withUom = withQuantity * 2

/**
 * Field m of an event: of each member a head, the distance of its item's number to the one before,
 * how much of its key is that of the one before, the rest of it, and what the head says that
 * follows of quantity and unit.
 */
export function packMembers(members: readonly NewMember[], refs: readonly number[]): string {
  const flat: (string | number)[] = []
  let keyBefore = ''
  let refBefore = 0
  for (const [at, { key, kind, role, quantity, uom }] of members.entries()) {
    const ref = refs[at] ?? 0
    const flags = (quantity === undefined ? 0 : withQuantity) + (uom === undefined ? 0 : withUom)
    const shared = sharedLength(keyBefore, key)
    const head = roleCode(role) + kindCode(kind) * roleSpan + flags
    flat.push(head, ref - refBefore, shared, key.slice(shared))
    if (quantity !== undefined) flat.push(quantity)
    if (uom !== undefined) flat.push(uom)
    keyBefore = key
    refBefore = ref
  }
  return JSON.stringify(flat)
}

/** `text`: of all pieces; `mask`: the roles to tell, as roleMask() gives them. */
export function unpackMembers(eventRef: number, text: string, mask: number): EventMember[] {
  const flat: (string | number)[] = JSON.parse(text)
  const members: EventMember[] = []
  let key = ''
  let ref = 0
  for (let at = 0; at < flat.length; ) {
    const head = Number(flat[at])
    ref += Number(flat[at + 1])
    key = key.slice(0, Number(flat[at + 2])) + String(flat[at + 3])
    at += 4
    const hasQuantity = (head & withQuantity) !== 0
    const hasUom = (head & withUom) !== 0
    const quantity = hasQuantity ? Number(flat[at]) : undefined
    const uom = hasUom ? String(flat[at + (hasQuantity ? 1 : 0)]) : undefined
    at += (hasQuantity ? 1 : 0) + (hasUom ? 1 : 0)
    if ((mask & (1 << (head % roleSpan))) === 0) continue
    const kind = kindOf(Math.floor(head / roleSpan) % kindSpan)
    const item: ItemRef = { key, kind, ref }
    members.push({ eventRef, item, role: roleOf(head % roleSpan), quantity, uom })
  }
  return members
}

/** The beginning that two keys share, not ending within a character. */
function sharedLength(one: string, other: string): number {
  const most = Math.min(one.length, other.length)
  let length = 0
  while (length < most && one.charCodeAt(length) === other.charCodeAt(length)) length += 1
  const last = one.charCodeAt(length - 1)
  return length > 0 && last >= 0xd800 && last < 0xdc00 ? length - 1 : length
}

const anyType: TypeAndAction = { type: 'ObjectEvent', action: undefined }

function roleCode(role: Role): number {
  return packPart(anyType, 0, role)
}

function roleOf(code: number): Role {
  return unpackPart(code).role
}
