/** Changes of rules as they are asked for, checked one by one and together. */
import { crossingOf } from '#risk/crossing.ts'
import { checkChange, type Registered } from '#risk/rule-change.ts'
import type { RuleChange } from '#risk/rule-set.ts'
import type { RegistryReference } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import { keysMeant } from './meant.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'

export interface RuleChangesParts {
  readonly registry: Pick<Registry, 'aliases'>
  readonly read: ReadIdentifier
  readonly referenceNow: () => RegistryReference
  readonly nowUs: () => number
}

/**
 * Changes as they came, checked; who made one that is in force already stays its author.
 * @throws Problem that says which of them is refused, and where
 */
export function checkedChanges(
  changes: readonly unknown[],
  by: string,
  parts: RuleChangesParts,
  known: readonly RuleChange[],
): RuleChange[] {
  const revisions = new Set<string>()
  const text = (change: RuleChange) => JSON.stringify({ ...change, author: '' })
  const authors = new Map(known.map((change) => [text(change), change.author]))
  const registered = registeredIn(parts)
  const checked = changes.map((input, at) => {
    const given = typeof input === 'object' && input !== null ? { author: by, ...input } : input
    const its = checkChange(given, registered)
    if (!its.ok) throw refused(at, its.code, its.path, its.message)
    const { revision } = its.change
    if (revisions.has(revision)) {
      throw refused(at, 'revision_twice', '/revision', `${revision} is taken`)
    }
    revisions.add(revision)
    return { ...its.change, author: authors.get(text(its.change)) ?? by }
  })
  checkTogether(checked, parts.referenceNow().limits)
  return checked
}

function refused(at: number, code: string, path: string, detail: string): Problem {
  return new Problem('invalid_input', { code, path: `/changes/${at}${path}`, detail })
}

function registeredIn({ registry, read, referenceNow, nowUs }: RuleChangesParts): Registered {
  const reference = referenceNow()
  const among = (has: (key: string) => boolean) => (text: string) =>
    keysMeant(text, read, registry.aliases).find(has)
  return {
    productKey: among(reference.hasProduct),
    siteKey: among(reference.hasSite),
    nowUs: nowUs(),
  }
}

/** Storage temperatures of the products that are named are changes too. */
function checkTogether(changes: readonly RuleChange[], limits: readonly RuleChange[]): void {
  const named = new Set(changes.map(({ product }) => product))
  const crossing = crossingOf([...limits.filter(({ product }) => named.has(product)), ...changes])
  if (!crossing) return
  const { lower, upper, low, high, changes: both } = crossing
  const [one, other] = both.map(({ revision }) => revision)
  const at = changes.findLastIndex((each) => both.includes(each))
  const is = at >= 0 && changes[at] === both[0] ? lower : upper
  const detail =
    `where “${one}” and “${other}” both hold, ${lower} ${low} of the first is not below ` +
    `${upper} ${high} of the second`
  throw refused(at, 'not_ascending_together', `/parameters/${is}`, detail)
}
