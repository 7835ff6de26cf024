/** The item that a path names, in whatever spelling. */
import { type Identifier, identify } from '#epcis/identifier.ts'
import { Problem } from './problem.ts'

export function itemOf(id: string): Identifier {
  return identify(id)
}

/** The refusal for an item that no event has named, with what was understood of its name. */
export function unknownItem({ key, kind, warnings }: Identifier): Problem {
  return new Problem('not_found', {
    code: 'unknown_item',
    detail: `no event that you may see names ${key}`,
    more: { understood: { key, kind, warnings } },
  })
}
