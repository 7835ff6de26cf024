/**
 * Parties, places and products as they are registered: all of them, as far as the reader may know
 * of them, however many pages that takes. For useQuery: whoever asks shares one answer.
 */
import { api, told } from './api.ts'
import { allPages } from './pages.ts'

/** For names, which change seldom. */
export const SELDOM = { staleTime: 3_600_000 } as const

export const partiesQuery = {
  queryKey: ['parties'],
  queryFn: () => allPages((after) => told(api.v1.parties.$get({ query: after }))),
}

export const locationsQuery = {
  ...SELDOM,
  queryKey: ['locations'],
  queryFn: () => allPages((after) => told(api.v1.locations.$get({ query: after }))),
}

export const productsQuery = {
  ...SELDOM,
  queryKey: ['products'],
  queryFn: () => allPages((after) => told(api.v1.products.$get({ query: after }))),
}

/** Devices of one party, of all without one. */
export function devicesQuery(party: string | undefined) {
  return {
    queryKey: ['devices', party],
    queryFn: () =>
      allPages((after) =>
        told(api.v1.devices.$get({ query: { ...after, ...(party !== undefined && { party }) } })),
      ),
  }
}
