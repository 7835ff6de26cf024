/** What is selected: what, when, where, why, who, how much, and what that rests on. */
import { Link } from 'wouter'
import { RecallLink } from '../recalls/recall-link.tsx'
import type { Names } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { chainWords, wordOf } from '../words/chain.ts'
import { listText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { shortKey } from '../words/short-key.ts'
import { dispositionText, stepText } from '../words/steps.ts'
import { Amounts } from './amounts.tsx'
import { type Box, MOST_OPENED } from './boxes.ts'
import type { ChainEvent, Graph, Visit } from './graph.ts'

interface PanelProps {
  readonly box: Box
  readonly graph: Graph
  readonly names: Names
  readonly onSelect: (visitId: string) => void
  readonly onExpand: () => void
}

export function NodePanel(props: PanelProps) {
  const t = useWords(chainWords)
  const { box } = props
  const [visit] = box.visits
  if (!visit) return null
  const title =
    box.visits.length === 1 ? t.selected(shortKey(visit.node.key)) : t.inBundle(box.visits.length)
  return (
    <Card title={title} className="chain-panel">
      {box.visits.length === 1 ? <Single {...props} visit={visit} /> : <Bundle {...props} />}
    </Card>
  )
}

const LISTED = 60

function Bundle({ box, names, onSelect, onExpand }: PanelProps) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const rest = box.visits.length - MOST_OPENED
  return (
    <>
      <p className="quiet">
        {names.party(box.party)} · {shortTime(box.fromMs, language)}
      </p>
      <button type="button" className="small" onClick={onExpand}>
        {rest > 0 ? t.expandSome(MOST_OPENED, rest) : t.expand(box.visits.length)}
      </button>
      <ul className="chain-members">
        {box.visits.slice(0, LISTED).map(({ id, node }) => (
          <li key={id}>
            <button type="button" className="link" onClick={() => onSelect(id)}>
              {shortKey(node.key)}
            </button>
          </li>
        ))}
        {box.visits.length > LISTED && <li className="quiet">+{box.visits.length - LISTED}</li>}
      </ul>
    </>
  )
}

function Single({ visit, graph, names, onSelect }: PanelProps & { visit: Visit }) {
  const t = useWords(chainWords)
  const { node, gaps } = visit
  return (
    <>
      <p className="row">
        <span className={`tag ${node.certainty === 'observed' ? '' : 'inferred'}`}>
          {wordOf(t, `certainty_${node.certainty}`)}
        </span>
        <span className="tag">{wordOf(t, `standing_${node.standing}`)}</span>
        <span className="tag">{wordOf(t, `kind_${node.kind}`)}</span>
      </p>
      {gaps.map(({ kind, time, open }) => (
        <p key={`${kind} ${time}`} className="tag inferred wrap">
          ? {wordOf(t, `gap_${kind}`)} {open && `(${t.gapOpen})`}
        </p>
      ))}
      <Dimensions visit={visit} names={names} />
      <Amounts itemKey={node.key} />
      <Neighbours visit={visit} graph={graph} onSelect={onSelect} />
      <Evidence visit={visit} names={names} />
      <div className="row">
        <Link className="button small" href={`/app/chain?id=${encodeURIComponent(node.key)}`}>
          {t.traceFrom}
        </Link>
        <Link className="button small" href={`/app/item?id=${encodeURIComponent(node.key)}`}>
          {t.openItem}
        </Link>
        <RecallLink item={node.key} />
      </div>
    </>
  )
}

function Dimensions({ visit, names }: { visit: Visit; names: Names }) {
  const t = useWords(chainWords)
  const language = useLanguage()
  const { node, party, fromMs, toMs, events } = visit
  const places = [...new Set(events.flatMap(placeOf))]
  const steps = [...new Set(events.map(({ bizStep, type }) => bizStep ?? type))]
  const last = events.at(-1)?.disposition
  const until = toMs === fromMs ? '' : ` – ${shortTime(toMs, language)}`
  return (
    <dl className="facts">
      <dt>{t.what}</dt>
      <dd>
        {names.product(node.key)} <span className="quiet">{node.key}</span>
      </dd>
      <dt>{t.when}</dt>
      <dd>{shortTime(fromMs, language) + until}</dd>
      <dt>{t.where}</dt>
      <dd>
        {listText(
          places.map((place) => names.place(place)),
          language,
        ) || '?'}
      </dd>
      <dt>{t.why}</dt>
      <dd>
        {listText(
          steps.map((step) => stepText(step, language)),
          language,
        )}
        {last && <span className="quiet"> · {dispositionText(last, language)}</span>}
      </dd>
      <dt>{t.who}</dt>
      <dd>{party ? names.party(party) : t.unknownParty}</dd>
    </dl>
  )
}

function placeOf({ bizLocation, readPoint }: ChainEvent): string[] {
  const place = bizLocation ?? readPoint
  return place === undefined ? [] : [place]
}

const NEIGHBOURS = 8

function Neighbours({
  visit,
  graph,
  onSelect,
}: Pick<PanelProps, 'graph' | 'onSelect'> & { visit: Visit }) {
  const t = useWords(chainWords)
  const parents = graph.edges.filter(({ to }) => to === visit.id)
  const children = graph.edges.filter(({ from }) => from === visit.id)
  const aboutEdge = ({ kind, certainty }: (typeof parents)[number]) =>
    `${wordOf(t, `link_${kind}`)} · ${wordOf(t, `certainty_${certainty}`)}`
  const row = (title: string, edges: typeof parents, end: 'from' | 'to') =>
    edges.length > 0 && (
      <>
        <dt>
          {title} {edges.length}
        </dt>
        <dd>
          {edges.slice(0, NEIGHBOURS).map((edge) => (
            <button
              key={`${edge[end]} ${edge.kind}`}
              type="button"
              className={`link ${edge.certainty === 'observed' ? '' : 'dashed'}`}
              title={aboutEdge(edge)}
              onClick={() => onSelect(edge[end])}
            >
              {edge.certainty !== 'observed' && '? '}
              {shortKey(edge[end].replace(/#\d+$/, ''))}
            </button>
          ))}
          {edges.length > NEIGHBOURS && ` +${edges.length - NEIGHBOURS}`}
        </dd>
      </>
    )
  return (
    <dl className="facts">
      {row(t.parents, parents, 'from')}
      {row(t.children, children, 'to')}
    </dl>
  )
}

const SHOWN_EVENTS = 20

function Evidence({ visit: { events }, names }: { visit: Visit; names: Names }) {
  const t = useWords(chainWords)
  const language = useLanguage()
  return (
    <details>
      <summary>
        {t.evidence} · {t.eventsCount(events.length)}
      </summary>
      <ul className="lines">
        {events.slice(0, SHOWN_EVENTS).map(({ eventID, eventTime, bizStep, type, party }) => (
          <li key={`${eventID} ${party}`}>
            {shortTime(eventTime, language)} {stepText(bizStep ?? type, language)}{' '}
            <span className="quiet">{names.party(party)}</span>{' '}
            <a
              href={`/epcis/events/${encodeURIComponent(eventID)}`}
              target="_blank"
              rel="noreferrer"
            >
              {t.raw}
            </a>
          </li>
        ))}
        {events.length > SHOWN_EVENTS && <li className="quiet">+{events.length - SHOWN_EVENTS}</li>}
      </ul>
    </details>
  )
}
