/** The item that a text names, in whatever spelling, and under whichever of its codes. */
import { identify, type Kind } from '#epcis/identifier.ts'
import { caseVariants } from '#epcis/typed.ts'
import type { Candidate, Refused } from '#epcis/understood.ts'
import type { ItemRef, TrailSource } from '#trace/source.ts'
import { Problem } from './problem.ts'
import { candidateTold, type ReadIdentifier } from './reading.ts'

export interface KnownItem {
  /** The key that its trail is kept by: of one with several codes, the one the others lead to. */
  readonly key: string
  readonly kind: Kind
  /** How the text was read. */
  readonly understood: Candidate
  /** What else the text can name that events name too. */
  readonly others: readonly Candidate[]
}

/**
 * The item that one of some texts names: the likeliest reading of which `source` shows an event.
 * Throws 404, with what was understood, where no event names any of them, and 400 where the texts
 * are refused.
 */
export async function knownItem(
  source: TrailSource,
  read: ReadIdentifier,
  texts: readonly string[],
): Promise<KnownItem> {
  const readings = texts.map(read)
  const candidates = unique(readings.flatMap((each) => (each.ok ? each.candidates : [])))
  // An event may name what is no identifier: it is flagged there and found by its very text.
  const literal = unique(texts.map(asItIs))
  const asTyped = unique([...candidates, ...literal])
  const inOtherCase = candidates.flatMap(caseVariants)
  const foundAsTyped = await knownAmong(source, asTyped)
  const known = foundAsTyped.length > 0 ? foundAsTyped : await knownAmong(source, inOtherCase)
  const [first, ...others] = known
  if (first) return { ...first, others: others.map(({ understood }) => understood) }
  const refused = readings.find((each): each is Refused => !each.ok)
  if (candidates.length === 0 && refused) throw refusal(refused)
  const [likeliest] = candidates
  const named = likeliest?.key ?? texts[0] ?? ''
  throw new Problem('not_found', {
    code: 'unknown_item',
    detail: `no event that you may see names ${named}${hintOn(likeliest)}`,
    more: {
      ...(likeliest && { understood: candidateTold(likeliest) }),
      candidates: candidates.map(candidateTold),
    },
  })
}

/** Where what has no trail of its own can be asked for. */
function hintOn(candidate: Candidate | undefined): string {
  if (candidate?.kind === 'place')
    return ' as a thing; for what happened there ask for EQ_readPoint'
  if (candidate?.kind === 'class') return ' itself; ask for one of its lots or serials'
  return ''
}

/** The problem of a text that is no identifier. */
export function refusal({ code, form, message }: Refused): Problem {
  return new Problem('invalid_query', { code, path: 'id', detail: message, more: { form } })
}

function asItIs(text: string): Candidate {
  const { key, kind, warnings } = identify(text)
  return { key, kind, form: 'uri', parts: {}, notes: warnings.filter(isNote) }
}

function isNote(code: string): code is 'check_digit' | 'identifier_malformed' {
  return code === 'check_digit' || code === 'identifier_malformed'
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ key }, at) => candidates.findIndex((one) => one.key === key) === at)
}

async function knownAmong(
  source: TrailSource,
  candidates: readonly Candidate[],
): Promise<Pick<KnownItem, 'key' | 'kind' | 'understood'>[]> {
  const refs = await source.find(candidates.map(({ key }) => key))
  const known = new Map<string, Pick<KnownItem, 'key' | 'kind' | 'understood'>>()
  for (const [at, understood] of candidates.entries()) {
    const ref = refs[at]
    if (ref === undefined || known.has(ref.key) || !(await hasRows(source, ref))) continue
    known.set(ref.key, { key: ref.key, kind: ref.kind, understood })
  }
  return [...known.values()]
}

async function hasRows(source: TrailSource, ref: ItemRef): Promise<boolean> {
  for await (const rows of source.trail([ref])) if (rows.length > 0) return true
  return false
}
