/** What recalls.db tells rules of what came into scopes in force, or left them. */
import { openWatchedRecalls } from '#store/recalls/watched.ts'

/** By key, how often it was told. */
export function timesTold(file: string): ReadonlyMap<string, number> {
  const watched = openWatchedRecalls(file)
  const told = new Map<string, number>()
  for (let seq = 0; ; ) {
    const changes = watched.changesAfter(seq, 1_000)
    for (const { key } of changes) told.set(key, (told.get(key) ?? 0) + 1)
    seq = changes.at(-1)?.seq ?? 0
    if (changes.length === 0) break
  }
  watched.close()
  return told
}
