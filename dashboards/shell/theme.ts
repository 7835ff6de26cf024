/** Light or dark: as the system has it, until it is chosen here. */
import { useState } from 'react'

type Theme = 'light' | 'dark'
const STORED = 'suyuan-theme'

const stored = localStorage.getItem(STORED)
if (stored === 'light' || stored === 'dark') document.documentElement.dataset['theme'] = stored

function current(): Theme {
  const chosen = document.documentElement.dataset['theme']
  if (chosen === 'light' || chosen === 'dark') return chosen
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
}

export function useTheme(): [Theme, () => void] {
  const [theme, setTheme] = useState(current)
  const toggle = () => {
    const next = theme === 'dark' ? 'light' : 'dark'
    document.documentElement.dataset['theme'] = next
    localStorage.setItem(STORED, next)
    setTheme(next)
    // Drawn curves take their colours from the tokens when they are drawn.
    dispatchEvent(new Event('suyuan-theme'))
  }
  return [theme, toggle]
}
