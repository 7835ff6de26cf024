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
/** A list is asked for behind the stream; where that does not open, after so long without it. */
const PATIENCE_MS = 3000
/** The flood of a span ends though nothing more comes. */
const LOOK_AGAIN_MS = 10_000

export function useAlerts(filter: Filter, isPaused: boolean) {
  const [isReady, setReady] = useState(false)
  /** What is heard while a list is on its way, the last step of each alert. */
  const meanwhile = useRef<Map<string, LiveStep>>(undefined)
  const query = useQuery({
    queryKey: ['alerts', filter],
    queryFn: () => {
      const given = Object.entries(filter).filter(([, value]) => value !== '')
      meanwhile.current = new Map()
      return allAlerts(Object.fromEntries(given))
    },
    enabled: isReady,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  })
  const { data } = query
  const [held, setHeld] = useState(NOTHING)
  const [inSpan, setInSpan] = useState(0)
  const [rate] = useState(() => new Rate(FLOOD_MINUTES * 60_000))
  // What is heard while the pages of a list come one by one may be in none of them.
  useEffect(() => {
    const shown = new Map(data?.items.map((alert) => [alert.id, alert]))
    const heard = [...(meanwhile.current?.values() ?? [])]
    setHeld(withSteps({ shown, waiting: new Map() }, heard, (alert) => isWanted(filter, alert)))
    if (data !== undefined) meanwhile.current = undefined
  }, [data, filter])
  // The last step of each alert says all: a long pause costs no more than there are alerts.
  const unheard = useRef(new Map<string, LiveStep>())
  const take = (steps: readonly LiveStep[]) =>
    setHeld((before) => withSteps(before, steps, (alert) => isWanted(filter, alert)))
  const isOpen = useSteps((steps) => {
    const raised = steps.filter(({ step }) => step === 'raised').length
    setInSpan(rate.add(raised, Date.now()))
    for (const step of steps) meanwhile.current?.set(step.alert.id, step)
    if (isPaused) for (const step of steps) unheard.current.set(step.alert.id, step)
    else take(steps)
  })
  useEffect(() => {
    if (isOpen) setReady(true)
    const patience = setTimeout(() => setReady(true), PATIENCE_MS)
    return () => clearTimeout(patience)
  }, [isOpen])
  useEffect(() => {
    const timer = setInterval(() => setInSpan(rate.add(0, Date.now())), LOOK_AGAIN_MS)
    return () => clearInterval(timer)
  }, [rate])
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
