/** Sends what waits: when a page opens, when the network comes back, and now and then. */
import { useEffect } from 'react'
import { useSession } from '../shell/session.ts'
import { sendQueue } from './queue.ts'

const AGAIN_MS = 30_000

export function useSending(): void {
  const session = useSession()
  useEffect(() => {
    if (session === undefined) return
    const send = () => void sendQueue(session.keyId)
    send()
    const timer = setInterval(send, AGAIN_MS)
    addEventListener('online', send)
    return () => {
      clearInterval(timer)
      removeEventListener('online', send)
    }
  }, [session])
}
