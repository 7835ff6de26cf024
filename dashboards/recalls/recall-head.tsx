/** What the recall is, how far it is, and whether it is one in earnest. */
import { useNames } from '../server/names.ts'
import { durationText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { type Notice, type Step, useRecallSteps, WAY } from './recall-data.ts'

export function RecallHead({ recall }: { recall: Notice }) {
  const { data } = useRecallSteps(recall.id)
  const steps = data?.pages.flatMap(({ items }) => items) ?? []
  return <Head recall={recall} steps={steps} />
}

/** `steps`: as far as the reader is told of them. */
export function Head({ recall, steps }: { recall: Notice; steps: readonly Step[] }) {
  const t = useWords(recallWords)
  const names = useNames()
  const { id, drill, title, product, domain, state, class: its } = recall
  return (
    <section className={`recall-head ${drill ? 'drill' : ''}`} aria-label={title}>
      {drill && (
        <p className="drill-banner">
          <strong>◇ {t.drill}</strong> {t.drillMeans}
        </p>
      )}
      <h2>
        {title} <span className="quiet plain">{id}</span>
      </h2>
      <p className="row">
        <span className={`tag ${its === 'I' ? 'stop' : 'warn'}`}>{t[`classMeans_${its}`]}</span>
        <span className="tag">{t[domain]}</span>
        {product !== undefined && (
          <span>
            {names.product(product)} <span className="quiet">{product}</span>
          </span>
        )}
        {state === 'cancelled' && <span className="tag stop">✕ {t.state_cancelled}</span>}
      </p>
      <Way recall={recall} steps={steps} />
    </section>
  )
}

/** The way of a recall, with when each state was come to. */
function Way({ recall, steps }: { recall: Notice; steps: readonly Step[] }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const at = WAY.indexOf(recall.state)
  const came = (state: string) => steps.find((step) => step.state === state)
  return (
    <ol className="recall-way" aria-label={t.way}>
      {WAY.map((state, index) => {
        const step = at < 0 || index <= at ? came(state) : undefined
        const isDone = index < at || (at < 0 && step !== undefined)
        const look = index === at ? 'now' : isDone ? 'done' : 'ahead'
        return (
          <li key={state} className={look} aria-current={index === at ? 'step' : undefined}>
            <span aria-hidden="true">{look === 'now' ? '●' : isDone ? '✓' : '○'}</span>{' '}
            <strong>{t[`state_${state}`]}</strong>
            {isDone && <span className="unseen"> {t.doneState}</span>}
            <span className="quiet block">{step && shortTime(step.time, language)}</span>
          </li>
        )
      })}
    </ol>
  )
}

/** How long since something, in words. */
export function sinceText(time: string, nowMs: number, language: 'zh' | 'en'): string {
  return durationText(Math.max(0, nowMs - Date.parse(time)), language)
}
