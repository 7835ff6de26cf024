/**
 * What can be said of one event by itself: C7 codes that are none, C13 data that is missing, D1
 * parties without a licence, D2 goods outside of it.
 */
import { identify } from '#epcis/identifier.ts'
import { productKeyOf } from '#epcis/product-key.ts'
import { drugProductOf } from '#epcis/scheme-code.ts'
import type { EventFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'
import type { Watch } from './item-machine.ts'
import { keyDataMissing } from './key-data.ts'
import { type Licence, type PartyFacts, type Reference, siteOf } from './reference.ts'
import type { InForce, InForceTable } from './rule-set.ts'
import { dayOf } from './seen.ts'

const NOTHING: readonly Finding[] = []

/** All findings about an event by itself. */
export function aboutEvent(facts: EventFacts, { rules, reference }: Watch): Finding[] {
  const thing = facts.members.find(({ key }) => reference.product(key) !== undefined)
  const product = thing && productKeyOf(thing.key)
  const domain = thing && reference.product(thing.key)?.domain
  const site = facts.place === undefined ? undefined : siteOf(reference, facts.place)
  const table = rules.all({ domain, product, site }, facts.eventTimeUs)
  return [
    ...(table.C7 ? invalidCodes(table.C7, facts, reference) : NOTHING),
    ...(table.C13 ? keyDataMissing(table.C13, facts, reference) : NOTHING),
    ...partiesOf(facts, reference).flatMap((each) => aboutParty(table, facts, reference, each)),
  ]
}

function at(facts: EventFacts, subject: string) {
  const { eventTimeUs, recordTimeUs, eventID } = facts
  return {
    subject,
    fromUs: eventTimeUs,
    toUs: eventTimeUs,
    knowableUs: recordTimeUs,
    eventIDs: [eventID],
  }
}

function invalidCodes(rule: InForce<'C7'>, facts: EventFacts, reference: Reference): Finding[] {
  const findings: Finding[] = []
  for (const { key } of facts.members) {
    const { warnings } = identify(key)
    if (warnings.length === 0) continue
    const variant = warnings.includes('check_digit') ? 'checkDigit' : 'malformed'
    const affected = [{ key, certainty: 'observed' as const, path: [] }]
    const told = { words: { key }, incident: key, affected, cause: facts.party }
    findings.push(finding(rule, variant, { ...at(facts, facts.eventID), ...told }))
  }
  if (facts.type === 'AggregationEvent' && facts.parent !== undefined) {
    findings.push(...wrongLevels(rule, facts, facts.parent, reference))
  }
  return findings
}

/** Of a drug code the first seven digits say the level of the pack; of others the register. */
function levelOf(key: string, reference: Reference): number | undefined {
  return reference.product(drugProductOf(key) ?? key)?.packLevel
}

function wrongLevels(
  rule: InForce<'C7'>,
  facts: EventFacts,
  parent: string,
  reference: Reference,
): Finding[] {
  const parentLevel = levelOf(parent, reference)
  if (parentLevel === undefined) return []
  const wrong = facts.members.find(({ key, role }) => {
    return role === 'child' && (levelOf(key, reference) ?? 0) >= parentLevel
  })
  if (!wrong) return []
  const childLevel = String(levelOf(wrong.key, reference))
  const words = { child: wrong.key, parent, childLevel, parentLevel: String(parentLevel) }
  return [finding(rule, 'level', { ...at(facts, facts.eventID), words, cause: facts.party })]
}

/** Who captured it, and who has or gets the goods. Places stand for whoever runs them. */
function partiesOf(facts: EventFacts, reference: Reference): NamedParty[] {
  const named = [...facts.sources, ...facts.destinations].flatMap((key) => {
    if (identify(key).kind === 'place') return reference.place(key)?.party ?? []
    return key
  })
  const itself = partyOf(facts.party, reference)
  if (named.length === 0) return [itself]
  const byKey = new Map([[itself.key, itself]])
  for (const name of named) {
    const its = partyOf(name, reference)
    if (!byKey.has(its.key)) byKey.set(its.key, its)
  }
  return [...byKey.values()]
}

/** A party that nobody knows is spoken of by its slug or by the key it was named with. */
function partyOf(name: string, reference: Reference): NamedParty {
  const party = reference.party(name)
  return { key: party?.key ?? (name.includes(':') ? name : `party:${name}`), party }
}

interface NamedParty {
  readonly key: string
  readonly party: PartyFacts | undefined
}

function aboutParty(
  table: InForceTable,
  facts: EventFacts,
  reference: Reference,
  { key: subject, party }: NamedParty,
): Finding[] {
  const { D1, D2 } = table
  const wrong = D1 && wrongWith(party, facts.eventTimeUs)
  const findings: Finding[] = []
  if (D1 && wrong) {
    const { variant, words = {}, sinceUs, severity } = wrong
    findings.push(
      finding(D1, variant, {
        ...at(facts, subject),
        // One incident, going on, for all that a party does while its licence is not in order.
        fromUs: sinceUs,
        toUs: undefined,
        words: { party: subject, ...words },
        ...(severity ? { severity } : {}),
      }),
    )
  }
  if (D2 && party) findings.push(...outsideScope(D2, facts, reference, party))
  return findings
}

interface WrongParty {
  readonly variant: 'unknown' | 'none' | 'expired' | 'early' | 'suspended' | 'creditCode'
  readonly words?: Readonly<Record<string, string>>
  readonly sinceUs: number
  readonly severity?: 'warning'
}

function wrongWith(party: PartyFacts | undefined, timeUs: number): WrongParty | undefined {
  if (!party) return { variant: 'unknown', sinceUs: 0 }
  if (party.needsLicence) {
    const wrong = wrongLicence(party.licences, timeUs)
    if (wrong) return wrong
  }
  // Some codes were issued with a wrong check character: it is said, and no more.
  if (party.creditCodeHolds !== false) return undefined
  return { variant: 'creditCode', sinceUs: 0, severity: 'warning' }
}

function wrongLicence(licences: readonly Licence[], timeUs: number): WrongParty | undefined {
  const valid = licences.filter(({ fromUs, toUs }) => fromUs <= timeUs && timeUs < toUs)
  const suspensions = valid.map(({ suspended = [] }) => {
    return suspended.find(({ fromUs, toUs }) => fromUs <= timeUs && timeUs < toUs)
  })
  if (suspensions.some((each) => each === undefined)) return undefined
  const [suspension] = suspensions
  if (suspension) return { variant: 'suspended', sinceUs: suspension.fromUs }
  const ends = licences.map(({ toUs }) => toUs).filter((toUs) => toUs <= timeUs)
  if (ends.length > 0) {
    const endUs = Math.max(...ends)
    return { variant: 'expired', words: { end: dayOf(endUs) }, sinceUs: endUs }
  }
  const starts = licences.map(({ fromUs }) => fromUs)
  if (starts.length === 0) return { variant: 'none', sinceUs: 0 }
  return { variant: 'early', words: { start: dayOf(Math.min(...starts)) }, sinceUs: 0 }
}

/** Classes of goods in the event that none of a party's licences in force covers. */
function outsideScope(
  rule: InForce<'D2'>,
  facts: EventFacts,
  reference: Reference,
  party: PartyFacts,
): Finding[] {
  const { eventTimeUs } = facts
  const valid = party.licences.filter(({ fromUs, toUs }) => {
    return fromUs <= eventTimeUs && eventTimeUs < toUs
  })
  // Without any licence it is another rule that speaks.
  if (!party.needsLicence || valid.length === 0) return []
  const scope = new Set(valid.flatMap((licence) => licence.scope))
  if (scope.has('*')) return []
  const classes = new Map<string, string>()
  for (const { key } of facts.members) {
    const productClass = reference.product(key)?.productClass
    if (productClass !== undefined && !scope.has(productClass)) classes.set(productClass, key)
  }
  return [...classes].map(([productClass, key]) => {
    return finding(rule, 'scope', {
      ...at(facts, party.key),
      incident: `${productClass} ${facts.eventID}`,
      words: { party: party.key, class: productClass },
      affected: [{ key, certainty: 'observed', path: [] }],
      cause: `${party.key} ${productClass}`,
    })
  })
}
