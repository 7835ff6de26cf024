/** Sentences of the server for people: keys in them are told by their names. */
import type { Names } from '../server/names.ts'
import { shortKey } from './short-key.ts'

const KEY = /party:[a-z0-9-]{1,40}|recall:R-\d+|https:\/\/id\.gs1\.org\/[^\s，。；、,;）)]+/g

/** Of a party its name, of a place its name, of anything else what is short for it. */
export function readable(text: string, names: Pick<Names, 'party' | 'place'>): string {
  return text.replace(KEY, (found) => {
    if (found.startsWith('party:')) return names.party(found.slice('party:'.length))
    if (found.startsWith('recall:')) return found.slice('recall:'.length)
    // A sentence ends with a full stop, which no key does.
    const key = found.replace(/\.$/, '')
    const rest = found.slice(key.length)
    const name = isPlace(key) ? names.place(key) : key
    return (name === key ? shortKey(key) : name) + rest
  })
}

function isPlace(key: string): boolean {
  return /\/41[47]\//.test(key)
}
