import { type ReactNode, useId } from 'react'
import { commonWords } from '../words/common.ts'
import { useWords } from '../words/language.ts'

interface ReasonEndProps {
  /** What the step is called, on its button. */
  readonly step: string
  readonly label: string
  /** Of the reason in its form. */
  readonly name?: string
  readonly isPending: boolean
  /** Why the server has refused it. */
  readonly refusal: ReactNode
  readonly onCancel: () => void
  /** Between the reason and the buttons. */
  readonly children?: ReactNode
}

/** The end of a form for a step that is taken for a reason. */
export function ReasonEnd({ name = 'reason', ...props }: ReasonEndProps) {
  const { step, label, isPending, refusal, onCancel, children } = props
  const common = useWords(commonWords)
  const id = useId()
  return (
    <>
      <div>
        <label htmlFor={id}>{label}</label>
        <textarea id={id} name={name} rows={2} maxLength={2000} required />
      </div>
      {children}
      <div className="row">
        <button type="submit" className="primary small" disabled={isPending}>
          {step}
        </button>
        <button type="button" className="small" onClick={onCancel}>
          {common.cancel}
        </button>
      </div>
      {refusal}
    </>
  )
}
