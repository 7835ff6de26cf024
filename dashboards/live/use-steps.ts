/**
 * Steps on alerts as they are taken, for a page: each once and in order, in batches of a quarter of
 * a second, so that a flood does not draw the page a thousand times. A window that is not in view
 * hears nothing, and catches up when it is again.
 */
import { useEffect, useRef, useState } from 'react'
import type { LiveStep } from '#api/alert-stream.ts'
import { connect } from './connect.ts'
import type { Heard } from './hub.ts'

const BATCH_MS = 250

/** Gives whether the stream is open. `onSteps` hears what has come since it was first called. */
export function useSteps(onSteps: (steps: readonly LiveStep[]) => void): boolean {
  const [isOpen, setIsOpen] = useState(false)
  const heardBy = useRef(onSteps)
  heardBy.current = onSteps
  useEffect(() => {
    let at: number | undefined
    let waiting: LiveStep[] = []
    let timer: ReturnType<typeof setTimeout> | undefined
    const deliver = () => {
      timer = undefined
      const steps = waiting
      waiting = []
      heardBy.current(steps)
    }
    const connection = connect((heard: Heard) => {
      if (heard.kind === 'state') return setIsOpen(heard.isOpen)
      const from = at ?? -1
      const steps = (JSON.parse(heard.message.data) as LiveStep[]).filter(({ seq }) => seq > from)
      at = Math.max(from, heard.message.id)
      if (steps.length === 0) return
      waiting.push(...steps)
      timer ??= setTimeout(deliver, BATCH_MS)
    })
    const onVisibility = () => {
      if (document.visibilityState === 'visible') connection.enter(at)
      else connection.leave()
    }
    onVisibility()
    document.addEventListener('visibilitychange', onVisibility)
    addEventListener('pagehide', connection.leave)
    return () => {
      document.removeEventListener('visibilitychange', onVisibility)
      removeEventListener('pagehide', connection.leave)
      clearTimeout(timer)
      connection.close()
    }
  }, [])
  return isOpen
}
