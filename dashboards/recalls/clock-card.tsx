/** The clock of the law: what is due when, what was done in time, what is late. */
import { useMinute } from '../alerts/use-minute.ts'
import { Card } from '../ui/card.tsx'
import { wordOf } from '../words/chain.ts'
import { durationText, shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Progress, Recall } from './recall-data.ts'
import { sinceText } from './recall-head.tsx'

type Deadline = Progress['clock']['deadlines'][number]

export function ClockCard({ recall }: { recall: Recall }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const nowMs = useMinute()
  const { progress, decided, state } = recall
  const { law, source, verified, deadlines } = progress.clock
  const isOver = state === 'closed' || state === 'cancelled'
  const { shown, before } = toShow(deadlines)
  const trace = progress.timeToTrace
  return (
    <Card
      title={t.clock}
      side={!isOver && <strong>{t.elapsed(sinceText(decided, nowMs, language))}</strong>}
    >
      {deadlines.length === 0 && <p className="tag inferred wrap">? {t.noClock}</p>}
      <ul className="lines">
        {shown.map((deadline) => (
          <Line key={`${deadline.step} ${deadline.due}`} deadline={deadline} nowMs={nowMs} />
        ))}
      </ul>
      {before.length > 0 && (
        <p className="quiet">
          {t.reportsBefore(before.length, before.filter(({ overdue }) => overdue).length)}
        </p>
      )}
      {law !== undefined && (
        <p className="quiet">
          {wordOf(t, `law_${law}`)}: {source}. {verified ? t.verified : t.notVerified}
          {language === 'zh' ? '。' : '. '}
          {t.weekdays}
        </p>
      )}
      {trace && (
        <p>
          <span className="tag fine">✓ {t.traced(secondsText(trace.seconds, language))}</span>
        </p>
      )}
    </Card>
  )
}

/** Reports come again and again: the last one of them, and how the others were. */
function toShow(deadlines: readonly Deadline[]) {
  const reports = deadlines.filter(({ step }) => step === 'progress')
  const last = reports.at(-1)
  return {
    shown: deadlines.filter((one) => one.step !== 'progress' || one === last),
    before: reports.slice(0, -1),
  }
}

function Line({ deadline, nowMs }: { deadline: Deadline; nowMs: number }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const { step, due, done, overdue } = deadline
  const awayMs = Math.abs(Date.parse(due) - nowMs)
  const away = durationText(awayMs, language)
  const isLate = overdue || (done === undefined && Date.parse(due) < nowMs)
  return (
    <li className="row">
      <strong>{wordOf(t, `clock_${step}`)}</strong>
      <span className="quiet">{t.due(shortTime(due, language))}</span>
      <span className={`tag end ${isLate ? 'stop' : done === undefined ? 'warn' : 'fine'}`}>
        {done !== undefined
          ? isLate
            ? `✕ ${t.doneLate(shortTime(done, language))}`
            : `✓ ${t.doneAt(shortTime(done, language))}`
          : isLate
            ? `✕ ${t.late(away)}`
            : t.left(away)}
      </span>
    </li>
  )
}

function secondsText(seconds: number, language: 'zh' | 'en'): string {
  if (seconds >= 90) return durationText(seconds * 1000, language)
  const shown = seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)
  return language === 'zh' ? `${shown} 秒` : `${shown} s`
}
