/**
 * What the fields of a point say. Everything is text that needs nothing beside it to be understood,
 * so that a store can be read without its side file.
 */

import { kindCode, kindOf, packPart, type TypeAndAction, unpackPart } from '#store/sqlite/codes.ts'
import type { NewEvent, NewMember } from '#store/trail.ts'
import type { EventMember, EventSummary, ItemRef, Role, TrailRow } from '#trace/source.ts'
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

/** Field p of a trail row: event, code of type, action, role and era, business step. */
export function packTrailRow(seq: number, event: NewEvent, role: Role, era: number): string {
  const code = (packPart(event, 0, role) + era * codeSpan).toString(36)
  const step = event.bizStep === undefined ? '' : ` ${event.bizStep}`
  return `${seq.toString(36)} ${code}${step}`
}

/** The event of a trail row, and what else it says, which few different texts do. */
export function splitTrailRow(packed: string): { seq: number; part: string } {
  const end = packed.indexOf(' ')
  return { seq: Number.parseInt(packed.slice(0, end), 36), part: packed.slice(end + 1) }
}

export function unpackTrailPart(text: string): Part {
  const end = text.indexOf(' ')
  const code = Number.parseInt(end < 0 ? text : text.slice(0, end), 36)
  const { type, action, role } = unpackPart(code % codeSpan)
  const bizStep = end < 0 ? undefined : text.slice(end + 1)
  return { type, action, role, bizStep, era: Math.floor(code / codeSpan) }
}

/** Field r of an event, and what a rebuild needs. */
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

/** How many further pieces the record, the members and the body have. */
export type Rests = readonly [record: number, members: number, body: number]

type Text = string | null
type RecordRow = [
  seq: number,
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
]
/** Only where there is either. */
type MoreRow = [context: Text, ...warnings: string[]]

/** Field r: the core, which one piece holds, and the context and warnings, which may be long. */
export interface PackedRecord {
  readonly core: string
  readonly more: string
}

export function packRecord(
  seq: number,
  event: NewEvent,
  recordTimeUs: number,
  { slot, width, place, era }: Pick<EventRecord, 'slot' | 'width' | 'place' | 'era'>,
): PackedRecord {
  const row: RecordRow = [
    seq,
    event.eventID,
    event.party,
    event.eventTimeUs,
    recordTimeUs,
    packPart(event, 0, 'object') + era * codeSpan,
    event.bizStep ?? null,
    event.disposition ?? null,
    event.readPoint ?? null,
    event.bizLocation ?? null,
    slot,
    width,
    place.us - recordTimeUs,
    place.ns,
    event.declaredAtUs ?? null,
  ]
  const more: MoreRow = [event.context ?? null, ...event.warnings]
  const hasMore = more.length > 1 || more[0] !== null
  return { core: JSON.stringify(row), more: hasMore ? JSON.stringify(more) : '' }
}

/** The numbers of further pieces and the length of the core stand before the record. */
export function withHead(
  rests: Rests,
  { core }: PackedRecord,
  pieces: readonly string[],
): string[] {
  return [`${rests.join(' ')} ${core.length} ${pieces[0] ?? ''}`, ...pieces.slice(1)]
}

export function splitHead(piece: string): { rests: Rests; coreLength: number; record: string } {
  const start = piece.indexOf('[')
  const head = piece.slice(0, start).trim().split(' ').map(Number)
  const [record = 0, members = 0, body = 0, coreLength = 0] = head
  return { rests: [record, members, body], coreLength, record: piece.slice(start) }
}

export function unpackRecord(text: string, coreLength: number): EventRecord {
  const row: RecordRow = JSON.parse(text.slice(0, coreLength))
  const more = text.slice(coreLength)
  const [context, ...warnings]: MoreRow = more === '' ? [null] : JSON.parse(more)
  const [eventRef, eventID, party, eventTimeUs, recordTimeUs, code] = row
  const [, , , , , , bizStep, disposition, readPoint, bizLocation, slot, width] = row
  const [, , , , , , , , , , , , lagUs, placeNs, declaredAtUs] = row
  const { type, action } = unpackPart(code % codeSpan)
  const summary = {
    eventRef,
    eventID,
    type,
    action,
    eventTimeUs,
    recordTimeUs,
    bizStep: bizStep ?? undefined,
    disposition: disposition ?? undefined,
    readPoint: readPoint ?? undefined,
    bizLocation: bizLocation ?? undefined,
    party,
    declaresError: declaredAtUs !== null,
  }
  return {
    summary,
    context: context ?? undefined,
    warnings,
    slot,
    width,
    place: { us: recordTimeUs + lagUs, ns: placeNs },
    era: Math.floor(code / codeSpan),
    declaredAtUs: declaredAtUs ?? undefined,
  }
}

const roleSpan = 8
const kindSpan = 16
const withQuantity = roleSpan * kindSpan
const withUom = withQuantity * 2

/**
 * Field m of an event: its number, then of each member a head, the distance of its item's number to
 * the one before, how much of its key is that of the one before, the rest of it, and what the head
 * says that follows of quantity and unit.
 */
export function packMembers(
  seq: number,
  members: readonly NewMember[],
  refs: readonly number[],
): string {
  const flat: (string | number)[] = [seq]
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

/** `mask`: the roles to tell, as roleMask() gives them. */
export function unpackMembers(text: string, mask: number): EventMember[] {
  const flat: (string | number)[] = JSON.parse(text)
  const eventRef = Number(flat[0])
  const members: EventMember[] = []
  let key = ''
  let ref = 0
  for (let at = 1; at < flat.length; ) {
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
