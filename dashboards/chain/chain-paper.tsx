/** The drawing for paper: what scrolls on a screen would be cut there. It is made when printed. */
import { useEffect, useRef } from 'react'

export function ChainPaper({ svg }: { readonly svg: () => string }) {
  const sheet = useRef<HTMLDivElement>(null)
  const drawn = useRef(svg)
  drawn.current = svg
  useEffect(() => {
    const end = new AbortController()
    const { signal } = end
    const draw = () => {
      const document = new DOMParser().parseFromString(drawn.current(), 'image/svg+xml')
      sheet.current?.replaceChildren(document.documentElement)
    }
    addEventListener('beforeprint', draw, { signal })
    addEventListener('afterprint', () => sheet.current?.replaceChildren(), { signal })
    return () => end.abort()
  }, [])
  return <div ref={sheet} className="chain-paper" />
}
