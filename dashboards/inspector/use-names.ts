/** Names of parties and places: those of the register, and those that the item's answer tells. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { askedOrKept } from '../offline/answers.ts'
import { type Named, nameIn } from '../server/names.ts'
import { locationsQuery, partiesQuery, SELDOM } from '../server/register.ts'
import { useLanguage } from '../words/language.ts'
import type { FullItem } from './item-data.ts'

/** Without a network what is kept is told at once. */
const once = { ...SELDOM, retry: false } as const

/** Gives the name of a party or a place; the key itself where it has none. */
export function useNames({ names }: Pick<FullItem, 'names'>): (key: string) => string {
  const language = useLanguage()
  const queries = useQueryClient()
  const { data } = useQuery({
    ...SELDOM,
    queryKey: ['names'],
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
      return (found && nameIn(language, found)) ?? names[key] ?? key
    },
    [data, language, names],
  )
}

/** Of what is registered no more is kept than its name. */
function named(key: string, { name, names }: Named): [string, Named] {
  return [key, { name, ...(names && { names }) }]
}
