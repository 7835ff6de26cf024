/** How a chain is looked at, and what can be taken away of it. */

import { Choice } from '../ui/choice.tsx'
import { chainWords } from '../words/chain.ts'
import { commonWords } from '../words/common.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import { type AxisMode, type Tick, ticksOf, tickText } from './axis.ts'
import { useColours } from './colours.ts'
import { chainRows, csvOf, saveFile } from './export.ts'
import type { Chain } from './graph.ts'
import type { Layout } from './layout.ts'
import type { Scene } from './scene.ts'
import { svgOf } from './svg.ts'

export type ViewName = 'graph' | 'list' | 'table'
const VIEWS: readonly ViewName[] = ['graph', 'list', 'table']
const MODES: readonly AxisMode[] = ['linear', 'compressed']

interface ToolbarProps {
  readonly chain: Chain
  readonly layout: Layout
  readonly scene: Scene
  readonly laneNames: (party: string) => string
  readonly view: ViewName
  readonly mode: AxisMode
  readonly isOnlyRelated: boolean
  readonly onView: (view: ViewName) => void
  readonly onMode: (mode: AxisMode) => void
  readonly onOnlyRelated: (isOnly: boolean) => void
  readonly onZoom: (by: number) => void
  /** Undefined where nothing is expanded. */
  readonly onUndo: (() => void) | undefined
}

export function ChainToolbar(props: ToolbarProps) {
  const t = useWords(chainWords)
  const { view, mode, isOnlyRelated, onView, onMode, onOnlyRelated, onZoom, onUndo } = props
  return (
    <div className="row no-print">
      <Choice label={t.view} of={VIEWS} chosen={view} nameOf={(one) => t[one]} onChoose={onView} />
      {view === 'graph' && (
        <>
          <Choice
            label={t.axis}
            of={MODES}
            chosen={mode}
            nameOf={(one) => t[one]}
            onChoose={onMode}
          />
          <span className="row">
            <button
              type="button"
              className="small"
              aria-label={t.zoomOut}
              onClick={() => onZoom(0.5)}
            >
              −
            </button>
            <button type="button" className="small" aria-label={t.zoomIn} onClick={() => onZoom(2)}>
              +
            </button>
          </span>
          <label className="row plain">
            <input
              type="checkbox"
              checked={isOnlyRelated}
              onChange={(event) => onOnlyRelated(event.target.checked)}
            />
            {t.onlyRelated}
          </label>
          {onUndo && (
            <button type="button" className="small" onClick={onUndo}>
              {t.undo}
            </button>
          )}
        </>
      )}
      <Exports {...props} />
    </div>
  )
}

function Exports({ chain, layout, scene, laneNames }: ToolbarProps) {
  const t = useWords(chainWords)
  const common = useWords(commonWords)
  const colours = useColours()
  const language = useLanguage()
  const name = shortKey(chain.start).replace('…', '')
  const saveSvg = () => {
    const ticks = ticksOf(layout.axis)
    const parts = { layout, scene, laneNames, ticks, colours }
    const asText = (tick: Tick) => tickText(tick, language)
    saveFile(
      `${name}.svg`,
      'image/svg+xml',
      svgOf({ ...parts, tickText: asText, title: chain.start }),
    )
  }
  return (
    <span className="row end">
      <button
        type="button"
        className="small"
        onClick={() => saveFile(`${name}.csv`, 'text/csv;charset=utf-8', csvOf(chainRows(chain)))}
      >
        {t.saveCsv}
      </button>
      <button type="button" className="small" onClick={saveSvg}>
        {t.saveSvg}
      </button>
      <button type="button" className="small" onClick={() => print()}>
        {common.print}
      </button>
    </span>
  )
}
