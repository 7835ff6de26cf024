/** What a draft says: its title, why, what to do, how far down, whom to check. */
import { useId, useState } from 'react'
import { PickField } from '../ui/pick.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { type Asked, DEPTHS, LEVELS, type Recall } from './recall-data.ts'

type Text = Pick<Recall, 'title' | 'reason' | 'instructions' | 'depth' | 'level' | 'levelPercent'>

export function TextFields({ text }: { text?: Text }) {
  const t = useWords(recallWords)
  const id = useId()
  const [level, setLevel] = useState<string>(text?.level ?? 'A')
  return (
    <>
      <div>
        <label htmlFor={`${id}title`}>{t.title}</label>
        <input
          id={`${id}title`}
          name="title"
          required
          maxLength={200}
          defaultValue={text?.title ?? ''}
        />
      </div>
      <div>
        <label htmlFor={`${id}reason`}>{t.reason}</label>
        <textarea
          id={`${id}reason`}
          name="reason"
          rows={2}
          required
          maxLength={2000}
          defaultValue={text?.reason ?? ''}
        />
      </div>
      <div>
        <label htmlFor={`${id}instructions`}>{t.instructions}</label>
        <textarea
          id={`${id}instructions`}
          name="instructions"
          rows={2}
          required
          maxLength={4000}
          defaultValue={text?.instructions ?? ''}
        />
      </div>
      <div className="filter-grid">
        <PickField
          label={t.depth}
          name="depth"
          options={DEPTHS.map((one) => [one, t[`depth_${one}`]])}
          first={text?.depth ?? 'retail'}
        />
        <div>
          <label htmlFor={`${id}level`}>{t.level}</label>
          <select
            id={`${id}level`}
            name="level"
            value={level}
            onChange={(event) => setLevel(event.target.value)}
          >
            {LEVELS.map((one) => (
              <option key={one} value={one}>
                {t[`level_${one}`]}
              </option>
            ))}
          </select>
        </div>
        {level === 'B' && (
          <div>
            <label htmlFor={`${id}percent`}>{t.levelPercent}</label>
            <input
              id={`${id}percent`}
              name="levelPercent"
              type="number"
              min={11}
              max={99}
              defaultValue={text?.levelPercent ?? 50}
            />
          </div>
        )}
      </div>
    </>
  )
}

type Given = Pick<Asked, 'title' | 'reason' | 'instructions' | 'depth' | 'level' | 'levelPercent'>

export function textOf(form: FormData): Given {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const depth = DEPTHS.find((one) => one === text('depth'))
  const level = LEVELS.find((one) => one === text('level'))
  return {
    ...{ title: text('title'), reason: text('reason'), instructions: text('instructions') },
    ...(depth && { depth }),
    ...(level && { level }),
    ...(level === 'B' && { levelPercent: Number(text('levelPercent')) }),
  }
}
