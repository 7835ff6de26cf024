/** Which alerts are in the queue. */
import { useQuery } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { api, told } from '../server/api.ts'
import { partiesQuery } from '../server/register.ts'
import { Pick } from '../ui/pick.tsx'
import { alertWords } from '../words/alerts.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { type Filter, NO_FILTER, UNRESOLVED } from './cases.ts'

interface FilterBarProps {
  readonly filter: Filter
  readonly onFilter: (filter: Filter) => void
}

const SEVERITIES = ['critical', 'warning', 'info'] as const
const DOMAINS = ['food', 'drugs', 'building_materials'] as const
const STATES = [
  'open',
  'acknowledged',
  'in_progress',
  'resolved',
  'superseded',
  'withdrawn',
] as const

export function FilterBar({ filter, onFilter }: FilterBarProps) {
  const t = useWords(alertWords)
  const language = useLanguage()
  const { data: rules } = useQuery({
    queryKey: ['rules'],
    queryFn: () => told(api.v1.rules.$get()),
  })
  const { data: parties } = useQuery(partiesQuery)
  const set = (part: Partial<Filter>) => onFilter({ ...filter, ...part })
  const onItem = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    set({ item: String(new FormData(event.currentTarget).get('item') ?? '').trim() })
  }
  const isDefault = JSON.stringify(filter) === JSON.stringify(NO_FILTER)
  return (
    <details className="filters" open={!isDefault || undefined}>
      <summary>{t.filter}</summary>
      <div className="filter-grid">
        <Pick
          label={t.severity}
          value={filter.severity}
          options={[['', t.all], ...SEVERITIES.map((one) => [one, t[one]] as const)]}
          onPick={(severity) => set({ severity })}
        />
        <Pick
          label={t.state}
          value={filter.state}
          options={[
            [UNRESOLVED, t.active],
            ['', t.all],
            ...STATES.map((one) => [one, t[`state_${one}`]] as const),
          ]}
          onPick={(state) => set({ state })}
        />
        <Pick
          label={t.rule}
          value={filter.rule}
          options={[
            ['', t.all],
            ...(rules?.rules ?? []).map(
              ({ id, title }) => [id, `${id} ${title[language]}`] as const,
            ),
          ]}
          onPick={(rule) => set({ rule })}
        />
        <Pick
          label={t.domain}
          value={filter.domain}
          options={[['', t.all], ...DOMAINS.map((one) => [one, t[one]] as const)]}
          onPick={(domain) => set({ domain })}
        />
        <Pick
          label={t.party}
          value={filter.party}
          options={[
            ['', t.all],
            ...(parties ?? []).map(
              ({ slug, name, names }) => [slug, names?.[language] ?? name] as const,
            ),
          ]}
          onPick={(party) => set({ party })}
        />
        <form onSubmit={onItem}>
          <label htmlFor="filter-item">{t.item}</label>
          <input id="filter-item" name="item" type="search" defaultValue={filter.item} />
        </form>
      </div>
    </details>
  )
}
