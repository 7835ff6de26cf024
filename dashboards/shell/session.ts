/**
 * Who is logged in. The server decides what is shown; this only chooses what to offer. Where there
 * is no network it is who it was the last time, so that an inspector in a basement stays one; that
 * holds no secret, and is forgotten with the session.
 */
import { useQuery } from '@tanstack/react-query'
import type { InferResponseType } from 'hono/client'
import { api, Refused, told } from '../server/api.ts'
import { forgetAtEnd } from './end-session.ts'

export type Session = InferResponseType<typeof api.v1.session.$get>
export type Role = Session['role']

const STORED = 'suyuan-session'

export function useSession(): Session | undefined {
  const { data } = useQuery({
    queryKey: ['session'],
    queryFn: asked,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data
}

async function asked(): Promise<Session> {
  try {
    const session = await told(api.v1.session.$get())
    localStorage.setItem(STORED, JSON.stringify(session))
    return session
  } catch (error) {
    const stored = localStorage.getItem(STORED)
    if (error instanceof Refused && error.status === 0 && stored) return JSON.parse(stored)
    throw error
  }
}

forgetAtEnd(async () => localStorage.removeItem(STORED))
