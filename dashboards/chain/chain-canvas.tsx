/**
 * The graph. A canvas that stays where it is shows what is in view of a scrolled area, so that
 * wheel, touch and keys scroll as everywhere; the keyboard goes from node to node.
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { chainWords } from '../words/chain.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { type Tick, ticksOf, tickText } from './axis.ts'
import { useColours } from './colours.ts'
import { BOX_HEIGHT, BOX_WIDTH, type Layout, placedAt, type Step, stepFrom } from './layout.ts'
import { AXIS_HEIGHT, paint, viewOf } from './paint.ts'
import type { View } from './paint-graph.ts'
import type { Scene } from './scene.ts'
import type { SharedView } from './shared-view.ts'
import { Sheet } from './sheet.ts'

interface ChainCanvasProps {
  readonly layout: Layout
  readonly scene: Scene
  readonly laneNames: (party: string) => string
  readonly margin: number
  readonly view: SharedView
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
  /** A key that is not about moving. */
  readonly onKey: (key: string) => void
}

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: 'parent',
  ArrowRight: 'child',
  ArrowUp: 'before',
  ArrowDown: 'after',
}

export function ChainCanvas(props: ChainCanvasProps) {
  const { layout, margin, view, selected, onSelect, onKey } = props
  const t = useWords(chainWords)
  const scroller = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  useDrawing(props, scroller, canvas)
  useEffect(() => {
    const placed = selected === undefined ? undefined : layout.byId.get(selected)
    if (placed && scroller.current) bringIntoView(scroller.current, placed.x, placed.y, margin)
  }, [selected, layout, margin])
  const placeOf = ({ clientX, clientY }: PointerEvent) => {
    const at = scroller.current
    const box = at?.getBoundingClientRect()
    if (!at || !box) return undefined
    const x = clientX - box.left - margin + at.scrollLeft
    const isBeside = clientX - box.left < margin
    return isBeside ? undefined : { x, y: clientY - box.top + at.scrollTop }
  }
  const onPointer = (event: PointerEvent) => {
    const place = placeOf(event)
    view.point(place?.x)
    const found = place && placedAt(layout, place.x, place.y)
    if (canvas.current) canvas.current.style.cursor = found ? 'pointer' : 'default'
    if (found && event.type === 'pointerup') onSelect(found.box.id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key]
    if (step === undefined) return onKey(event.key.toLowerCase())
    event.preventDefault()
    onSelect(stepFrom(layout, selected ?? '', step))
  }
  return (
    <div
      className="chain-scroller"
      role="application"
      aria-label={t.graphLabel}
      aria-describedby="chain-keys"
      tabIndex={0}
      ref={scroller}
      style={{ height: `min(${layout.height + AXIS_HEIGHT + 2}px, 70vh)` }}
      onKeyDown={onKeyDown}
    >
      <div style={{ width: margin + layout.width, height: layout.height + AXIS_HEIGHT }}>
        <canvas
          ref={canvas}
          onPointerMove={onPointer}
          onPointerUp={onPointer}
          onPointerLeave={() => view.point(undefined)}
        />
      </div>
    </div>
  )
}

function useDrawing(
  { layout, scene, laneNames, margin, view }: ChainCanvasProps,
  scroller: { readonly current: HTMLDivElement | null },
  canvas: { readonly current: HTMLCanvasElement | null },
): void {
  const colours = useColours()
  const size = useSize(scroller)
  const language = useLanguage()
  const ticks = useMemo(() => ticksOf(layout.axis), [layout])
  useEffect(() => {
    const [at, onto] = [scroller.current, canvas.current]
    const ctx = onto?.getContext('2d')
    if (!at || !onto || !ctx) return
    const { width, height } = size
    const scale = devicePixelRatio
    onto.width = width * scale
    onto.height = height * scale
    onto.style.width = `${width}px`
    onto.style.height = `${height}px`
    const sheet = new Sheet(scene, scale, colours)
    let [isDue, ahead] = [0, 0]
    const draw = () => {
      isDue = 0
      ctx.setTransform(scale, 0, 0, scale, 0, 0)
      const frame = { sheet, lanes: layout.lanes, laneNames, ticks, width, height, margin }
      const { scrollLeft: scrollX, scrollTop: scrollY } = at
      const asText = (tick: Tick) => tickText(tick, language)
      const { cursorX } = view
      const whole = { ...frame, scrollX, scrollY, cursorX, tickText: asText }
      paint(ctx, whole, colours)
      cancelAnimationFrame(ahead)
      ahead = requestAnimationFrame(() => prepare(viewOf(whole)))
    }
    const prepare = (around: View) => {
      if (sheet.prepare(around)) ahead = requestAnimationFrame(() => prepare(around))
    }
    const tell = () => view.show(at.scrollLeft, width - margin)
    const soon = () => {
      tell()
      isDue ||= requestAnimationFrame(draw)
    }
    tell()
    draw()
    at.addEventListener('scroll', soon, { passive: true })
    const stop = view.listen(soon)
    return () => {
      cancelAnimationFrame(isDue)
      cancelAnimationFrame(ahead)
      at.removeEventListener('scroll', soon)
      stop()
    }
  }, [layout, scene, laneNames, ticks, language, margin, view, size, colours, scroller, canvas])
}

function useSize(element: { readonly current: HTMLElement | null }) {
  const [size, setSize] = useState({ width: 300, height: 150 })
  useEffect(() => {
    const at = element.current
    if (!at) return
    const measure = () => setSize({ width: at.clientWidth, height: at.clientHeight })
    const observer = new ResizeObserver(measure)
    observer.observe(at)
    measure()
    return () => observer.disconnect()
  }, [element])
  return size
}

const AROUND = 40

function bringIntoView(at: HTMLElement, x: number, y: number, margin: number): void {
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = at
  const right = x + BOX_WIDTH + AROUND + margin - clientWidth
  const bottom = y + BOX_HEIGHT + AROUND + AXIS_HEIGHT - clientHeight
  at.scrollTo({
    left: Math.max(right, Math.min(scrollLeft, x - AROUND)),
    top: Math.max(bottom, Math.min(scrollTop, y - AROUND)),
  })
}
