/** How a chain is looked at, and what can be taken away of it. */

import { Choice } from '../ui/choice.tsx'
import { chainWords } from '../words/chain.ts'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import type { AxisMode } from './axis.ts'
import { chainRows, csvOf, saveFile } from './export.ts'
import type { Chain } from './graph.ts'

export type ViewName = 'graph' | 'list' | 'table'
const VIEWS: readonly ViewName[] = ['graph', 'list', 'table']
const MODES: readonly AxisMode[] = ['linear', 'compressed']

interface ToolbarProps {
  readonly chain: Chain
  readonly svg: () => string
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
      <Exports chain={props.chain} svg={props.svg} />
    </div>
  )
}

function Exports({ chain, svg }: Pick<ToolbarProps, 'chain' | 'svg'>) {
  const t = useWords(chainWords)
  const common = useWords(commonWords)
  const name = shortKey(chain.start).replace('…', '')
  return (
    <span className="row end">
      <button
        type="button"
        className="small"
        onClick={() => saveFile(`${name}.csv`, 'text/csv;charset=utf-8', csvOf(chainRows(chain)))}
      >
        {t.saveCsv}
      </button>
      <button
        type="button"
        className="small"
        onClick={() => saveFile(`${name}.svg`, 'image/svg+xml', svg())}
      >
        {t.saveSvg}
      </button>
      <button type="button" className="small" onClick={() => print()}>
        {common.print}
      </button>
    </span>
  )
}
