import { useQuery } from '@tanstack/react-query'
import type { Limits } from '../inspector/curve.ts'
import { api, told } from '../server/api.ts'

/** Between which temperatures an item is to be kept; undefined where none are told. */
export function useLimits(key: string): Limits | undefined {
  const { data } = useQuery({
    queryKey: ['products'],
    queryFn: () => told(api.v1.products.$get({ query: { perPage: '1000' } })),
  })
  return data?.items.find((product) => key === product.key || key.startsWith(`${product.key}/`))
    ?.storageCelsius
}
