/** Names of parties and places: those of the register, and those that the item's answer tells. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { askedOrKept } from '../offline/answers.ts'
import { type Named, nameIn } from '../server/names.ts'
import { locationsQuery, partiesQuery, SELDOM } from '../server/register.ts'
import { useLanguage } from '../words/language.ts'
import { type Item, isFull } from './item-data.ts'

/** Without a network what is kept is told at once. */
const once = { ...SELDOM, retry: false } as const

/** Gives the name of a party or a place; the key itself where it has none, or may not be told. */
export function useNames(item: Item): (key: string) => string {
  const language = useLanguage()
  const queries = useQueryClient()
  const { data } = useQuery({
    ...SELDOM,
    queryKey: ['names'],
    enabled: isFull(item),
    queryFn: async () => {
      const { value } = await askedOrKept('names', async () => {
        const parties = await queries.fetchQuery({ ...partiesQuery, ...once })
        const places = await queries.fetchQuery({ ...locationsQuery, ...once })
        return [
          ...parties.map((each) => named(each.slug, each)),
          ...places.map((each) => named(each.key, each)),
        ]
      })
      return new Map(value)
    },
  })
  return useCallback(
    (key) => {
      const found = data?.get(key)
      if (found) return nameIn(language, found)
      return (isFull(item) ? item.names[key] : undefined) ?? key
    },
    [data, language, item],
  )
}

/** Of what is registered no more is kept than its name. */
function named(key: string, { name, names }: Named): [string, Named] {
  return [key, { name, ...(names && { names }) }]
}
