import { useQuery } from '@tanstack/react-query'
import type { Names } from '../server/names.ts'
import { partiesQuery } from '../server/register.ts'
import { PickField } from '../ui/pick.tsx'

interface PartyPickProps {
  readonly label: string
  /** Of the field in its form. */
  readonly name: string
  readonly names: Names
}

/** One of the registered parties. */
export function PartyPick({ label, name, names }: PartyPickProps) {
  const { data } = useQuery(partiesQuery)
  const options = data?.map(({ slug }): [string, string] => [slug, names.party(slug)])
  return <PickField {...{ label, name }} options={options ?? []} isRequired />
}
