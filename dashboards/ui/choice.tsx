import type { ReactNode } from 'react'

interface ChoiceProps<T extends string> {
  readonly label: string
  readonly of: readonly T[]
  readonly chosen: T
  readonly nameOf: (one: T) => ReactNode
  readonly onChoose: (one: T) => void
}

/** A few values beside each other, of which one is chosen. */
export function Choice<T extends string>({ label, of, chosen, nameOf, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset className="choice">
      <legend className="unseen">{label}</legend>
      {of.map((one) => (
        <button
          key={one}
          type="button"
          className="small"
          aria-pressed={one === chosen}
          onClick={() => onChoose(one)}
        >
          {nameOf(one)}
        </button>
      ))}
    </fieldset>
  )
}
