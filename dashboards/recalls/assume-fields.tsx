import { useId } from 'react'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import type { Version } from './recall-data.ts'

const STANDARD = { sameLineAndDay: true, carryOverHours: 0 }

/** What may be assumed beside what events say. */
export function AssumeFields({ assume = STANDARD }: { assume?: Version['assume'] | undefined }) {
  const t = useWords(recallWords)
  const id = useId()
  return (
    <div className="assume">
      <label className="row plain">
        <input type="checkbox" name="sameLineAndDay" defaultChecked={assume.sameLineAndDay} />{' '}
        {t.assumeNeighbours}
      </label>
      <div>
        <label htmlFor={id}>{t.assumeCarryOver}</label>
        <input
          id={id}
          name="carryOverHours"
          type="number"
          min={0}
          max={168}
          defaultValue={assume.carryOverHours}
        />
      </div>
    </div>
  )
}

export function assumeOf(form: FormData): Version['assume'] {
  return {
    sameLineAndDay: form.has('sameLineAndDay'),
    carryOverHours: Number(form.get('carryOverHours') ?? 0),
  }
}
