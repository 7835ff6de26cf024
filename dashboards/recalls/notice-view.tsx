/** A recall as a consignee sees it: the notice, what it got and has, and its answer. */
import { Link } from 'wouter'
import { api, inPath, told } from '../server/api.ts'
import { useNames } from '../server/names.ts'
import { usePages } from '../server/pages.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { amountText } from '../words/amounts.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { shortKey } from '../words/short-key.ts'
import { AnswerForm } from './answer-form.tsx'
import { ConsigneeLines } from './consignee-lines.tsx'
import { Exports } from './exports.tsx'
import { OriginCard } from './origin-card.tsx'
import type { Notice, OfConsignee } from './recall-data.ts'
import { Head } from './recall-head.tsx'

export function NoticeView({ recall }: { recall: Notice | OfConsignee }) {
  const t = useWords(recallWords)
  return (
    <>
      <Head recall={recall} steps={[]} />
      <div className="recall-making">
        <OriginCard recall={recall} />
        {'consignee' in recall ? <Own recall={recall} /> : <p className="quiet">{t.noticeOnly}</p>}
      </div>
      {'consignee' in recall && <OwnItems id={recall.id} />}
    </>
  )
}

const ANSWERED_IN = ['notified', 'sealed', 'recovered']

function Own({ recall }: { recall: OfConsignee }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const { id, drill, state, consignee } = recall
  const { acknowledged, answered } = consignee
  return (
    <Card title={t.ownLine}>
      {!drill && state !== 'cancelled' && <p className="tag stop wrap">✕ {t.mustDo}</p>}
      <ConsigneeLines lines={consignee.lines} />
      <p className="row">
        {acknowledged !== undefined && (
          <span className="tag fine">
            ✓ {t.done(t.acknowledged)} {shortTime(acknowledged, language)}
          </span>
        )}
        {answered !== undefined && (
          <span className="tag fine">
            ✓ {t.done(t.answered)} {shortTime(answered, language)}
          </span>
        )}
      </p>
      {ANSWERED_IN.includes(state) && (
        <>
          <h3>{t.answer}</h3>
          <AnswerForm recall={id} consignee={consignee} />
        </>
      )}
    </Card>
  )
}

function OwnItems({ id }: { id: string }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const names = useNames()
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage } = usePages(
    ['recall items', id],
    (after) =>
      told(
        api.v1.recalls[':id'].items.$get({
          param: { id: inPath(id) },
          query: { perPage: '500', ...after },
        }),
      ),
  )
  const items = data?.pages.flatMap((page) => page.items).filter((item) => 'state' in item) ?? []
  return (
    <Card
      title={t.ownItems}
      side={<Exports path={`/v1/recalls/${inPath(id)}/items`} query={{}} of={t.ownItems} />}
    >
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {items.length > 0 && (
        <VirtualList
          items={items}
          keyOf={({ key, state, uom }) => `${key} ${state} ${uom}`}
          rowHeight={48}
          label={t.listOf(t.ownItems, items.length)}
          onEnd={() => hasNextPage && void fetchNextPage()}
        >
          {({ key, state, certainty, quantity, uom, place }) => (
            <p className="recall-item row">
              <Link href={`/app/item?id=${encodeURIComponent(key)}`}>{shortKey(key)}</Link>
              <span>{names.product(key)}</span>
              {certainty !== 'observed' && (
                <span className="tag inferred">? {t.tier_inferred}</span>
              )}
              <span>
                {t[state]} {amountText(quantity, uom, language)}
              </span>
              {place !== undefined && <span className="quiet">{names.place(place)}</span>}
            </p>
          )}
        </VirtualList>
      )}
    </Card>
  )
}
