/** The same chain without a drawing: as a list by party, and as a table. */
import type { Names } from '../server/names.ts'
import { VirtualList } from '../ui/virtual-list.tsx'
import { chainWords, wordOf } from '../words/chain.ts'
import { listText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import { stepText } from '../words/steps.ts'
import type { Side, Visit } from './graph.ts'
import { markOfNode } from './use-drawing.ts'

export interface ListProps {
  readonly visits: readonly Visit[]
  readonly selected: string | undefined
  readonly sides: ReadonlyMap<string, Side>
  readonly names: Names
  readonly onSelect: (visitId: string) => void
}

export function ChainList(props: ListProps) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const { visits, selected, names, onSelect } = props
  const inOrder = [...visits].sort((one, other) => one.fromMs - other.fromMs)
  return (
    <VirtualList items={inOrder} keyOf={({ id }) => id} rowHeight={58} label={t.list}>
      {(visit) => (
        <button
          type="button"
          className={`chain-row ${isDoubtful(visit) ? 'dashed' : ''}`}
          aria-current={visit.id === selected || undefined}
          onClick={() => onSelect(visit.id)}
        >
          <span className="grow">
            <strong>{nameOf(visit, names, t)}</strong> {shortKey(visit.node.key)}
            <span className="quiet block">
              {shortTime(visit.fromMs, language)} · {partyOf(visit, names, t.unknownParty)} ·{' '}
              {listText(
                stepsOf(visit).map((step) => stepText(step, language)),
                language,
              )}
            </span>
          </span>
          <Signs {...props} visit={visit} />
        </button>
      )}
    </VirtualList>
  )
}

export function ChainTable(props: ListProps) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const { visits, selected, names, onSelect } = props
  const inOrder = [...visits].sort((one, other) => one.fromMs - other.fromMs)
  return (
    <VirtualList items={inOrder} keyOf={({ id }) => id} rowHeight={40} label={t.table}>
      {(visit) => (
        <button
          type="button"
          className={`chain-row cells ${isDoubtful(visit) ? 'dashed' : ''}`}
          aria-current={visit.id === selected || undefined}
          onClick={() => onSelect(visit.id)}
        >
          <span>{shortTime(visit.fromMs, language)}</span>
          <strong>{shortKey(visit.node.key)}</strong>
          <span>{names.product(visit.node.key) ?? '–'}</span>
          <span>{wordOf(t, `kind_${visit.node.kind}`)}</span>
          <span>{partyOf(visit, names, t.unknownParty)}</span>
          <span>{names.place(visit.place)}</span>
          <Signs {...props} visit={visit} />
        </button>
      )}
    </VirtualList>
  )
}

function Signs({ visit, sides }: ListProps & { visit: Visit }) {
  const t = useWords(chainWords)
  const side = sides.get(visit.node.key)
  const mark = markOfNode(visit.node)
  return (
    <span className="row signs">
      {mark && <span className={`tag ${mark}`}>{mark === 'stop' ? '✕' : '!'}</span>}
      {isDoubtful(visit) && (
        <span className="tag inferred">
          ? {visit.gaps[0] ? wordOf(t, `gap_${visit.gaps[0].kind}`) : certaintyText(visit, t)}
        </span>
      )}
      {side === 'up' && <span className="upstream">◀</span>}
      {side === 'down' && <span className="downstream">▶</span>}
      {side === 'start' && <span className="tag">{t.start}</span>}
    </span>
  )
}

function certaintyText({ node }: Visit, t: object): string {
  return wordOf(t, `certainty_${node.certainty}`)
}

function nameOf({ node }: Visit, names: Names, t: object): string {
  return names.product(node.key) ?? wordOf(t, `kind_${node.kind}`)
}

function isDoubtful({ node, gaps }: Visit): boolean {
  return node.certainty !== 'observed' || gaps.length > 0
}

function partyOf({ party }: Visit, names: Names, unknown: string): string {
  return party ? names.party(party) : unknown
}

function stepsOf({ events }: Visit): string[] {
  return [...new Set(events.map(({ bizStep, type }) => bizStep ?? type))].slice(0, 4)
}
