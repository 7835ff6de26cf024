/** The rules: what each says and rests on, what is changed, and trying a change before it holds. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, told } from '../server/api.ts'
import { Card } from '../ui/card.tsx'
import { Failure, Loading } from '../ui/states.tsx'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { rulesWords } from '../words/rules.ts'
import { RuleDetail } from './rule-detail.tsx'
import './rules.css'

export function RulesPage() {
  const t = useWords(rulesWords)
  const language = useLanguage()
  const [picked, setPicked] = useState<string>()
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['rules'],
    queryFn: () => told(api.v1.rules.$get()),
  })
  if (isPending) return <Loading />
  if (error) return <Failure error={error} onAgain={refetch} />
  const rule = data.rules.find(({ id }) => id === picked)
  return (
    <div className="rules-desk">
      <Card title={t.title} side={<span className="quiet">{t.version(data.version)}</span>}>
        {data.version > 0 && (
          <p className="quiet">{t.by(whoText(data.by, language), data.reason)}</p>
        )}
        <ul className="rule-list">
          {data.rules.map(({ id, title, severity, changes }) => (
            <li key={id}>
              <button
                type="button"
                className={`rule-row ${severity}`}
                aria-current={id === picked || undefined}
                onClick={() => setPicked(id)}
              >
                <strong>{id}</strong> <span className="grow">{title[language]}</span>
                {changes.length > 0 && <span className="tag">Δ {changes.length}</span>}
                <span className="quiet">{t[severity]}</span>
              </button>
            </li>
          ))}
        </ul>
      </Card>
      {rule ? (
        <RuleDetail key={rule.id} rule={rule} rules={data} />
      ) : (
        <p className="quiet">{t.pick}</p>
      )}
    </div>
  )
}
