/** Consignees: whom to call, what each got, was told, answered, and what a check of it found. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, inPath, told } from '../server/api.ts'
import { useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { AnswerDialog } from './answer-dialog.tsx'
import { CheckDialog } from './check-dialog.tsx'
import { ConsigneeRow } from './consignee-row.tsx'
import { Exports } from './exports.tsx'
import { type Consignee, type Recall, useMe } from './recall-data.ts'

const REFRESH_MS = 15_000

interface Noting {
  readonly what: 'answer' | 'check'
  readonly consignee: Consignee
}

export function ConsigneesCard({ recall }: { recall: Recall }) {
  const t = useWords(recallWords)
  const names = useNames()
  const { mayAct } = useMe()
  const { id, version, changed, versions, progress } = recall
  const [noting, setNoting] = useState<Noting>()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['recall', id, 'consignees', version, versions.length, changed],
    queryFn: () => told(api.v1.recalls[':id'].consignees.$get({ param: { id: inPath(id) } })),
    placeholderData: (before) => before,
    refetchInterval: REFRESH_MS,
  })
  const { all, notified, acknowledged, answered } = progress.consignees
  const { level, sample, effective } = progress.checks
  const isTold = ['notified', 'sealed', 'recovered'].includes(recall.state)
  const sorted = data && [...data].sort((one, other) => silence(other) - silence(one))
  return (
    <Card
      title={t.consignees}
      className="recall-list"
      side={<Exports path={`/v1/recalls/${inPath(id)}/consignees`} query={{}} of={t.consignees} />}
    >
      <p className="row">
        <strong>{t.consigneeCounts(all, notified, acknowledged, answered)}</strong>
        <span className={`tag wrap ${effective < sample.length ? 'warn' : 'fine'}`}>
          {t.checks} {t.checksDone(level, effective, sample.length)}
        </span>
      </p>
      {isPending && <Loading />}
      {error && <Failure error={error} onAgain={refetch} />}
      {data?.length === 0 && <Empty title={t.noConsignees} />}
      {sorted && sorted.length > 0 && (
        <VirtualList
          items={sorted}
          keyOf={({ party }) => party}
          rowHeight={110}
          label={t.listOf(t.consignees, sorted.length)}
        >
          {(consignee) => (
            <ConsigneeRow
              consignee={consignee}
              name={names.party(consignee.party)}
              isSampled={sample.includes(consignee.party)}
              {...(mayAct &&
                isTold && {
                  onAnswer: () => setNoting({ what: 'answer', consignee }),
                  onCheck: () => setNoting({ what: 'check', consignee }),
                })}
            />
          )}
        </VirtualList>
      )}
      {noting?.what === 'answer' && (
        <AnswerDialog
          recall={id}
          consignee={noting.consignee}
          name={names.party(noting.consignee.party)}
          onClose={() => setNoting(undefined)}
        />
      )}
      {noting?.what === 'check' && (
        <CheckDialog
          recall={id}
          consignee={noting.consignee}
          name={names.party(noting.consignee.party)}
          onClose={() => setNoting(undefined)}
        />
      )}
    </Card>
  )
}

/** Those who have said nothing come first: they are to be called. */
function silence({ noticed, acknowledged, answered }: Consignee): number {
  if (answered !== undefined) return 0
  if (acknowledged !== undefined) return 1
  return noticed === undefined ? 2 : 3
}
