/**
 * What is stored in a few bytes: the standard's words as small numbers, eventIDs as the bytes that
 * their text spells, the members of an event as one blob.
 */
import type { Action, EventType } from '#epcis/event.ts'
import type { Kind } from '#epcis/identifier.ts'
import type { Role } from '#trace/source.ts'

// What is stored: a number never changes its meaning.
const kinds = numbered<Kind>({
  instance: 0,
  lot: 1,
  class: 2,
  'logistic-unit': 3,
  party: 4,
  place: 5,
  asset: 6,
  document: 7,
  other: 8,
})
const roles = numbered<Role>({
  object: 0,
  parent: 1,
  child: 2,
  input: 3,
  output: 4,
  lot: 5,
  transformation: 6,
  device: 7,
})
const types = numbered<EventType>({
  ObjectEvent: 0,
  AggregationEvent: 1,
  TransactionEvent: 2,
  TransformationEvent: 3,
  AssociationEvent: 4,
})
const actions = numbered<Action>({ ADD: 1, OBSERVE: 2, DELETE: 3 })

// How the words share one number. SQL reads roles and types out of it with & and >>.
const roleSpan = 8
const actionSpan = 4
const typeSpan = 8
const partSpan = actionSpan * typeSpan
/** SQL for the bit of the role in a trail row, to be held against roleMask(). */
export const roleBit = `(1 << (trail.part & ${roleSpan - 1}))`
/** SQL for the type's number in an event row. */
export const typeNumber = `((event.code >> 2) & ${typeSpan - 1})`

export interface TypeAndAction {
  readonly type: EventType
  readonly action: Action | undefined
}

export const kindCode = kinds.code
export const kindOf = kinds.word
export const typeCode = types.code

/** A set of roles as a bit mask. */
export function roleMask(wanted: readonly Role[]): number {
  return wanted.reduce((mask, role) => mask | (1 << roles.code(role)), 0)
}

/** Whether the role in a trail row's part, or in a member's head, is one of a mask. */
export function hasRole(part: number, mask: number): boolean {
  return (mask & (1 << (part % roleSpan))) !== 0
}

/** `code` of an event row. */
export function packEvent(event: TypeAndAction, declaresError: boolean): number {
  return packTypeAndAction(event) + (declaresError ? partSpan : 0)
}

export function unpackEvent(code: number): TypeAndAction & { declaresError: boolean } {
  return { declaresError: code >= partSpan, ...unpackTypeAndAction(code % partSpan) }
}

/** `part` of a trail row; `bizStep` is the number of a word. */
export function packPart(event: TypeAndAction, bizStep: number, role: Role): number {
  return (bizStep * partSpan + packTypeAndAction(event)) * roleSpan + roles.code(role)
}

export function unpackPart(part: number): TypeAndAction & { bizStep: number; role: Role } {
  const rest = Math.floor(part / roleSpan)
  return {
    bizStep: Math.floor(rest / partSpan),
    role: roles.word(part % roleSpan),
    ...unpackTypeAndAction(rest % partSpan),
  }
}

function packTypeAndAction({ type, action }: TypeAndAction): number {
  return types.code(type) * actionSpan + (action === undefined ? 0 : actions.code(action))
}

function unpackTypeAndAction(code: number): TypeAndAction {
  const action = code % actionSpan
  return {
    type: types.word(Math.floor(code / actionSpan)),
    action: action === 0 ? undefined : actions.word(action),
  }
}

const hashID = /^ni:\/\/\/sha-256;([0-9a-f]{64})\?ver=CBV2\.0$/
const uuidID = /^urn:uuid:([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/

/** The bytes an eventID spells where it is an event hash or a UUID, else its text. */
export function packEventID(eventID: string): Uint8Array | string {
  const hash = hashID.exec(eventID)?.[1]
  if (hash !== undefined) return Buffer.from(hash, 'hex')
  return uuidID.test(eventID) ? Buffer.from(eventID.slice(9).replaceAll('-', ''), 'hex') : eventID
}

const hexDigits = (start: number, length: number): string =>
  `substr(lower(hex(event.eventID)), ${start}, ${length})`
const uuidDigits = [hexDigits(1, 8), hexDigits(9, 4), hexDigits(13, 4), hexDigits(17, 4)]

/** SQL for the text that packEventID() was given. */
export const eventIDText = `
  CASE
    WHEN typeof(event.eventID) = 'text' THEN event.eventID
    WHEN length(event.eventID) = 32
      THEN 'ni:///sha-256;' || lower(hex(event.eventID)) || '?ver=CBV2.0'
    ELSE 'urn:uuid:' || ${[...uuidDigits, hexDigits(21, 12)].join(" || '-' || ")}
  END`

/** A member with its item and unit as numbers; unit 0 is none. */
export interface PackedMember {
  readonly item: number
  readonly role: Role
  readonly quantity: number | undefined
  readonly uom: number
}

const withQuantity = roleSpan
const withUom = roleSpan * 2
/** Three varints of at most 8 bytes and a double. */
const longestMember = 32

/**
 * Members in their order: role and what follows it, distance to the item before (what is new is
 * numbered in a row, so it is mostly 1), quantity as a double, unit.
 */
export function packMembers(members: readonly PackedMember[]): Buffer {
  const bytes = Buffer.allocUnsafe(members.length * longestMember)
  let end = 0
  let before = 0
  for (const { item, role, quantity, uom } of members) {
    const flags = (quantity === undefined ? 0 : withQuantity) + (uom === 0 ? 0 : withUom)
    bytes[end++] = roles.code(role) + flags
    end = writeVarint(bytes, end, zigzag(item - before))
    if (quantity !== undefined) end = bytes.writeDoubleLE(quantity, end)
    if (uom !== 0) end = writeVarint(bytes, end, uom)
    before = item
  }
  // A copy: a view would keep the whole buffer until the batch is written.
  return Buffer.from(bytes.subarray(0, end))
}

/** Tells the members that play one of the roles of a mask, in their order. */
export function unpackMembers(
  packed: Uint8Array,
  mask: number,
  tell: (item: number, role: Role, quantity: number | undefined, uom: number) => void,
): void {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length)
  const cursor = { at: 0 }
  let item = 0
  while (cursor.at < bytes.length) {
    const head = bytes[cursor.at++] ?? 0
    item += unzigzag(readVarint(bytes, cursor))
    const hasQuantity = (head & withQuantity) !== 0
    const quantity = hasQuantity ? bytes.readDoubleLE(cursor.at) : undefined
    if (hasQuantity) cursor.at += 8
    const uom = (head & withUom) === 0 ? 0 : readVarint(bytes, cursor)
    if (hasRole(head, mask)) tell(item, roles.word(head % roleSpan), quantity, uom)
  }
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}

// Arithmetic and not bit operators, which end at 32 bits.
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start
  let rest = value
  while (rest >= 0x80) {
    bytes[at++] = 0x80 + (rest % 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes[at++] = rest
  return at
}

function readVarint(bytes: Buffer, cursor: { at: number }): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = bytes[cursor.at++] ?? 0
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    scale *= 0x80
  }
}

/** Words and their numbers, both ways. */
function numbered<Word extends string>(codes: Readonly<Record<Word, number>>) {
  const words = new Map<number, Word>()
  for (const word in codes) words.set(codes[word], word)
  return {
    code(word: Word): number {
      return codes[word]
    },
    word(code: number): Word {
      const word = words.get(code)
      if (word === undefined) throw new RangeError(`the file holds an unknown word: ${code}`)
      return word
    },
  }
}
