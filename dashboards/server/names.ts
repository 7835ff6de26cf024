/** Names of parties, places and products as the register has them, else keys in short. */
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { type Language, useLanguage } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import { locationsQuery, partiesQuery, productsQuery, SELDOM } from './register.ts'

export interface Names {
  /** By slug. */
  party(slug: string): string
  place(key: string): string
  /** Of the product that an item is of; undefined where it is not registered. */
  product(key: string): string | undefined
}

export interface Named {
  readonly name: string
  readonly names?:
    | { readonly zh?: string | undefined; readonly en?: string | undefined }
    | undefined
}

export function nameIn(language: Language, { name, names }: Named): string {
  return names?.[language] ?? name
}

export function useNames(): Names {
  const language = useLanguage()
  const ofParties = useQuery({ ...partiesQuery, ...SELDOM })
  const ofLocations = useQuery(locationsQuery)
  const ofProducts = useQuery(productsQuery)
  const isPending = ofParties.isPending || ofLocations.isPending || ofProducts.isPending
  // Whatever is drawn with names is drawn anew with each change: all of them come at once.
  const parties = isPending ? undefined : ofParties.data
  const locations = isPending ? undefined : ofLocations.data
  const products = isPending ? undefined : ofProducts.data
  return useMemo(() => {
    const ofParty = new Map(parties?.map((each) => [each.slug, nameIn(language, each)]))
    const ofPlace = new Map(locations?.map((each) => [each.key, nameIn(language, each)]))
    const ofProduct = new Map(products?.map((each) => [each.key, nameIn(language, each)]))
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
