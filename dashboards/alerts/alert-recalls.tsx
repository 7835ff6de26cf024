/** Recalls that began from an alert, and making one from it or from its whole case. */
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { MOST_FROM, makingFrom } from '../recalls/making-from.ts'
import { api, told } from '../server/api.ts'
import { useSession } from '../shell/session.ts'
import { alertWords } from '../words/alerts.ts'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { AlertSummary } from './cases.ts'

interface AlertRecallsProps {
  readonly id: string
  /** Those of its case that are loaded. */
  readonly inCase: readonly AlertSummary[]
}

export function AlertRecalls({ id, inCase }: AlertRecallsProps) {
  const t = useWords(alertWords)
  const words = useWords(recallWords)
  const role = useSession()?.role
  const { data } = useQuery({
    queryKey: ['recalls', 'of alert', id],
    queryFn: () => told(api.v1.recalls.$get({ query: { alert: id } })),
  })
  const mayMake = role === 'regulator' || role === 'admin'
  const all = [id, ...inCase.flatMap((one) => (one.id === id ? [] : one.id))]
  return (
    <div className="row">
      {data?.items.map(({ id: recall, title, state, drill }) => (
        <Link
          key={recall}
          className={`button small ${drill ? 'drill' : ''}`}
          href={`/app/recalls?id=${recall}`}
        >
          {words.recalls} {recall} {title} · {drill && `${words.drill} · `}
          {words[`state_${state}`]}
        </Link>
      ))}
      {mayMake && (
        <Link className="button small danger" href={makingFrom('alert', [id])}>
          {t.toRecall}
        </Link>
      )}
      {mayMake && all.length > 1 && (
        <Link className="button small" href={makingFrom('alert', all)}>
          {t.caseToRecall(Math.min(all.length, MOST_FROM))}
        </Link>
      )}
    </div>
  )
}
