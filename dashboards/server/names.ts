/** Names of parties, places and products as the register has them, else keys in short. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLanguage } from '../words/language.ts'
import { api, told } from './api.ts'
import { partiesQuery } from './parties.ts'

const MOST = '1000'
const HOUR_MS = 3_600_000

export interface Names {
  /** By slug. */
  party(slug: string): string
  place(key: string): string
  /** Of the product that an item is of; undefined where it is not registered. */
  product(key: string): string | undefined
}

interface Named {
  readonly name: string
  readonly names?:
    | { readonly zh?: string | undefined; readonly en?: string | undefined }
    | undefined
}

export function useNames(): Names {
  const language = useLanguage()
  const common = { staleTime: HOUR_MS } as const
  const query = { perPage: MOST }
  const ofParties = useQuery({ ...common, ...partiesQuery })
  const ofLocations = useQuery({
    ...common,
    queryKey: ['locations'],
    queryFn: () => told(api.v1.locations.$get({ query })),
  })
  const ofProducts = useQuery({
    ...common,
    queryKey: ['products'],
    queryFn: () => told(api.v1.products.$get({ query })),
  })
  const isPending = ofParties.isPending || ofLocations.isPending || ofProducts.isPending
  // Whatever is drawn with names is drawn anew with each change: all of them come at once.
  const parties = isPending ? undefined : ofParties.data
  const locations = isPending ? undefined : ofLocations.data
  const products = isPending ? undefined : ofProducts.data
  return useMemo(() => {
    const nameOf = ({ name, names }: Named) => names?.[language] ?? name
    const ofParty = new Map(parties?.map((each) => [each.slug, nameOf(each)]))
    const ofPlace = new Map(locations?.items.map((each) => [each.key, nameOf(each)]))
    const ofProduct = new Map(products?.items.map((each) => [each.key, nameOf(each)]))
    return {
      party: (slug) => ofParty.get(slug) ?? slug,
      place: (key) => ofPlace.get(key) ?? shortKey(key),
      product: (key) => ofProduct.get(productKey(key)),
    }
  }, [language, parties, locations, products])
}

/** The key without lot, serial and what follows. */
function productKey(key: string): string {
  return key.replace(/(\/01\/\d{14}).*$/, '$1')
}

const SHORT = 11

/** What people call a thing: its lot, serial or number, the end of it where it is long. */
export function shortKey(key: string): string {
  const last = decodeURIComponent(/[^/:]+$/.exec(key)?.[0] ?? key)
  return last.length > SHORT ? `…${last.slice(-8)}` : last
}
