/** What a part shows while it has nothing to show: it loads, there is nothing, or it failed. */
import type { ReactNode } from 'react'
import { Refused } from '../server/api.ts'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'

export function Loading() {
  const t = useWords(commonWords)
  return (
    <p className="state quiet" role="status">
      {t.loading}
    </p>
  )
}

export function Empty({ title, action }: { title: string; action?: ReactNode }) {
  return (
    <div className="state">
      <p>{title}</p>
      {action}
    </div>
  )
}

export function Failure({ error, onAgain }: { error: unknown; onAgain?: () => void }) {
  const t = useWords(commonWords)
  return (
    <div className="state" role="alert">
      <p>
        <strong>{t.failed}</strong>
      </p>
      <p className="quiet">{useReason(error)}</p>
      {onAgain && (
        <button type="button" onClick={onAgain}>
          {t.again}
        </button>
      )}
    </div>
  )
}

/** Why something failed, in words for people. */
export function useReason(error: unknown): string {
  const t = useWords(commonWords)
  if (!(error instanceof Refused)) return error instanceof Error ? error.message : String(error)
  if (error.code === 'no_network') return t.noNetwork
  if (error.code === 'no_answer') return t.noAnswer
  if (error.status === 401) return t.mustLogIn
  // The server speaks English; what kind of refusal it is can be told in any language.
  const kind = t[kindOf(error.status)]
  return kind === '' ? error.message : `${kind}${error.message}`
}

function kindOf(status: number) {
  if (status === 403) return 'refusedNotAllowed'
  if (status === 404) return 'refusedNotThere'
  if (status === 409) return 'refusedConflict'
  if (status === 429) return 'refusedTooOften'
  return status < 500 ? 'refusedInput' : 'refusedFault'
}
