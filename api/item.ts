/** The item that a path names, in whatever spelling. */
import { type Identifier, identify } from '#epcis/identifier.ts'
import type { TrailSource } from '#trace/source.ts'
import { Problem } from './problem.ts'

/**
 * The item that a text names. Throws 404, with what was understood of the text, where no event that
 * `source` shows names it.
 */
export async function knownItem(source: TrailSource, text: string): Promise<Identifier> {
  const item = identify(text)
  const [ref] = await source.find([item.key])
  if (ref !== undefined) {
    for await (const rows of source.trail([ref])) if (rows.length > 0) return item
  }
  const { key, kind, warnings } = item
  throw new Problem('not_found', {
    code: 'unknown_item',
    detail: `no event that you may see names ${key}`,
    more: { understood: { key, kind, warnings } },
  })
}
