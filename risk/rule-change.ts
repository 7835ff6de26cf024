/** A change of a rule as somebody wants it: what it may say, and why it is refused. */
import { z } from 'zod'
import { bareWord, VOCABULARIES } from '#epcis/cbv.ts'
import { parseTimeUs } from '#epcis/time.ts'
import { isUri } from '#epcis/uri.ts'
import type { ParameterSpec } from './rule.ts'
import { type RuleChange, ruleChangeSchema } from './rule-set.ts'
import { SCOPES, SCOPES_OF } from './scopes.ts'
import { isRuleId, type RuleId, ruleOf } from './table.ts'

/** Why a change is refused. Codes are added, never renamed. */
export const CHANGE_REFUSALS = {
  malformed: 'The change has not the form of one.',
  rule_unknown: 'There is no such rule.',
  scope_not_taken: 'The rule is not asked for such a scope.',
  parameter_unknown: 'The rule has no such parameter.',
  parameter_invalid: 'The value has not the type of the parameter, or is outside of its bounds.',
  not_ascending: 'A limit that has to be below another one is not.',
  product_unknown: 'No such product is registered.',
  site_unknown: 'No such site is registered.',
  never_in_effect: 'The change ends before it begins.',
  time_out_of_span: 'A change begins and ends between 2000 and ten years from now; 0 is ever.',
} as const

export type ChangeRefusal = keyof typeof CHANGE_REFUSALS

export type CheckedChange =
  | { readonly ok: true; readonly change: RuleChange }
  | {
      readonly ok: false
      readonly code: ChangeRefusal
      readonly path: string
      readonly message: string
    }

/** What is registered, so that a limit is not set for a product that does not exist. */
export interface Registered {
  /** The key of a product or a site in any spelling; undefined where it is not registered. */
  readonly productKey: (text: string) => string | undefined
  readonly siteKey: (text: string) => string | undefined
  readonly nowUs: number
}

function refuse(
  code: ChangeRefusal,
  path: string,
  message: string = CHANGE_REFUSALS[code],
): CheckedChange {
  return { ok: false, code, path, message }
}

const momentSchema = z
  .string()
  .max(40)
  .refine((text) => parseTimeUs(text) !== undefined, 'must be an RFC 3339 date-time with offset')

/** As it is asked for: `from` and `to` may be said in the place of `fromUs` and `toUs`. */
const newRuleChangeSchema = ruleChangeSchema
  .extend({
    fromUs: ruleChangeSchema.shape.fromUs.optional(),
    from: momentSchema.optional(),
    to: momentSchema.optional(),
  })
  .refine(({ fromUs, from }) => (fromUs === undefined) !== (from === undefined), {
    path: ['fromUs'],
    message: 'is given once: as fromUs, or as from',
  })
  .refine(({ toUs, to }) => toUs === undefined || to === undefined, {
    path: ['toUs'],
    message: 'is given once: as toUs, or as to',
  })

/**
 * A change as it came, checked; refused with a code, a JSON Pointer and a sentence. Products, sites
 * and words of vocabularies are spelled as they are compared.
 */
export function checkChange(input: unknown, registered: Registered): CheckedChange {
  const parsed = newRuleChangeSchema.safeParse(input)
  if (!parsed.success) {
    const path = parsed.error.issues[0]?.path ?? []
    return refuse('malformed', path.map((each) => `/${String(each)}`).join(''))
  }
  const { from, to, fromUs = timeOf(from) ?? 0, toUs = timeOf(to), ...rest } = parsed.data
  const { rule, product, site } = rest
  if (!isRuleId(rule)) return refuse('rule_unknown', '/rule')
  const refused =
    checkSpan({ fromUs, toUs }, registered.nowUs, [from ? 'from' : 'fromUs', to ? 'to' : 'toUs']) ??
    checkScopes(rule, rest)
  if (refused) return refused
  const productKey = product === undefined ? undefined : registered.productKey(product)
  if (product !== undefined && !productKey) return refuse('product_unknown', '/product')
  const siteKey = site === undefined ? undefined : registered.siteKey(site)
  if (site !== undefined && !siteKey) return refuse('site_unknown', '/site')
  const parameters = rest.parameters && spelled(rule, rest.parameters)
  const change: RuleChange = {
    ...rest,
    ...(parameters && { parameters }),
    ...(productKey !== undefined && { product: productKey }),
    ...(siteKey !== undefined && { site: siteKey }),
    fromUs,
    ...(toUs !== undefined && { toUs }),
  }
  return checkParameters(rule, change) ?? { ok: true, change }
}

