/** Why there is this recall, and what it began from. */
import { Link } from 'wouter'
import { useNames } from '../server/names.ts'
import { Card } from '../ui/card.tsx'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { recallWords } from '../words/recalls.ts'
import type { Notice, Recall, Version } from './recall-data.ts'

interface OriginCardProps {
  readonly recall: Notice & Partial<Pick<Recall, 'alerts' | 'author'>>
  readonly shown?: Version | undefined
}

export function OriginCard({ recall, shown }: OriginCardProps) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const { reason, instructions, depth, decided, alerts = [], author } = recall
  return (
    <Card title={t.from}>
      <dl className="facts">
        <dt>{t.reason}</dt>
        <dd>{reason}</dd>
        <dt>{t.instructions}</dt>
        <dd>{instructions}</dd>
        <dt>{t.decided}</dt>
        <dd>{shortTime(decided, language)}</dd>
        <dt>{t.depth}</dt>
        <dd>{t[`depth_${depth}`]}</dd>
        {author !== undefined && (
          <>
            <dt>{t.author}</dt>
            <dd className="plain">{whoText(author, language)}</dd>
          </>
        )}
      </dl>
      <ul className="lines">
        {alerts.map((id) => (
          <li key={id} className="row">
            <span className="tag warn">! {t.fromAlert}</span>
            <Link href={`/app/alerts?id=${encodeURIComponent(id)}`}>{t.openAlert}</Link>{' '}
            <span className="quiet">{id}</span>
          </li>
        ))}
        {shown?.from.map((suspect) => (
          <li key={JSON.stringify(suspect)}>
            <SuspectText suspect={suspect} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

/** What is suspected, as a version has it. */
function SuspectText({ suspect }: { suspect: Version['from'][number] }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const names = useNames()
  const text = (name: string) => String(suspect[name] ?? '')
  if (suspect.kind === 'key') {
    return (
      <>
        <span className="quiet">{t.suspect_key}</span>{' '}
        <Link href={`/app/chain?id=${encodeURIComponent(text('key'))}`}>{text('key')}</Link>{' '}
        {names.product(text('key'))}
      </>
    )
  }
  const span =
    suspect.kind === 'lot-range'
      ? t.between(text('from'), text('to'))
      : t.made(shortTime(text('madeFrom'), language), shortTime(text('madeTo'), language))
  const site = text('site')
  return (
    <>
      {names.product(text('product')) ?? text('product')} · {span}
      {site !== '' && ` · ${names.place(site)}`}
    </>
  )
}
