/**
 * C13: which data an event of each critical tracking step has to carry, as a table, by regime.
 * What the register knows of a product or place is not missing, as a report can give it.
 * [21 CFR 1.1325-1.1350; 食品安全法 50, 51, 53; FD&C 581(26)]
 */

import { productKeyOf } from '#epcis/product-key.ts'
import type { EventFacts } from './facts.ts'
import { type Finding, finding } from './finding.ts'
import type { Reference } from './reference.ts'
import type { InForce } from './rule-set.ts'

/** The data that may be asked for, and how an event is seen to carry it. */
const FIELDS = {
  lot: (facts) => facts.members.some(({ kind, role }) => kind === 'lot' && role !== 'input'),
  inputLot: (facts) => {
    return facts.members.some(({ kind, role }) => {
      return role === 'input' && (kind === 'lot' || kind === 'instance' || kind === 'other')
    })
  },
  serial: (facts) => facts.members.some(({ kind }) => kind === 'instance'),
  quantity: (facts) => {
    const amounts = facts.members.filter(({ kind, role }) => {
      return (kind === 'lot' || kind === 'class') && role !== 'lot'
    })
    return amounts.length === 0 || amounts.every(({ quantity }) => quantity !== undefined)
  },
  unit: (facts) => {
    // A quantity without a unit is a count, which serials have by themselves.
    return facts.members.every(({ quantity, uom }) => {
      return quantity === undefined || uom !== undefined || Number.isInteger(quantity)
    })
  },
  product: (facts, reference) => {
    const things = facts.members.filter(({ role, kind }) => {
      return role !== 'device' && (kind === 'lot' || kind === 'class' || kind === 'instance')
    })
    return things.every(({ key }) => {
      return productKeyOf(key) === undefined || reference.product(key) !== undefined
    })
  },
  place: (facts) => facts.place !== undefined,
  recipient: (facts) => facts.destinations.length > 0,
  source: (facts) => facts.sources.length > 0,
  document: (facts) => facts.transactions.length > 0,
  expiry: (facts) => facts.expiry !== undefined,
} as const satisfies Record<string, (facts: EventFacts, reference: Reference) => boolean>

export type KeyDatum = keyof typeof FIELDS

interface Step {
  readonly cte: string
  readonly cite: string
  readonly isIt: (facts: EventFacts) => boolean
  readonly needs: readonly KeyDatum[]
}

const step = (word: string) => (facts: EventFacts) => facts.bizStep === word
const making = ({ type }: EventFacts) => type === 'TransformationEvent'
const first = ({ type, action }: EventFacts) => type === 'ObjectEvent' && action === 'ADD'

export const KEY_DATA: Readonly<Record<string, readonly Step[]>> = {
  'fsma-204': [
    {
      cte: 'shipping',
      cite: '21 CFR 1.1340',
      isIt: step('shipping'),
      needs: ['lot', 'quantity', 'unit', 'product', 'recipient', 'place', 'document'],
    },
    {
      cte: 'receiving',
      cite: '21 CFR 1.1345',
      isIt: step('receiving'),
      needs: ['lot', 'quantity', 'unit', 'product', 'source', 'place', 'document'],
    },
    {
      cte: 'transformation',
      cite: '21 CFR 1.1350',
      isIt: making,
      needs: ['inputLot', 'lot', 'quantity', 'unit', 'product', 'place', 'document'],
    },
    {
      cte: 'initial packing',
      cite: '21 CFR 1.1330',
      isIt: first,
      needs: ['lot', 'quantity', 'unit', 'product', 'place', 'document'],
    },
  ],
  'food-safety-law': [
    {
      cte: '进货查验 receiving',
      cite: '食品安全法 50, 53',
      isIt: step('receiving'),
      needs: ['quantity', 'product', 'source'],
    },
    {
      cte: '出厂检验 first shipping',
      cite: '食品安全法 51',
      isIt: step('shipping'),
      needs: ['quantity', 'product', 'recipient'],
    },
    {
      cte: '生产 making',
      cite: '食品安全法 46',
      isIt: making,
      needs: ['inputLot', 'product', 'place'],
    },
  ],
  dscsa: [
    {
      cte: 'transaction information',
      cite: 'FD&C 581(26)',
      isIt: step('shipping'),
      needs: ['product', 'recipient', 'source', 'document'],
    },
    {
      cte: 'product identifier',
      cite: 'FD&C 581(14)',
      isIt: (facts) => first(facts) && facts.bizStep === 'commissioning',
      needs: ['serial', 'lot', 'expiry', 'product'],
    },
  ],
}

/** The data that an event should carry and does not; undefined where nothing is asked of it. */
export function missingData(facts: EventFacts, reference: Reference, regime: string) {
  const asked = KEY_DATA[regime]?.find(({ isIt }) => isIt(facts))
  if (!asked) return undefined
  const fields = asked.needs.filter((need) => !has(need, facts, reference))
  return { cte: asked.cte, cite: asked.cite, fields }
}

/** A container that is shipped or received by itself says by its contents what is in it. */
const BY_CONTENTS: ReadonlySet<KeyDatum> = new Set(['lot', 'serial', 'inputLot'])

function has(need: KeyDatum, facts: EventFacts, reference: Reference): boolean {
  if (FIELDS[need](facts, reference)) return true
  return BY_CONTENTS.has(need) && facts.members.some(({ kind }) => kind === 'logistic-unit')
}

export function keyDataMissing(
  rule: InForce<'C13'>,
  facts: EventFacts,
  reference: Reference,
): Finding[] {
  const missing = missingData(facts, reference, rule.parameters.regime)
  if (!missing || missing.fields.length === 0) return []
  const { cte, cite, fields } = missing
  return [
    finding(rule, 'missing', {
      subject: facts.eventID,
      fromUs: facts.eventTimeUs,
      toUs: facts.eventTimeUs,
      knowableUs: facts.recordTimeUs,
      measures: [{ name: 'count', value: fields.length, limit: 0, unit: 'count' }],
      words: { cte, cite, fields: fields.join(', ') },
      eventIDs: [facts.eventID],
      cause: `${facts.party} ${cte} ${fields.join(',')}`,
      hint: 'data_entry',
    }),
  ]
}
