/** A chain that is there: how it is looked at, and what is selected in it. */
import { useEffect, useRef, useState } from 'react'
import { useLocation } from 'wouter'
import { useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { chainWords } from '../words/chain.ts'
import { useWords } from '../words/language.ts'
import type { AxisMode } from './axis.ts'
import type { Box } from './boxes.ts'
import { ChainCanvas } from './chain-canvas.tsx'
import { ChainList, ChainTable } from './chain-list.tsx'
import { ChainPaper } from './chain-paper.tsx'
import { ChainToolbar, type ViewName } from './chain-toolbar.tsx'
import { CurveStrip } from './curve-strip.tsx'
import type { Chain } from './graph.ts'
import { NodePanel } from './node-panel.tsx'
import { SharedView } from './shared-view.ts'
import { useDrawing } from './use-drawing.ts'
import { useLimits } from './use-limits.ts'
import { useSvg } from './use-svg.ts'

interface ChainViewProps {
  readonly chain: Chain
  readonly isFetching: boolean
  /** Undefined where the server gives no more than is there. */
  readonly onLoadAll: (() => void) | undefined
}

const NARROW = 700

export function ChainView({ chain, isFetching, onLoadAll }: ChainViewProps) {
  const t = useWords(chainWords)
  const [, navigate] = useLocation()
  const names = useNames()
  const limits = useLimits(chain.start)
  const [frame, width] = useWidth()
  const [shared] = useState(() => new SharedView())
  const [view, setView] = useState<ViewName>('graph')
  const [mode, setMode] = useState<AxisMode>('linear')
  const [zoom, setZoom] = useState(1)
  const [isOnlyRelated, setIsOnlyRelated] = useState(false)
  const [opened, setOpened] = useState<readonly string[]>([])
  const [selected, setSelected] = useState<string>()
  const margin = width < NARROW ? 84 : 140
  const drawing = useDrawing(chain, {
    ...{ mode, opened, isOnlyRelated, selected, names },
    width: Math.max(320, (width - margin) * zoom),
  })
  const { graph, boxes, layout, scene, current, sides } = drawing
  const expand = (box: Box | undefined) => {
    if (box?.bundle === undefined || box.visits.length === 1) return
    setOpened([...opened, box.bundle])
    setSelected(box.visits[0]?.id)
  }
  const undo = () => setOpened(opened.slice(0, -1))
  const laneNames = (party: string) => (party === '' ? t.unknownParty : names.party(party))
  const svg = useSvg({ title: chain.start, layout, scene, laneNames })
  const onKey = (key: string) => {
    if (key === 'e' || key === 'enter') expand(current)
    else if (key === 'u') undo()
    else if (key === 'l') setView('list')
    else if (key === 't' && current?.visits.length === 1) {
      navigate(`/app/chain?id=${encodeURIComponent(current.visits[0]?.node.key ?? '')}`)
    }
  }
  const lists = {
    ...{ visits: graph.visits, selected: current?.id, sides, names },
    onSelect: setSelected,
  }
  return (
    <div className="chain-desk">
      <Card title={t.chain} className="chain-card" side={<Heading {...{ chain, sides, names }} />}>
        <ChainToolbar
          {...{ chain, svg, view, mode, isOnlyRelated }}
          onView={setView}
          onMode={setMode}
          onOnlyRelated={setIsOnlyRelated}
          onZoom={(by) => setZoom(Math.min(64, Math.max(1, zoom * by)))}
          onUndo={opened.length > 0 ? undo : undefined}
        />
        <Cuts {...{ chain, isFetching, onLoadAll }} />
        {boxes.isBundled && view === 'graph' && (
          <p className="quiet">{t.bundled(boxes.boxes.length, graph.visits.length)}</p>
        )}
        <div ref={frame}>
          {view === 'list' && <ChainList {...lists} />}
          {view === 'table' && <ChainTable {...lists} />}
          {view === 'graph' && (
            <>
              <ChainCanvas
                {...{ layout, scene, laneNames, margin, view: shared, onKey }}
                selected={current?.id}
                onSelect={setSelected}
              />
              <p id="chain-keys" className="quiet no-print">
                {t.keys}
              </p>
              <CurveStrip
                {...{ limits, margin, view: shared }}
                itemKey={chain.start}
                axis={layout.axis}
              />
            </>
          )}
        </div>
        <ChainPaper svg={svg} />
        <p className="unseen" aria-live="polite">
          {current && spoken(current, laneNames)}
        </p>
      </Card>
      {current ? (
        <NodePanel
          {...{ graph, names }}
          box={current}
          onSelect={setSelected}
          onExpand={() => expand(current)}
        />
      ) : (
        <p className="quiet">{t.nothing}</p>
      )}
    </div>
  )
}

function spoken({ visits, party }: Box, laneNames: (party: string) => string): string {
  const key = visits[0]?.node.key ?? ''
  return `${laneNames(party)}: ${visits.length === 1 ? key : `${visits.length} × ${key}`}`
}

function Heading({
  chain,
  sides,
  names,
}: {
  chain: Chain
  sides: ReturnType<typeof useDrawing>['sides']
  names: ReturnType<typeof useNames>
}) {
  const t = useWords(chainWords)
  const all = [...sides.values()]
  return (
    <span className="row">
      <span className="quiet">{names.product(chain.start)}</span>
      <span className="upstream">{t.upstream(all.filter((side) => side === 'up').length)}</span>
      <span className="downstream">
        {t.downstream(all.filter((side) => side === 'down').length)}
      </span>
    </span>
  )
}

function Cuts({ chain: { cut }, isFetching, onLoadAll }: ChainViewProps) {
  const t = useWords(chainWords)
  const countOf = (wanted: string) => {
    const its = cut.filter(({ reason }) => reason === wanted)
    const count = its.reduce((sum, each) => sum + each.count, 0)
    return count === 0 ? '' : `${count}${its.some(({ atLeast }) => atLeast) ? '+' : ''}`
  }
  const [limited, deeper] = [countOf('limit'), countOf('depth')]
  if (limited === '' && deeper === '') return null
  return (
    <p className="row">
      {deeper !== '' && <span className="tag inferred">? {t.cutDepth(deeper)}</span>}
      {limited !== '' && (
        <>
          <span className="tag inferred">? {t.cut(limited)}</span>
          {onLoadAll && (
            <button type="button" className="small" disabled={isFetching} onClick={onLoadAll}>
              {t.loadMore}
            </button>
          )}
        </>
      )}
    </p>
  )
}

function useWidth() {
  const frame = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1000)
  useEffect(() => {
    const element = frame.current
    if (!element) return
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    setWidth(element.clientWidth)
    return () => observer.disconnect()
  }, [])
  return [frame, width] as const
}
