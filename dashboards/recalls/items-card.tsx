/** Items of a version, tier by tier and never mixed: each with the way to it and where it is. */
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { api, inPath, told } from '../server/api.ts'
import { useNames } from '../server/names.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Choice } from '../ui/choice.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { amountText } from '../words/amounts.ts'
import { wordOf } from '../words/chain.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { shortKey } from '../words/short-key.ts'
import { Exports } from './exports.tsx'
import { TIERS, type Tier } from './recall-data.ts'
import { TIER_SIGNS } from './tier-counts.tsx'

interface ItemsCardProps {
  readonly id: string
  readonly version: number
}

export function ItemsCard({ id, version }: ItemsCardProps) {
  const t = useWords(recallWords)
  const [tier, setTier] = useState<Tier>('proven')
  const [opened, setOpened] = useState<string>()
  const query = { version: String(version), tier }
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = usePages(
    ['recall items', id, query],
    (after) =>
      told(
        api.v1.recalls[':id'].items.$get({
          param: { id: inPath(id) },
          query: { ...query, perPage: '500', ...after },
        }),
      ),
    { staleTime: Number.POSITIVE_INFINITY },
  )
  const items = data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Card
      title={t.itemsTitle}
      className="recall-list"
      side={
        <Exports
          path={`/v1/recalls/${inPath(id)}/items`}
          query={{ version: String(version) }}
          of={t.itemsTitle}
        />
      }
    >
      <Choice
        label={t.scope}
        of={TIERS}
        chosen={tier}
        nameOf={(one) => (
          <>
            <span aria-hidden="true">{TIER_SIGNS[one]}</span> {t[`tier_${one}`]}
          </>
        )}
        onChoose={setTier}
      />
      <p className="quiet">{t[`tierMeans_${tier}`]}</p>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data && items.length === 0 && <Empty title="–" />}
      {items.length > 0 && (
        <VirtualList
          items={items}
          keyOf={({ key }) => key}
          rowHeight={48}
          label={`${t.itemsTitle}: ${t[`tier_${tier}`]}`}
          onEnd={() => hasNextPage && void fetchNextPage()}
        >
          {(item) => (
            <Row
              item={item}
              isOpen={opened === item.key}
              onOpen={() => setOpened(opened === item.key ? undefined : item.key)}
            >
              <Way id={id} version={version} itemKey={item.key} />
            </Row>
          )}
        </VirtualList>
      )}
    </Card>
  )
}

interface RowProps {
  readonly item: { readonly key: string; readonly assumptions?: readonly string[] }
  readonly isOpen: boolean
  readonly onOpen: () => void
  readonly children: ReactNode
}

function Row({ item, isOpen, onOpen, children }: RowProps) {
  const names = useNames()
  return (
    <div className="recall-item">
      <button type="button" className="recall-item-open" aria-expanded={isOpen} onClick={onOpen}>
        <span className="grow">
          <strong>{shortKey(item.key)}</strong> {names.product(item.key)}{' '}
          <span className="quiet">{item.key}</span>
        </span>
        <AssumedTags assumptions={item.assumptions ?? []} />
      </button>
      {isOpen && children}
    </div>
  )
}

function AssumedTags({ assumptions }: { assumptions: readonly string[] }) {
  const t = useWords(recallWords)
  return (
    <>
      {assumptions.map((one) => (
        <span key={one} className="tag inferred">
          ? {wordOf(t, `assume_${one}`)}
        </span>
      ))}
    </>
  )
}

/** How an item comes to be in the scope, step by step with its events, and who has it. */
function Way({ id, version, itemKey }: ItemsCardProps & { itemKey: string }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const names = useNames()
  const { data, error } = useQuery({
    queryKey: ['recall item', id, version, itemKey],
    queryFn: () =>
      told(
        api.v1.recalls[':id'].items[':key'].$get({
          param: { id: inPath(id), key: inPath(itemKey) },
          query: { version: String(version) },
        }),
      ),
  })
  if (error) return <Failure error={error} />
  if (!data) return <Loading />
  return (
    <div className="recall-item-way">
      <h3>{t.wayTo}</h3>
      {!data.pathIsWhole && <p className="tag inferred">? {t.wayNotWhole}</p>}
      <ol className="lines">
        {data.path.map(({ key, by, certainty, eventIDs }) => (
          <li key={key} className={certainty === 'observed' ? '' : 'not-seen'}>
            {by !== undefined && (
              <span className={`tag ${certainty === 'observed' ? '' : 'inferred'}`}>
                {certainty !== 'observed' && '? '}
                {wordOf(t, `way_${by}`)}
              </span>
            )}{' '}
            <Link href={`/app/chain?id=${encodeURIComponent(key)}`}>{shortKey(key)}</Link>{' '}
            {names.product(key)}{' '}
            {eventIDs.map((eventID, at) => (
              <a
                key={eventID}
                className="in-line"
                href={`/epcis/events/${encodeURIComponent(eventID)}`}
                target="_blank"
                rel="noreferrer"
                title={eventID}
              >
                {t.event} {eventIDs.length > 1 && at + 1}
              </a>
            ))}
          </li>
        ))}
      </ol>
      <h3>{t.holders}</h3>
      {data.holdings.length === 0 && <p className="tag inferred">? {t.nowhere}</p>}
      <ul className="lines">
        {data.holdings.map(({ party, place, state, certainty, quantity, uom }) => (
          <li key={`${party} ${state} ${uom}`}>
            {certainty !== 'observed' && <NotSeen />} <strong>{names.party(party)}</strong>{' '}
            {t[state]} {amountText(quantity, uom, language)}{' '}
            {place !== undefined && <span className="quiet">{names.place(place)}</span>}
          </li>
        ))}
      </ul>
    </div>
  )
}

function NotSeen() {
  const t = useWords(recallWords)
  return <span className="tag inferred">? {t.tier_inferred}</span>
}
