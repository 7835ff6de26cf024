/**
 * A list of any length, of which only what is in view is in the page. Rows are told to whoever
 * cannot see them as items of a list with their place in it.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

interface VirtualListProps<T> {
  readonly items: readonly T[]
  readonly keyOf: (item: T) => string | number
  /** About how high a row is, in pixels; rows are measured when they are drawn. */
  readonly rowHeight: number
  /** What the list is called. */
  readonly label: string
  /** The last of the items is in view: there may be more to ask for. */
  readonly onEnd?: () => void
  readonly children: (item: T, at: number) => ReactNode
}

export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, keyOf, rowHeight, label, onEnd, children } = props
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (at) => {
      const item = items[at]
      return item === undefined ? at : keyOf(item)
    },
    overscan: 8,
  })
  const isAtEnd = rows.getVirtualItems().at(-1)?.index === items.length - 1
  const atEnd = useRef(onEnd)
  atEnd.current = onEnd
  // Once for each length: whoever is told asks for more, and that takes its time.
  useEffect(() => {
    if (isAtEnd && items.length > 0) atEnd.current?.()
  }, [isAtEnd, items.length])
  return (
    // A list that scrolls has to be reachable without a pointer.
    <section className="scroller" ref={scroller} aria-label={label} tabIndex={0}>
      <ul className="virtual" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const item = items[index]
          return (
            <li
              key={key}
              ref={rows.measureElement}
              data-index={index}
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ transform: `translateY(${start}px)` }}
            >
              {item !== undefined && children(item, index)}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
