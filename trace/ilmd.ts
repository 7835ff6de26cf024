/**
 * What the instance/lot master data of an event says of its objects or outputs [EPCIS 7.3.7],
 * under any spelling of the attribute: `cbvmda:lotNumber`, another prefix of the same namespace,
 * the name in full, the GS1 web vocabulary's word for it, or the bare word.
 */
import type { EpcisEvent } from '#epcis/event.ts'
import { isObject, type JsonContext } from '#epcis/fields.ts'
import { namespacesOf, qualifiedName } from '#epcis/namespaces.ts'

/** Per attribute: its name in the CBV's vocabulary, and those of the GS1 web vocabulary. */
const ATTRIBUTES = {
  lotNumber: ['lotNumber', 'hasBatchLotNumber'],
  itemExpirationDate: ['itemExpirationDate', 'expirationDate', 'expirationDateTime'],
} as const

export type Attribute = keyof typeof ATTRIBUTES

const NAMESPACE = /^\{(?:urn:epcglobal:cbv:mda|https?:\/\/(?:ref\.)?gs1\.org\/(?:cbv|voc))\b/
const NAME_IN_FULL = /^(urn:epcglobal:cbv:mda:|https?:\/\/(?:ref\.)?gs1\.org\/(?:cbv|voc)\/)(.+)$/

/**
 * Text of one attribute; undefined where the event does not give it. `context`: the document's.
 */
export function masterDatum(
  event: EpcisEvent,
  attribute: Attribute,
  context?: JsonContext,
): string | undefined {
  const ilmd =
    event.type === 'ObjectEvent' || event.type === 'TransformationEvent' ? event.ilmd : {}
  if (!ilmd) return undefined
  const usual = ilmd[`cbvmda:${attribute}`]
  if (usual !== undefined) return textOf(usual)
  const name = Object.keys(ilmd).find((each) => isAttribute(each, attribute, event, context))
  return name === undefined ? undefined : textOf(ilmd[name])
}

function isAttribute(
  name: string,
  attribute: Attribute,
  event: EpcisEvent,
  context: JsonContext | undefined,
): boolean {
  const word = ATTRIBUTES[attribute].find((each) => name.endsWith(each))
  if (!word) return false
  if (name === word || NAME_IN_FULL.exec(name)?.[2] === word) return true
  // Only here, as reading a context costs more than all the rest of an event.
  const qualified = qualifiedName(name, namespacesOf(context, event['@context']))
  return qualified.endsWith(`}${word}`) && NAMESPACE.test(qualified)
}

function textOf(value: unknown): string | undefined {
  const inner = isObject(value) ? (value['@value'] ?? value['#text']) : value
  if (typeof inner === 'number') return String(inner)
  return typeof inner === 'string' && inner.trim() !== '' ? inner.trim() : undefined
}
