/** Who is logged in. The server decides what is shown; this only chooses what to offer. */
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { api, told } from '../server/api.ts'

export type Session = InferResponseType<typeof api.v1.session.$get>
export type Role = Session['role']

export const SESSION_KEY = ['session'] as const

export function useSession(): Session | undefined {
  const { data } = useQuery({
    queryKey: SESSION_KEY,
    queryFn: () => told(api.v1.session.$get()),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data
}
