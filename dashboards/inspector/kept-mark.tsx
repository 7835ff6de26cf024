/** What is shown without a network: how old it is, or that it was not kept. */
import { Refused } from '../server/api.ts'
import { Empty, Failure } from '../ui/states.tsx'
import { shortTime } from '../words/format.ts'
import { itemWords } from '../words/item.ts'
import { useLanguage, useWords } from '../words/language.ts'

/** `at`: when it was answered, milliseconds since 1970; nothing stands there where that is now. */
export function KeptMark({ at }: { at: number | undefined }) {
  const t = useWords(itemWords)
  const language = useLanguage()
  if (at === undefined) return null
  return (
    <p>
      <span className="tag warn wrap">◷ {t.keptFrom(shortTime(at, language))}</span>
    </p>
  )
}

/** A part that did not come, and that was not kept either where there is no network. */
export function NotThere({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const t = useWords(itemWords)
  if (error instanceof Refused && error.status === 0) return <Empty title={t.notKept} />
  return <Failure error={error} onAgain={onAgain} />
}
