/** One rule: what it says, its parameters, the changes in force. */
import { useSession } from '../shell/session.ts'
import { Card } from '../ui/card.tsx'
import { sentenceText, unitText } from '../words/figures.ts'
import { shortTime } from '../words/format.ts'
import { useLanguage, useWords } from '../words/language.ts'
import { whoText } from '../words/people.ts'
import { rulesWords } from '../words/rules.ts'
import { ChangeForm } from './change-form.tsx'
import { type Change, numbersOf, parameterName, type Rule, type Rules } from './draft.ts'
import { RemoveChange } from './remove-change.tsx'

export function RuleDetail({ rule, rules }: { rule: Rule; rules: Rules }) {
  const t = useWords(rulesWords)
  const language = useLanguage()
  const role = useSession()?.role
  const mayChange = role === 'regulator' || role === 'admin'
  const told = ({ fromUs, author, reason }: Change) =>
    [shortTime(fromUs / 1000, language), whoText(author, language), reason].join(' · ')
  return (
    <div className="rule-parts">
      <Card title={`${rule.id} ${rule.title[language]}`}>
        <p className="row">
          <span className="tag">{t[rule.severity]}</span>
          {rule.profiles.map((profile) => (
            <span key={profile} className="tag">
              {t[profile]}
            </span>
          ))}
          <span className="quiet">{t.ruleVersion(rule.version)}</span>
        </p>
        <ul className="lines">
          {Object.entries(rule.texts).map(([variant, text]) => (
            <li key={variant}>{sentenceText(text[language], language)}</li>
          ))}
        </ul>
        <p>
          <strong>{t.whatToDo}</strong>
          {rule.action[language]}
        </p>
        <p className="quiet">
          {t.source}: {rule.source}
        </p>
        <Parameters rule={rule} />
      </Card>
      <Card title={t.changes}>
        {rule.changes.length === 0 && <p className="quiet">{t.noChanges}</p>}
        <ul className="lines">
          {rule.changes.map((change) => (
            <li key={change.revision}>
              <strong>{change.revision}</strong>{' '}
              {change.enabled === false && <span className="tag warn">! {t.active}</span>}{' '}
              <span className="tag">{change.domain ? t[change.domain] : t.everywhere}</span>{' '}
              {Object.entries(change.parameters ?? {}).map(([name, value]) => (
                <span key={name} className="tag">
                  {parameterName(rule, name, language)} = {String(value)}
                </span>
              ))}
              <span className="quiet block">{told(change)}</span>
              {mayChange && <RemoveChange change={change} rules={rules} />}
            </li>
          ))}
        </ul>
      </Card>
      {mayChange && <ChangeForm rule={rule} rules={rules} />}
    </div>
  )
}

function Parameters({ rule }: { rule: Rule }) {
  const t = useWords(rulesWords)
  const language = useLanguage()
  const numbers = numbersOf(rule)
  if (numbers.length === 0) return null
  return (
    <table>
      <caption className="unseen">{t.parameters}</caption>
      <thead>
        <tr>
          <th scope="col">{t.parameter}</th>
          <th scope="col">{t.standard}</th>
          <th scope="col">{t.bounds}</th>
        </tr>
      </thead>
      <tbody>
        {numbers.map(({ name, unit, value, min, max, about }) => (
          <tr key={name}>
            <th scope="row">{about[language]}</th>
            <td className="number">
              {value} {unitText(unit, language)}
            </td>
            <td className="number">
              {min} – {max}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
