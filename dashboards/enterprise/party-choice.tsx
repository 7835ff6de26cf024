import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import type { Names } from '../server/names.ts'
import { partiesQuery } from '../server/register.ts'
import { enterpriseWords } from '../words/enterprise.ts'
import { useWords } from '../words/language.ts'

interface PartyChoiceProps {
  readonly label: string
  readonly chosen: string | undefined
  readonly onChoose: (party: string | undefined) => void
  readonly names: Names
}

/** Whose things are shown; all without a choice. */
export function PartyChoice({ label, chosen, onChoose, names }: PartyChoiceProps) {
  const t = useWords(enterpriseWords)
  const id = useId()
  const { data } = useQuery(partiesQuery)
  return (
    <div className="row">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="grow"
        value={chosen ?? ''}
        onChange={(event) => onChoose(event.target.value || undefined)}
      >
        <option value="">{t.all}</option>
        {data?.map(({ slug }) => (
          <option key={slug} value={slug}>
            {names.party(slug)}
          </option>
        ))}
      </select>
    </div>
  )
}
