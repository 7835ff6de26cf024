/**
 * Every rule there is, by its id, and the types that follow from the tables: parameters by name
 * with their types, variants of findings by name.
 */
import type { BandsSpec, ChoiceSpec, NumberSpec, RuleSpec, WordsSpec } from './rule.ts'
import { ASSURANCE } from './table/assurance.ts'
import { CONDITION } from './table/condition.ts'
import { IDENTITY } from './table/identity.ts'
import { PARTY } from './table/party.ts'
import { QUANTITY } from './table/quantity.ts'
import { RECALL } from './table/recall.ts'
import { SHELF_LIFE } from './table/shelf-life.ts'

export const RULES = {
  ...CONDITION,
  ...SHELF_LIFE,
  ...IDENTITY,
  ...PARTY,
  ...QUANTITY,
  ...ASSURANCE,
  ...RECALL,
} as const

export type RuleId = keyof typeof RULES

/** In the order of the tables. */
export const RULE_IDS = Object.keys(RULES).filter(isRuleId)

export function isRuleId(text: string): text is RuleId {
  return Object.hasOwn(RULES, text)
}

/** A rule without the types of its own table. */
export function ruleOf(id: RuleId): RuleSpec {
  return RULES[id]
}

type ValueOf<Spec> = Spec extends NumberSpec
  ? number
  : Spec extends ChoiceSpec
    ? string
    : Spec extends BandsSpec
      ? readonly (readonly [number, number])[]
      : Spec extends WordsSpec
        ? readonly string[]
        : never

/** The parameters of a rule with their values. */
export type ParametersOf<Id extends RuleId> = {
  readonly [Name in keyof (typeof RULES)[Id]['parameters']]: ValueOf<
    (typeof RULES)[Id]['parameters'][Name]
  >
}

/** The names of the sentences that findings of a rule are told in. */
export type VariantOf<Id extends RuleId> = keyof (typeof RULES)[Id]['texts'] & string
