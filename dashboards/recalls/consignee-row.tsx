import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { recallWords } from '../words/recalls.ts'
import { ConsigneeLines } from './consignee-lines.tsx'
import type { Consignee } from './recall-data.ts'

interface ConsigneeRowProps {
  readonly consignee: Consignee
  readonly name: string
  readonly isSampled: boolean
  /** Undefined where the reader notes none. */
  readonly onAnswer?: () => void
  readonly onCheck?: () => void
}

export function ConsigneeRow(props: ConsigneeRowProps) {
  const t = useWords(recallWords)
  const { consignee, name, isSampled, onAnswer, onCheck } = props
  const { noticed, delivered, acknowledged, answered, acknowledgedBy, subNotified } = consignee
  const isSilent = noticed !== undefined && acknowledged === undefined
  return (
    <div className={`consignee ${isSilent ? 'silent' : ''}`}>
      <div className="consignee-who">
        <strong>{name}</strong> <span className="quiet">{consignee.party}</span>
        <Contact contact={consignee.contact} />
        {subNotified && <span className="tag fine">✓ {t.subNotified}</span>}
      </div>
      <ConsigneeLines lines={consignee.lines} />
      <ol className="consignee-told">
        <Told word={t.noticed} time={noticed} />
        <Told word={t.delivered} time={delivered} />
        <Told word={t.acknowledged} time={acknowledged} by={acknowledgedBy} />
        <Told word={t.answered} time={answered} />
      </ol>
      <div className="consignee-check">
        {isSampled && <span className="tag warn">{t.sampled}</span>}
        {consignee.check && <CheckTag check={consignee.check} />}
        {onAnswer && (
          <button
            type="button"
            className="small"
            aria-label={`${t.answerFor}: ${name}`}
            onClick={onAnswer}
          >
            {t.answerFor}
          </button>
        )}
        {onCheck && (
          <button
            type="button"
            className="small"
            aria-label={`${t.check}: ${name}`}
            onClick={onCheck}
          >
            {t.check}
          </button>
        )}
      </div>
    </div>
  )
}

function Contact({ contact }: Pick<Consignee, 'contact'>) {
  if (!contact) return null
  const { name, ...rest } = contact
  return (
    <span className="quiet block">
      {name}{' '}
      {Object.entries(rest).map(([kind, value]) => {
        const text = String(value)
        return kind === 'phone' ? (
          <a key={kind} href={`tel:${text.replaceAll(/[^+\d]/g, '')}`}>
            {text}
          </a>
        ) : (
          <span key={kind}> {text}</span>
        )
      })}
    </span>
  )
}

interface ToldProps {
  readonly word: string
  readonly time: string | undefined
  readonly by?: string | undefined
}

function Told({ word, time, by }: ToldProps) {
  const t = useWords(recallWords)
  const language = useLanguage()
  return (
    <li className={time === undefined ? 'quiet' : ''} title={by && whoText(by, language)}>
      <span aria-hidden="true">{time === undefined ? '○' : '✓'}</span>{' '}
      {time === undefined ? t.notYet(word) : t.done(word)}{' '}
      {time !== undefined && <span className="quiet">{shortTime(time, language)}</span>}
    </li>
  )
}

function CheckTag({ check }: { check: NonNullable<Consignee['check']> }) {
  const t = useWords(recallWords)
  const language = useLanguage()
  const isGood = check.result === 'effective'
  return (
    <span className={`tag wrap ${isGood ? 'fine' : 'stop'}`} title={whoText(check.by, language)}>
      {isGood ? '✓' : '✕'} {t[`check_${check.result}`]}: {check.reason}
    </span>
  )
}
