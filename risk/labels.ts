/**
 * What is said of one thing against what was said before: C6 lot or expiry differs, C8 listed
 * together with its pack, C12 lot changed without a transformation.
 */
import { productKeyOf } from '#epcis/product-key.ts'
import type { Finding } from './finding.ts'
import { isBirth, isDeparture } from './item-state.ts'
import type { InForce } from './rule-set.ts'
import { found, NOTHING, type Seen, stepOf } from './seen.ts'
import { US_AN_HOUR } from './words.ts'

export function labelDiffers(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C6
  const { state, now, item } = seen
  if (!rule || seen.kind !== 'instance' || isBirth(now)) return NOTHING
  const [master] = state.lots
  const [said] = now.lots
  const isOtherLot = master !== undefined && said !== undefined && !state.lots.includes(said)
  const lots = isOtherLot
    ? [differs(seen, rule, 'lot', lotNumberOf(master), lotNumberOf(said))]
    : NOTHING
  const expiry = now.facts.scannedExpiry.get(item)
  if (expiry === undefined || state.expiry === undefined) return lots
  if (state.expiry.slice(0, 10) === expiry) return lots
  return [...lots, differs(seen, rule, 'expiry', state.expiry, expiry)]
}

function differs(
  seen: Seen,
  rule: InForce<'C6'>,
  variant: 'lot' | 'expiry',
  master: string,
  said: string,
): Finding {
  const words = { master, seen: said }
  const told = { with: [seen.state.born], words, incident: variant }
  if (!isScannerArtefact(master, said)) return found(seen, rule, variant, told)
  return found(seen, rule, 'scanner', { ...told, hint: 'scanner', severity: 'info' })
}

function lotNumberOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}

/** Caps Lock, or characters that a scanner or a person appended. [EMVS practice] */
export function isScannerArtefact(master: string, said: string): boolean {
  const one = master.toUpperCase()
  const other = said.toUpperCase()
  return one === other || (one.length >= 3 && other.startsWith(one))
}

export function listedWithPack(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C8
  const { container } = seen.state
  const { facts, role } = seen.now
  if (!rule || container === undefined || role !== 'object') return NOTHING
  const isBoth = facts.members.some((each) => each.role === 'object' && each.key === container)
  if (!isBoth) return NOTHING
  return [found(seen, rule, 'both', { words: { parent: container }, cause: facts.eventID })]
}

export function lotChanged(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C12
  if (!rule) return NOTHING
  const { state, now } = seen
  const { facts, role } = now
  if (seen.kind === 'lot') {
    // Whoever receives it may be heard before whoever ships it: what counts is when it was had.
    const isHad = state.hadUs !== undefined && state.hadUs <= facts.eventTimeUs
    if (isHad || !isDeparture(facts) || role === 'output') return NOTHING
    const graceUs = rule.parameters.graceHours * US_AN_HOUR
    return [found(seen, rule, 'unmade', { words: { step: stepOf(now) }, graceUs })]
  }
  if (role === 'parent') return contentsChanged(seen)
  const [master] = state.lots
  const [said] = now.lots
  const isRemade =
    facts.action === 'ADD' && facts.type === 'ObjectEvent' && state.born !== undefined
  if (!isRemade || master === undefined || said === undefined || state.lots.includes(said)) {
    return NOTHING
  }
  const words = { master: lotNumberOf(master), seen: lotNumberOf(said) }
  return [found(seen, rule, 'serial', { with: [state.born], words })]
}

/** A lot comes out of a pack that another lot of the same product went into. */
function contentsChanged(seen: Seen): readonly Finding[] {
  const rule = seen.rules.C12
  const { state, now } = seen
  const { facts } = now
  if (!rule || facts.type !== 'AggregationEvent' || facts.action === 'ADD') return NOTHING
  for (const { key, kind, role } of facts.members) {
    if (role !== 'child' || kind !== 'lot' || state.packed.includes(key)) continue
    const product = productKeyOf(key)
    const packed = state.packed.find((lot) => productKeyOf(lot) === product)
    if (packed === undefined) continue
    const words = { master: lotNumberOf(packed), seen: lotNumberOf(key) }
    return [found(seen, rule, 'contents', { words, incident: key })]
  }
  return NOTHING
}