const timeOf = (text: string | undefined) => (text === undefined ? undefined : parseTimeUs(text))

/** Before it nothing was told here: what is smaller was meant in another unit. */
const FIRST_US = Date.UTC(2000, 0) * 1000
const AHEAD_US = 10 * 366 * 24 * 3_600_000_000

function checkSpan(
  { fromUs, toUs }: { readonly fromUs: number; readonly toUs: number | undefined },
  nowUs: number,
  [from, to]: readonly [string, string],
): CheckedChange | undefined {
  const isSane = (us: number) => us >= FIRST_US && us <= nowUs + AHEAD_US
  if (fromUs !== 0 && !isSane(fromUs)) return refuse('time_out_of_span', `/${from}`)
  if (toUs === undefined) return undefined
  if (toUs <= fromUs) return refuse('never_in_effect', `/${to}`)
  return isSane(toUs) ? undefined : refuse('time_out_of_span', `/${to}`)
}

function checkScopes(
  rule: RuleId,
  change: Partial<Pick<RuleChange, 'domain' | 'product' | 'site'>>,
): CheckedChange | undefined {
  const taken = SCOPES_OF[rule]
  const other = SCOPES.find((name) => change[name] !== undefined && !taken.includes(name))
  if (other === undefined) return undefined
  const message = `${rule} takes ${taken.join(', ')} and no ${other}.`
  return refuse('scope_not_taken', `/${other}`, message)
}

function checkParameters(rule: RuleId, change: RuleChange): CheckedChange | undefined {
  const { parameters: specs, ascending = [] } = ruleOf(rule)
  const given = change.parameters ?? {}
  for (const [name, value] of Object.entries(given)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (!spec) return refuse('parameter_unknown', `/parameters/${name}`)
    const { error } = schemaOf(spec).safeParse(value)
    if (error) {
      const [said] = error.issues
      const message = said?.code === 'custom' ? said.message : CHANGE_REFUSALS.parameter_invalid
      return refuse('parameter_invalid', `/parameters/${name}`, message)
    }
  }
  for (const [lower, upper] of ascending) {
    const low = given[lower] ?? specs[lower]?.value
    const high = given[upper] ?? specs[upper]?.value
    if (typeof low === 'number' && typeof high === 'number' && low >= high) {
      return refuse('not_ascending', `/parameters/${lower}`)
    }
  }
  return undefined
}

/** With words of vocabularies as events hold them. */
function spelled(rule: RuleId, given: NonNullable<RuleChange['parameters']>) {
  const { parameters: specs } = ruleOf(rule)
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const isWords = Object.hasOwn(specs, name) && specs[name]?.kind === 'words'
      if (!isWords || !Array.isArray(value)) return [name, value]
      return [name, value.map((word) => (typeof word === 'string' ? bareWord(word) : word))]
    }),
  )
}

const WORD = z.string().min(1).max(200)

/** A URI that does not only look like a word of the vocabulary. */
function isOwn(text: string): boolean {
  return isUri(text) && bareWord(text) === text && !/^(cbv|urn:epcglobal:cbv):/.test(text)
}

/** The zod schema of the values of a parameter. */
export function schemaOf(spec: ParameterSpec): z.ZodType {
  switch (spec.kind) {
    case 'number':
      return z.number().min(spec.min).max(spec.max)
    case 'choice':
      return z.enum(spec.of)
    case 'words': {
      const { words } = VOCABULARIES[spec.of]
      const allowed = `${[...words].join(', ')}, or a URI of others`
      const word = WORD.refine((each) => words.has(bareWord(each)) || isOwn(each), {
        error: ({ input }) => `${String(input)} is no ${spec.of}: they are ${allowed}.`,
      })
      return z.array(word).min(1).max(50)
    }
    case 'bands':
      return z
        .array(z.tuple([z.number().min(0).max(36_500), z.number().min(0).max(3650)]))
        .min(1)
        .max(20)
        .refine((bands) =>
          bands.every(([from], at) => at === 0 || from < (bands[at - 1]?.[0] ?? 0)),
        )
  }
}
