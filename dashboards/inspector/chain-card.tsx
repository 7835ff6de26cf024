/** The chain from top to bottom: one row a stage, rows for what is missing, events on demand. */
import { useQuery } from '@tanstack/react-query'
import { askedOrKept } from '../offline/answers.ts'
import { untilAnswered } from '../offline/patience.ts'
import { api, inPath, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { Loading } from '../ui/states.tsx'
import { listText, shortTime } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { stepText } from '../words/steps.ts'
import { keyText } from './about-card.tsx'
import type { FullItem } from './item-data.ts'
import { KeptMark, NotThere } from './kept-mark.tsx'
import { type Missing, reachOf, type Stage, stagesOf } from './stages.ts'
import { useNames } from './use-names.ts'

const MOST_NODES = 300
const MOST_EVENTS = 40

export function ChainCard({ item }: { item: FullItem }) {
  const t = useWords(itemWords)
  const chain = useQuery({
    queryKey: ['chain', item.key],
    queryFn: () =>
      askedOrKept(`chain ${item.key}`, () =>
        told(
          api.v1.trace[':id'].$get({
            param: { id: inPath(item.key) },
            query: { direction: 'both', limit: String(MOST_NODES) },
          }),
        ),
      ),
    refetchInterval: untilAnswered,
  })
  if (chain.isPending) return <Loading />
  if (chain.error) {
    return (
      <Card title={t.chain}>
        <NotThere error={chain.error} onAgain={() => chain.refetch()} />
      </Card>
    )
  }
  const { value, keptAt } = chain.data
  const { upstream, downstream } = reachOf(value)
  const adverse = adverseOf(item)
  return (
    <Card
      title={t.chain}
      side={
        <span className="row">
          <span className="upstream">{t.upstream(upstream)}</span>
          <span className="downstream">{t.downstream(downstream)}</span>
        </span>
      }
    >
      <KeptMark at={keptAt} />
      <ol className="chain">
        {stagesOf(value).map((row) =>
          row.kind === 'gap' ? (
            <GapRow key={`gap ${row.key} ${row.fromTime}`} gap={row} />
          ) : (
            <StageRow key={row.parties.join(' ')} stage={row} adverse={adverse} item={item} />
          ),
        )}
      </ol>
    </Card>
  )
}

/** Events that speak against the item, and places where it was when something happened to it. */
type Adverse = ReadonlySet<string | undefined>

function adverseOf({ verdict, places }: FullItem): Adverse {
  const reasons = verdict.reasons.filter((reason) => reason.verdict === 'do_not_sell')
  const events = reasons.flatMap(({ eventID }) => eventID ?? [])
  const times = reasons.flatMap(({ eventID, time }) => (eventID === undefined ? (time ?? []) : []))
  const there = places.filter(({ fromTime = '', toTime = '9999' }) =>
    times.some((time) => time >= fromTime && time < toTime),
  )
  return new Set([...events, ...there.map(({ place }) => place)])
}

function StageRow({ stage, adverse, item }: { stage: Stage; adverse: Adverse; item: FullItem }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  const names = useNames(item)
  const { parties, steps, fromTime, keys, events } = stage
  const isAdverse = events.some(({ eventID, place }) => adverse.has(eventID) || adverse.has(place))
  const [first = '', second, ...rest] = parties
  const who = listText([first, ...(second === undefined ? [] : [second])].map(names), language)
  return (
    <li className={isAdverse ? 'stop' : ''}>
      <details open={isAdverse}>
        <summary>
          <strong>{who}</strong>
          {rest.length > 0 && ` +${rest.length}`}{' '}
          {isAdverse && <span className="tag stop">✕ {t.adverse}</span>}
          <span className="count">{t.items(keys.length)}</span>
          <span className="quiet block">
            {shortTime(fromTime, language)} ·{' '}
            {listText(
              steps.map((s) => stepText(s, language)),
              language,
            )}
          </span>
        </summary>
        <ul className="events">
          {events.slice(0, MOST_EVENTS).map((event) => (
            <li key={`${event.eventID} ${event.party}`}>
              <span className="number">{shortTime(event.eventTime, language)}</span>{' '}
              {stepText(event.bizStep, language)} {event.place && names(event.place)}
              <span className="quiet block">
                {listText(event.keys.slice(0, 3).map(keyText), language)}
                {event.keys.length > 3 && ` +${event.keys.length - 3}`}
              </span>
            </li>
          ))}
          {events.length > MOST_EVENTS && <li className="quiet">+{events.length - MOST_EVENTS}</li>}
        </ul>
      </details>
    </li>
  )
}

function GapRow({ gap: { gap, key, fromTime } }: { gap: Missing }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  return (
    <li className="gap">
      <span className="tag inferred">? {t.gap}</span>{' '}
      <span className="quiet">
        {shortTime(fromTime, language)} · {GAPS[gap]?.[language] ?? gap} · {keyText(key)}
      </span>
    </li>
  )
}

const GAPS: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  'received-not-shipped': { zh: '有收货，无发货', en: 'received, never shipped' },
  'shipped-not-received': { zh: '有发货，无收货', en: 'shipped, not received' },
  'never-seen-before': { zh: '此前没有记录', en: 'never seen before' },
  'outputs-without-inputs': { zh: '有产出，无投料', en: 'outputs without inputs' },
  'inputs-without-outputs': { zh: '有投料，无产出', en: 'inputs without outputs' },
  'class-only': { zh: '只有品种，没有批号', en: 'only the product is named' },
}
