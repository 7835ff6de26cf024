/** The pages that are offered. Where they have no room beside each other, a sign tells of more. */
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { navigationWords } from '../words/navigation.ts'
import type { Page } from './pages.ts'

interface NavigationProps {
  readonly offered: readonly Page[]
  readonly page: Page | undefined
}

export function Navigation({ offered, page }: NavigationProps) {
  const t = useWords(commonWords)
  const names = useWords(navigationWords)
  const nav = useRef<HTMLElement>(null)
  // They are offered once it is known to whom.
  const count = offered.length
  const hidden = useHidden(nav, count)
  // The page one is on is in view, wherever it stands in the row.
  useEffect(() => {
    const row = nav.current
    const current = row?.querySelector<HTMLElement>('[aria-current]')
    if (row && current && page && count > 0) {
      row.scrollLeft = current.offsetLeft - (row.clientWidth - current.offsetWidth) / 2
    }
  }, [page, count])
  return (
    <nav ref={nav} aria-label={t.navigation} className={hidden}>
      {offered.map((each) => (
        <Link
          key={each.path}
          href={`/app${each.path}`}
          aria-current={each === page ? 'page' : undefined}
        >
          {names[each.word]}
        </Link>
      ))}
    </nav>
  )
}

/** On which sides there is more than is in view, as names of classes. */
function useHidden(nav: React.RefObject<HTMLElement | null>, count: number): string {
  const [hidden, setHidden] = useState('')
  useEffect(() => {
    const row = nav.current
    if (!row || count === 0) return
    const look = () => {
      const { scrollLeft, scrollWidth, clientWidth } = row
      const sides = [
        ...(scrollLeft > 1 ? ['more-before'] : []),
        ...(scrollLeft + clientWidth < scrollWidth - 1 ? ['more-behind'] : []),
      ]
      setHidden(sides.join(' '))
    }
    look()
    const observer = new ResizeObserver(look)
    observer.observe(row)
    row.addEventListener('scroll', look, { passive: true })
    return () => {
      observer.disconnect()
      row.removeEventListener('scroll', look)
    }
  }, [nav, count])
  return hidden
}
