import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { api, told } from '../server/api.ts'
import type { Names } from '../server/names.ts'

interface PartyPickProps {
  readonly label: string
  /** Of the field in its form. */
  readonly name: string
  readonly names: Names
}

/** One of the registered parties. */
export function PartyPick({ label, name, names }: PartyPickProps) {
  const id = useId()
  const { data } = useQuery({
    queryKey: ['parties'],
    queryFn: () => told(api.v1.parties.$get({ query: { perPage: '1000' } })),
  })
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} required>
        {data?.items.map(({ slug }) => (
          <option key={slug} value={slug}>
            {names.party(slug)}
          </option>
        ))}
      </select>
    </div>
  )
}
