/**
 * The elements of a text as they are read one by one, and the refusal of one that cannot be.
 */
import type { ApplicationIdentifier } from './application-identifiers.ts'
import { type Element, type Form, type Refused, refuse } from './understood.ts'

/** Elements in the order they come; what is told twice in the same way is kept once. */
export class ElementList {
  readonly elements: Element[] = []
  /** Those of the elements, in the same order. */
  readonly identifiers: ApplicationIdentifier[] = []
  private readonly form: Form

  constructor(form: Form) {
    this.form = form
  }

  /** Refused where it was told before with another value. */
  add(its: ApplicationIdentifier, value: string): Refused | undefined {
    const index = this.identifiers.indexOf(its)
    if (index < 0) {
      this.identifiers.push(its)
      this.elements.push({ ai: its.ai, value })
      return undefined
    }
    const before = this.elements[index]?.value
    if (before === value) return undefined
    return refuse(this.form, 'ai_repeated', `(${its.ai}) ${before} and ${value}`)
  }
}

// Neither printable ASCII nor beyond ASCII.
const CONTROL = /[^ -~\u0080-\uffff]/

/** Why a value does not fit its application identifier. */
export function wrongValue(form: Form, { ai }: ApplicationIdentifier, value: string): Refused {
  if (value === '') return refuse(form, 'ai_empty', `(${ai})`)
  const control = CONTROL.exec(value)?.[0]
  if (control === undefined) return refuse(form, 'ai_value', `(${ai}) ${value}`)
  return refuse(form, 'control_character', `(${ai}) ${control}`)
}
