/** A refusal as the server says it, with its code and what is still missing. */
import { Refused } from '../server/api.ts'
import { useNames } from '../server/names.ts'
import { Failure } from '../ui/states.tsx'
import { wordOf } from '../words/chain.ts'
import { listText } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'

interface Missing {
  readonly what: string
  readonly party?: string
}

export function Refusal({ error }: { error: unknown }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const names = useNames()
  const missing = error instanceof Refused ? missingOf(error) : []
  const kinds = [...new Set(missing.map(({ what }) => what))]
  return (
    <div className="refusal">
      <Failure error={error} />
      {error instanceof Refused && (
        <p className="quiet">
          <code>{error.code}</code> {typeof error.body['path'] === 'string' && error.body['path']}
        </p>
      )}
      {kinds.map((kind) => (
        <p key={kind}>
          {t.missing} <strong>{wordOf(t, `missing_${kind}`)}</strong>{' '}
          {listText(
            missing.flatMap(({ what, party }) =>
              what === kind && party !== undefined ? names.party(party) : [],
            ),
            language,
          )}
        </p>
      ))}
    </div>
  )
}

function missingOf({ body }: Refused): readonly Missing[] {
  const { missing } = body
  return Array.isArray(missing) ? missing : []
}
