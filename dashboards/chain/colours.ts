/** Colours of tokens as they are now: a canvas and a file need them by value. */
import { useSyncExternalStore } from 'react'
import type { Colours } from './paint-graph.ts'

let current = coloursNow()

/** Reads each token once. */
function coloursNow(): Colours {
  const style = getComputedStyle(document.documentElement)
  const known = new Map<string, string>()
  return (token) => {
    const value = known.get(token) ?? style.getPropertyValue(token).trim()
    known.set(token, value)
    return value
  }
}

/** Others when light becomes dark, whether that is chosen here or by the system. */
export function useColours(): Colours {
  return useSyncExternalStore(subscribe, () => current)
}

function subscribe(listener: () => void): () => void {
  const onChange = () => {
    current = coloursNow()
    listener()
  }
  const chosen = new MutationObserver(onChange)
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
  const system = matchMedia('(prefers-color-scheme: dark)')
  system.addEventListener('change', onChange)
  return () => {
    chosen.disconnect()
    system.removeEventListener('change', onChange)
  }
}
