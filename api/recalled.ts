/**
 * Whether what somebody has in hand is recalled. Asked with every key that the thing goes under,
 * those of its lots among them, so that no spelling and no code beside the first escapes; and the
 * public is told as well.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { RECALL_CLASSES } from '#risk/recall-clock.ts'
import { TIERS } from '#risk/recall-scope.ts'
import { gravestOf } from '#store/recalls/blocks.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import { type Block, RECALL_STATES, verdictOf } from '#store/recalls/recall.ts'
import type { Registry } from '#store/registry.ts'
import type { Caller } from './caller.ts'

const VERDICTS = ['do_not_sell', 'check', 'none'] as const

export const recalledShape = {
  verdict: z.enum(VERDICTS).meta({
    description: 'do_not_sell: it is recalled. check: it may be. none: no recall holds it',
  }),
  recalls: z.array(
    z.object({
      recall: z.string(),
      drill: z.boolean(),
      class: z.enum(RECALL_CLASSES),
      state: z.enum(RECALL_STATES),
      verdict: z.enum(VERDICTS),
      tier: z.enum(TIERS),
      key: z.string().meta({ description: 'The item, or a lot of it' }),
      title: z.string(),
      instructions: z.string(),
      since: z.iso.datetime(),
    }),
  ),
}

export type Recalled = z.output<z.ZodObject<typeof recalledShape>>

export interface RecalledParts {
  readonly recalls: Pick<RecallReader, 'blocks'>
  readonly registry: Pick<Registry, 'aliases'>
}

/** What is known of recalls of a thing, by all its keys. Drills are told to authorities only. */
export function recalledBy(
  { recalls, registry }: RecalledParts,
  { reach }: Pick<Caller, 'reach'>,
  keys: readonly string[],
): Recalled {
  const found = recalls.blocks(withAliases(registry, keys)).filter((block) => {
    return block.isDrill ? reach === 'all' : verdictOf(block) !== 'none'
  })
  return { verdict: gravestOf(found), recalls: onceEach(found).map(blockView) }
}

/** Some keys with all others of the same things. */
export function withAliases(
  { aliases }: RecalledParts['registry'],
  keys: readonly string[],
): string[] {
  if (aliases.isEmpty()) return [...new Set(keys)]
  const primaries = aliases.resolve(keys)
  const members = [...aliases.members([...new Set(primaries)]).values()].flat()
  return [...new Set([...keys, ...primaries, ...members])]
}

/** Of a recall that holds an item and its lot, the graver of both. */
function onceEach(blocks: readonly Block[]): Block[] {
  return blocks.filter(({ recall }, at) => blocks.findIndex((one) => one.recall === recall) === at)
}

/** What is known of a thing, with what is of what is in it. */
export function withInside(own: Recalled, inside: Recalled['recalls']): Recalled {
  const recalls = [...own.recalls, ...inside]
  const verdict = VERDICTS.find((each) => recalls.some((one) => one.verdict === each)) ?? 'none'
  return { verdict, recalls }
}

/** What a block says, as it goes out. */
export function blockView(block: Block): Recalled['recalls'][number] {
  const { isDrill, recallClass, sinceUs, latePath: _, ...rest } = block
  return {
    ...rest,
    drill: isDrill,
    class: recallClass,
    verdict: verdictOf(block),
    since: formatTimeUs(sinceUs),
  }
}

/** Which of some keys are recalled, and what that says: the others are left out. */
export function verdictsOf(
  { recalls }: Pick<RecalledParts, 'recalls'>,
  keys: readonly string[],
): ReadonlyMap<string, Exclude<Recalled['verdict'], 'none'>> {
  const verdicts = new Map<string, Exclude<Recalled['verdict'], 'none'>>()
  for (const block of recalls.blocks(keys)) {
    const verdict = verdictOf(block)
    if (verdict !== 'none' && verdicts.get(block.key) !== 'do_not_sell') {
      verdicts.set(block.key, verdict)
    }
  }
  return verdicts
}
