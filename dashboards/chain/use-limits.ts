import { useQuery } from '@tanstack/react-query'
import type { Limits } from '../inspector/curve.ts'
import { productsQuery } from '../server/register.ts'

/** Between which temperatures an item is to be kept; undefined where none are told. */
export function useLimits(key: string): Limits | undefined {
  const { data } = useQuery(productsQuery)
  return data?.find((product) => key === product.key || key.startsWith(`${product.key}/`))
    ?.storageCelsius
}
