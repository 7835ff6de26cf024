/** Alerts of a filter, kept as they change, with those that are new held back. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { LiveStep } from '#api/alert-stream.ts'
import { useSteps } from '../live/use-steps.ts'
import { allAlerts } from './all-alerts.ts'
import { casesOf, type Filter, type Held, isWanted, Rate, withSteps, withWaiting } from './cases.ts'

/** So many in that time are a flood: more than a person can read (ISA-18.2). */
export const FLOOD = 10
export const FLOOD_MINUTES = 10
const NOTHING: Held = { shown: new Map(), waiting: new Map() }

export function useAlerts(filter: Filter, isPaused: boolean) {
  const query = useQuery({
    queryKey: ['alerts', filter],
    queryFn: () => {
      const given = Object.entries(filter).filter(([, value]) => value !== '')
      return allAlerts(Object.fromEntries(given))
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const { data } = query
  const [held, setHeld] = useState(NOTHING)
  const [inSpan, setInSpan] = useState(0)
  const [rate] = useState(() => new Rate(FLOOD_MINUTES * 60_000))
  useEffect(() => {
    const shown = new Map(data?.items.map((alert) => [alert.id, alert]))
    setHeld({ shown, waiting: new Map() })
  }, [data])
  // The last step of each alert says all: a long pause costs no more than there are alerts.
  const unheard = useRef(new Map<string, LiveStep>())
  const take = (steps: readonly LiveStep[]) =>
    setHeld((before) => withSteps(before, steps, (alert) => isWanted(filter, alert)))
  const isOpen = useSteps((steps) => {
    const raised = steps.filter(({ step }) => step === 'raised').length
    setInSpan(rate.add(raised, Date.now()))
    if (isPaused) for (const step of steps) unheard.current.set(step.alert.id, step)
    else take(steps)
  })
  const cases = useMemo(() => casesOf(held.shown.values()), [held.shown])
  return {
    query,
    cases,
    isOpen,
    waiting: held.waiting.size,
    isFlood: inSpan > FLOOD,
    inSpan,
    isWhole: data?.isWhole ?? true,
    showWaiting: () => setHeld(withWaiting),
    /** What was not heard while it was paused. */
    goOn: () => {
      take([...unheard.current.values()])
      unheard.current.clear()
    },
    /** A step that was taken here shows at once. */
    changed: (alert: LiveStep['alert']) =>
      setHeld(({ shown, waiting }) => ({ shown: new Map(shown).set(alert.id, alert), waiting })),
  }
}
