/**
 * Whether recalled goods are in a container: a pallet, a case. It may not be sold as it is, though
 * nothing recalls itself. What is in it is read, of each thing its lots too; a look is bounded, and
 * says where there is more than it has looked at.
 */
import { type Block, verdictOf } from '#store/recalls/recall.ts'
import type { TrailReader } from '#store/trail.ts'
import { contentsOf } from '#trace/contents.ts'
import { lotsOf } from '#trace/lots.ts'
import type { ItemRef } from '#trace/source.ts'
import type { ItemTrail, View } from '#trace/view.ts'
import type { Caller } from './caller.ts'
import type { Fact } from './item-facts.ts'
import { blockView, type Recalled, type RecalledParts, withAliases } from './recalled.ts'

interface ContentsParts extends RecalledParts {
  readonly trail: TrailReader
}

/** Things in one container that are looked at. */
const MOST = 2_000
const CHUNK = 500

interface RecalledContents {
  /** Recalls of what is in it; each is told of the container. */
  readonly recalls: Recalled['recalls']
  readonly facts: readonly Fact[]
}

/** What is known of recalls of what is in a container, as of a time or of now. */
export async function contentsRecalled(
  parts: ContentsParts,
  { reach }: Pick<Caller, 'reach'>,
  item: ItemRef,
  atUs: number | undefined,
  most = MOST,
): Promise<RecalledContents> {
  const view = { source: parts.trail, atUs }
  const { trails, isWhole } = await contentsOf(view, item, most)
  const found = new Map<string, { readonly block: Block; count: number }>()
  for (let at = 0; at < trails.length; at += CHUNK) {
    for (const block of await blocksOf(parts, view, trails.slice(at, at + CHUNK))) {
      if (block.isDrill ? reach !== 'all' : verdictOf(block) === 'none') continue
      const name = `${block.recall} ${verdictOf(block)}`
      const known = found.get(name)
      if (known) known.count += 1
      else found.set(name, { block, count: 1 })
    }
  }
  const { key } = item
  const facts = [...found.values()].flatMap(({ block, count }) => {
    return factOf(key, block, `${count}/${trails.length}${isWhole ? '' : '+'}`)
  })
  const more = isWhole ? [] : [{ fact: 'contents_not_looked_at', key, value: String(most) }]
  const recalls = [...found.values()].map(({ block }) => ({ ...blockView(block), key }))
  return { recalls, facts: [...facts, ...more] }
}

/** The gravest block by each recall of each of some things, by itself or by a lot. */
async function blocksOf(
  parts: ContentsParts,
  view: View,
  trails: readonly ItemTrail[],
): Promise<Block[]> {
  const lots = await lotsOf(view, trails)
  return trails.flatMap(({ item }) => {
    const its = (lots.get(item.ref) ?? []).map(({ lot }) => lot.key)
    const blocks = parts.recalls.blocks(withAliases(parts.registry, [item.key, ...its]))
    return blocks.filter(({ recall }, at) => blocks.findIndex((b) => b.recall === recall) === at)
  })
}

function factOf(key: string, block: Block, of: string): Fact[] {
  const verdict = verdictOf(block)
  if (verdict === 'none') return []
  const isSure = verdict === 'do_not_sell'
  const text = isSure
    ? { zh: `内装 ${of} 件已被召回，请勿整体销售`, en: `${of} things in it have been recalled` }
    : { zh: `内装 ${of} 件可能属于召回产品`, en: `${of} things in it may be recalled` }
  const fact = isSure ? 'holds_recalled' : 'holds_perhaps_recalled'
  return [{ fact, key, value: block.recall, text, certainty: isSure ? 'inferred' : 'possible' }]
}
