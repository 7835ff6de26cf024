/** Names of parties and places: those that the item's answer tells, and those of the register. */
import { useQuery } from '@tanstack/react-query'
import { api, told } from '../server/api.ts'
import { partiesQuery } from '../server/parties.ts'
import { useLanguage } from '../words/language.ts'
import type { FullItem } from './item-data.ts'

const MOST = '1000'
const HOUR_MS = 3_600_000

/** Gives the name of a party or a place; the key itself where it has none. */
export function useNames({ names }: Pick<FullItem, 'names'>): (key: string) => string {
  const language = useLanguage()
  const common = { staleTime: HOUR_MS } as const
  const parties = useQuery({ ...common, ...partiesQuery })
  const locations = useQuery({
    ...common,
    queryKey: ['locations'],
    queryFn: () => told(api.v1.locations.$get({ query: { perPage: MOST } })),
  })
  return (key) => {
    const found =
      parties.data?.find(({ slug }) => slug === key) ??
      locations.data?.items.find((location) => location.key === key)
    return found?.names?.[language] ?? found?.name ?? names[key] ?? key
  }
}
