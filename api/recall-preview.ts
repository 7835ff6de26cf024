/**
 * What a recall would reach, told before it is made: nothing is kept and nobody is told. It is
 * found out in the server itself, so it ends after so many items and says that it does; the draft
 * then has all of them.
 */
import { z } from 'zod'
import { Holders } from '#ingest/recalls/holders.ts'
import { scopeSource } from '#ingest/recalls/scope-source.ts'
import { ASSUMPTIONS, type Assumption, assumptionsOf } from '#risk/assumption.ts'
import { clockOf } from '#risk/recall-clock.ts'
import { recallScope, type ScopeItem, type Tier } from '#risk/recall-scope.ts'
import { siteOf } from '#risk/reference.ts'
import { DOMAINS } from '#risk/rule.ts'
import type { Suspect } from '#risk/suspect.ts'
import { aliasedTrail, keysOfAll } from '#store/aliased.ts'
import { tierCode } from '#store/recalls/codes.ts'
import { referenceOf } from '#store/reference.ts'
import type { RecallParts } from './recall.ts'
import { assumeSchema, suspectsOf, suspectsSchema } from './recall-suspects.ts'
import { countsSchema, tierSchema } from './recall-view.ts'
import { LAWS } from './recalls.ts'
import type { Router } from './route.ts'

/** Items that are looked at: about a second of the server's time. */
const MOST_ITEMS = 2_000
const MOST_LOOKED = 10_000
const MOST_SUSPECTS = 500
const LISTED = 20

const previewRequestSchema = z
  .strictObject({ from: suspectsSchema, assume: assumeSchema })
  .meta({ id: 'RecallPreviewRequest' })

const previewSchema = z
  .object({
    ...countsSchema.pick({ suspects: true, tiers: true, assumptions: true }).shape,
    complete: z.boolean().meta({ description: 'False where there is more than was looked at' }),
    product: z.string().optional(),
    domain: z.enum(DOMAINS).optional(),
    law: z.string().optional().meta({ description: 'Whose clock it would run by' }),
    source: z.string().optional(),
    parties: z
      .array(z.object({ party: z.string(), items: z.int() }))
      .meta({ description: 'Who had how many of the items last' }),
    items: z.array(
      z.object({ key: z.string(), tier: tierSchema, assumptions: z.array(z.string()) }),
    ),
  })
  .meta({ id: 'RecallPreview' })

export function serveRecallPreview(router: Router, parts: RecallParts) {
  const referenceNow = referenceOf(parts.registry)
  return [
    router.serve(
      {
        method: 'post',
        path: '/v1/recalls/preview',
        may: 'write recalls',
        tag: 'Recalls',
        summary: 'What a recall would reach',
        description:
          `Nothing is kept. Of more than ${MOST_ITEMS} items it tells the first, with ` +
          '`complete` false; the scope of a draft has all of them.',
        body: previewRequestSchema,
        answers: { 200: { description: 'As far as it was looked', schema: previewSchema } },
      },
      async (c, { body: { from, assume } }) => {
        const { suspects, product, domain } = await suspectsOf(parts, from)
        const trail = aliasedTrail(parts.trail, parts.registry.aliases)
        const source = scopeSource({
          ...{ trail, assume },
          siteOf: (place) => siteOf(referenceNow(), place),
          productsOf: (key) => keysOfAll([key], parts.registry.aliases),
        })
        const reached = await reach(source, suspects)
        const holders = new Holders({ trail, reference: referenceNow })
        const law = domain && LAWS[domain]
        const clock = law === undefined ? undefined : clockOf(law, parts.nowUs())
        return c.json({
          ...reached.view,
          ...(product !== undefined && { product }),
          ...(domain && { domain }),
          ...(clock && { law: clock.law, source: clock.source }),
          parties: partiesOf(await holders.of(reached.keys)),
        })
      },
    ),
  ]
}

type Preview = z.output<typeof previewSchema>

interface Reached {
  readonly keys: readonly string[]
  readonly view: Pick<Preview, 'suspects' | 'tiers' | 'assumptions' | 'complete' | 'items'>
}

type Source = ReturnType<typeof scopeSource>

/** The first items of a scope, each in its best tier. */
async function reach(source: Source, suspects: readonly Suspect[]): Promise<Reached> {
  const items = new Map<string, ScopeItem>()
  const options = { mostSuspects: MOST_SUSPECTS }
  let [counted, looked] = [0, 0]
  let [isCut, isEnded] = [false, false]
  for await (const part of recallScope(source, suspects, options)) {
    if (part.part === 'cut') isCut = true
    else if (part.part === 'summary') {
      counted = part.suspects
      isEnded = true
    } else if (part.part === 'item') {
      const known = items.get(part.key)
      // An item comes again from each suspect that leads to it.
      if (++looked > MOST_LOOKED || (!known && items.size >= MOST_ITEMS)) break
      if (!known || tierCode(part.tier) <= tierCode(known.tier)) items.set(part.key, part)
      if (part.path.length === 1) counted++
    }
  }
  return { keys: [...items.keys()], view: viewOf(items, counted, isEnded && !isCut) }
}

function viewOf(
  items: ReadonlyMap<string, ScopeItem>,
  suspects: number,
  complete: boolean,
): Reached['view'] {
  const tiers: Record<Tier, number> = { proven: 0, inferred: 0, possible: 0 }
  const resting = new Map<Assumption, number>()
  const assumed = (item: ScopeItem) => (item.tier === 'proven' ? [] : assumptionsOf(item.path))
  for (const item of items.values()) {
    tiers[item.tier]++
    for (const each of assumed(item)) resting.set(each, (resting.get(each) ?? 0) + 1)
  }
  const sorted = [...items.values()].sort((one, other) => tierCode(one.tier) - tierCode(other.tier))
  return {
    ...{ suspects, tiers, complete },
    assumptions: [...resting].map(([assumption, count]) => ({
      ...{ assumption, text: ASSUMPTIONS[assumption] },
      ...{ items: count, without: items.size - count },
    })),
    items: sorted.slice(0, LISTED).map((item) => {
      return { key: item.key, tier: item.tier, assumptions: [...assumed(item)] }
    }),
  }
}

/** By how much each has, the most first. */
function partiesOf(
  holdings: readonly { readonly key: string; readonly party: string }[],
): Preview['parties'] {
  const keys = new Map<string, Set<string>>()
  for (const { key, party } of holdings) keys.set(party, (keys.get(party) ?? new Set()).add(key))
  return [...keys]
    .map(([party, its]) => ({ party, items: its.size }))
    .sort((one, other) => other.items - one.items || (one.party < other.party ? -1 : 1))
}
