import { useQuery } from '@tanstack/react-query'
import { api, told } from '../server/api.ts'
import type { Names } from '../server/names.ts'
import { PickField } from '../ui/pick.tsx'

interface PartyPickProps {
  readonly label: string
  /** Of the field in its form. */
  readonly name: string
  readonly names: Names
}

/** One of the registered parties. */
export function PartyPick({ label, name, names }: PartyPickProps) {
  const { data } = useQuery({
    queryKey: ['parties'],
    queryFn: () => told(api.v1.parties.$get({ query: { perPage: '1000' } })),
  })
  const options = data?.items.map(({ slug }): [string, string] => [slug, names.party(slug)])
  return <PickField {...{ label, name }} options={options ?? []} isRequired />
}
