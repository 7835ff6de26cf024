import { useId } from 'react'

interface PickFieldProps {
  readonly label: string
  /** Of the field in its form. */
  readonly name: string
  readonly options: readonly (readonly [string, string])[]
  /** What it begins with; the first without it. */
  readonly first?: string
  /** Where there may be none to pick. */
  readonly isRequired?: boolean
}

/** One of some values in a form, each with its word. */
export function PickField({ label, name, options, first, isRequired }: PickFieldProps) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name} defaultValue={first} required={isRequired}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
