/**
 * Which rules can fire on what, as a table: a follower looks up an event's few in one step, and
 * knows what has to be read for them before it reads anything.
 */
import type { Action, EventType } from '#epcis/event.ts'
import { RULE_IDS, type RuleId } from './table.ts'

/** What sets a rule off. */
export type Trigger = 'event' | 'reading' | 'time' | 'report' | 'recall' | 'balance'

/** What has to be read for a rule, beside the event or reading itself. */
export type Need =
  | 'state'
  | 'history'
  | 'exposure'
  | 'product'
  | 'party'
  | 'place'
  | 'recalls'
  | 'tests'
  | 'stock'
  | 'lane'
  | 'balance'
  | 'shipment'
  | 'walk'

export interface Dispatch {
  readonly triggers: readonly Trigger[]
  readonly needs: readonly Need[]
  /** Event types that set it off; all where nothing is said. */
  readonly types?: readonly EventType[]
  readonly actions?: readonly Action[]
  /** Business steps that set it off, ours or changed ones; all where nothing is said. */
  readonly steps?: readonly string[]
}

const ARRIVALS = ['arriving', 'receiving', 'accepting']
const LEAVING = ['shipping', 'departing']
const ON_READING = { triggers: ['reading'], needs: ['state'] } as const
const ON_ITEM_READING = { triggers: ['reading'], needs: ['exposure', 'product'] } as const

export const DISPATCH: Readonly<Record<RuleId, Dispatch>> = {
  A1: ON_READING,
  A2: ON_ITEM_READING,
  A3: ON_ITEM_READING,
  A4: ON_READING,
  A5: { triggers: ['event', 'reading'], needs: ['exposure', 'product'], steps: ARRIVALS },
  A6: ON_ITEM_READING,
  A7: ON_ITEM_READING,
  A8: ON_ITEM_READING,
  A9: ON_READING,
  A11: { triggers: ['reading', 'time'], needs: ['state'] },
  B1: { triggers: ['event'], needs: ['state'] },
  B2: { triggers: ['time'], needs: ['state', 'product'] },
  B3: { triggers: ['event'], needs: ['state', 'stock'], steps: ['picking', 'shipping'] },
  C1: { triggers: ['event'], needs: ['state', 'history', 'place'] },
  C2: { triggers: ['event'], needs: ['state'] },
  C3: { triggers: ['event'], needs: ['state', 'history', 'product'] },
  C4: { triggers: ['event'], needs: ['state', 'place'] },
  C5: {
    triggers: ['event'],
    needs: ['state'],
    types: ['ObjectEvent', 'TransactionEvent'],
    steps: ['retail_selling', 'dispensing'],
  },
  C6: { triggers: ['event'], needs: ['state'] },
  C7: { triggers: ['event'], needs: ['product'] },
  C8: { triggers: ['event'], needs: ['state'], types: ['ObjectEvent', 'TransactionEvent'] },
  C9: { triggers: ['event'], needs: ['state', 'history', 'place'] },
  C12: { triggers: ['event'], needs: ['state', 'history'] },
  C13: { triggers: ['event'], needs: ['product'] },
  C14: { triggers: ['event', 'time'], needs: ['state', 'history', 'lane'] },
  D1: { triggers: ['event'], needs: ['party'] },
  D2: { triggers: ['event'], needs: ['party', 'product'] },
  D3: { triggers: ['event'], needs: ['product', 'place'] },
  D4: { triggers: ['event'], needs: ['state', 'history', 'place', 'party'], steps: ARRIVALS },
  E1: { triggers: ['event'], needs: ['state', 'product'], types: ['TransformationEvent'] },
  E2: { triggers: ['balance'], needs: ['balance'] },
  E3: { triggers: ['event', 'balance'], needs: ['balance'], steps: LEAVING },
  E4: { triggers: ['event', 'time'], needs: ['shipment'], steps: ARRIVALS },
  F1: { triggers: ['report'], needs: ['walk'] },
  F2: { triggers: ['event', 'report'], needs: ['state', 'history', 'tests', 'product'] },
  F3: { triggers: ['report'], needs: ['state'] },
  F4: { triggers: ['report'], needs: ['state'] },
  F5: { triggers: ['report'], needs: ['state'] },
  F6: { triggers: ['time'], needs: ['tests'] },
  G1: { triggers: ['event', 'recall'], needs: ['state', 'recalls'] },
  G2: { triggers: ['recall', 'time'], needs: ['recalls'] },
  G3: { triggers: ['recall', 'time'], needs: ['recalls'] },
  G4: { triggers: ['recall'], needs: ['walk'] },
}

/** What decides which rules an event can set off. */
export interface EventKind {
  readonly type: EventType
  readonly action: Action | undefined
  readonly bizStep: string | undefined
}

const known = new Map<string, readonly RuleId[]>()
/** Business steps may be any URI: those of a sender who invents them are not kept. */
const KEPT = 1_000

/** The rules that an event of a kind can set off, in the order of the table. */
export function rulesFor(kind: EventKind): readonly RuleId[] {
  const name = `${kind.type} ${kind.action} ${kind.bizStep}`
  const found = known.get(name) ?? RULE_IDS.filter((rule) => isSetOff(DISPATCH[rule], kind))
  if (known.size < KEPT) known.set(name, found)
  return found
}

function isSetOff({ triggers, types, actions, steps }: Dispatch, kind: EventKind): boolean {
  if (!triggers.includes('event')) return false
  if (types && !types.includes(kind.type)) return false
  if (actions && (kind.action === undefined || !actions.includes(kind.action))) return false
  return !steps || (kind.bizStep !== undefined && steps.includes(kind.bizStep))
}

/** The rules that something other than an event sets off. */
export function rulesOn(trigger: Trigger): readonly RuleId[] {
  return RULE_IDS.filter((rule) => DISPATCH[rule].triggers.includes(trigger))
}

/** All that has to be read for some rules. */
export function needsOf(rules: readonly RuleId[]): ReadonlySet<Need> {
  return new Set(rules.flatMap((rule) => DISPATCH[rule].needs))
}
