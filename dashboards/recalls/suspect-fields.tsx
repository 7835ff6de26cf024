/** Fields for what is suspected: one or several, each of its kind. */
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { useNames } from '../server/names.ts'
import { productsQuery } from '../server/register.ts'
import { Pick } from '../ui/pick.tsx'
import { useWords } from '../words/language.ts'
import { recallWords } from '../words/recalls.ts'
import { type Draft, draftOf, KINDS, type Kind } from './suspects.ts'

interface SuspectFieldsProps {
  readonly drafts: readonly Draft[]
  readonly onChange: (drafts: Draft[]) => void
}

export function SuspectFields({ drafts, onChange }: SuspectFieldsProps) {
  const t = useWords(recallWords)
  const list = useId()
  const set = (number: number, changed: Partial<Draft>) =>
    onChange(drafts.map((one) => (one.number === number ? { ...one, ...changed } : one)))
  return (
    <fieldset className="suspects">
      <legend>{t.suspect}</legend>
      <Products id={list} />
      {drafts.map((draft) => (
        <div key={draft.number} className="filter-grid">
          <Pick
            label={t.kind}
            value={draft.kind}
            options={KINDS.map((one) => [one, t[`kind_${one}`]] as const)}
            onPick={(kind) => set(draft.number, { kind: kind as Kind })}
          />
          <Fields draft={draft} products={list} onSet={(changed) => set(draft.number, changed)} />
          {drafts.length > 1 && (
            <button
              type="button"
              className="small"
              onClick={() => onChange(drafts.filter(({ number }) => number !== draft.number))}
            >
              {t.removeSuspect}
            </button>
          )}
        </div>
      ))}
      <button
        type="button"
        className="small"
        onClick={() => onChange([...drafts, draftOf(drafts.at(-1)?.kind ?? 'lot')])}
      >
        {t.addSuspect}
      </button>
    </fieldset>
  )
}

interface FieldsProps {
  readonly draft: Draft
  /** Id of the list of products. */
  readonly products: string
  readonly onSet: (changed: Partial<Draft>) => void
}

const ONE_VALUE = { alert: 'alertId', item: 'itemCode', lot: 'lotCode' } as const

function Fields({ draft, products, onSet }: FieldsProps) {
  const t = useWords(recallWords)
  const field = (name: keyof Draft & string, label: string, more: object = {}) => (
    <Field
      label={label}
      value={String(draft[name])}
      onValue={(value) => onSet({ [name]: value })}
      more={{ required: true, ...more }}
    />
  )
  const { kind } = draft
  if (kind === 'alert' || kind === 'item' || kind === 'lot') {
    return field('value', t[ONE_VALUE[kind]])
  }
  const product = field('product', t.product, { list: products })
  if (kind === 'range') {
    return (
      <>
        {product}
        {field('fromLot', t.fromLot)}
        {field('toLot', t.toLot)}
      </>
    )
  }
  return (
    <>
      {product}
      {field('madeFrom', t.madeFrom, { type: 'datetime-local' })}
      {field('madeTo', t.madeTo, { type: 'datetime-local' })}
      {field('site', t.site, { required: false })}
    </>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly onValue: (value: string) => void
  readonly more: object
}

function Field({ label, value, onValue, more }: FieldProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        maxLength={2048}
        value={value}
        onChange={(event) => onValue(event.target.value)}
        {...more}
      />
    </div>
  )
}

/** Products to choose from; any other spelling may be typed. */
function Products({ id }: { id: string }) {
  const names = useNames()
  const { data } = useQuery(productsQuery)
  return (
    <datalist id={id}>
      {data?.map(({ key }) => (
        <option key={key} value={key}>
          {names.product(key)}
        </option>
      ))}
    </datalist>
  )
}
