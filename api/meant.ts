/** What a text can mean beside what it says: other spellings, and codes of one thing. */
import type { Aliases } from '#trace/aliased.ts'
import type { ReadIdentifier } from './reading.ts'

/** All keys that a text can mean, its own first, and those that are aliases of them. */
export function keysMeant(text: string, read: ReadIdentifier, aliases: Aliases): string[] {
  const reading = read(text)
  const keys = [text, ...(reading.ok ? reading.candidates.map(({ key }) => key) : [])]
  if (aliases.isEmpty()) return [...new Set(keys)]
  const primaries = aliases.resolve(keys)
  const members = [...aliases.members([...new Set(primaries)]).values()].flat()
  return [...new Set([...keys, ...primaries, ...members])]
}
