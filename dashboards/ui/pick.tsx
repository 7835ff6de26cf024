import { type ComponentProps, useId } from 'react'

interface Labelled {
  readonly label: string
  /** Values, each with its word. */
  readonly options: readonly (readonly [string, string])[]
}

interface PickProps extends Labelled {
  readonly value: string
  readonly onPick: (value: string) => void
}

/** One of some values. */
export function Pick({ onPick, ...props }: PickProps) {
  return <Select {...props} onChange={(event) => onPick(event.target.value)} />
}

interface PickFieldProps extends Labelled {
  /** Of the field in its form. */
  readonly name: string
  /** What it begins with; the first without it. */
  readonly first?: string
  /** Where there may be none to pick. */
  readonly isRequired?: boolean
}

/** One of some values in a form. */
export function PickField({ first, isRequired, ...props }: PickFieldProps) {
  return <Select {...props} defaultValue={first} required={isRequired} />
}

function Select({ label, options, ...props }: Labelled & ComponentProps<'select'>) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      <select id={id} {...props}>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  )
}
