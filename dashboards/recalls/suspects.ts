/** What is suspected, as it is drafted in a form. */
import { localTime } from '../rules/draft.ts'
import type { From } from './recall-data.ts'

export const KINDS = ['alert', 'item', 'lot', 'range', 'made'] as const
export type Kind = (typeof KINDS)[number]

export interface Draft {
  /** For lists of them. */
  readonly number: number
  readonly kind: Kind
  /** Of an alert, item or lot. */
  readonly value: string
  readonly product: string
  readonly fromLot: string
  readonly toLot: string
  /** As `datetime-local` has it. */
  readonly madeFrom: string
  readonly madeTo: string
  readonly site: string
}

let drafted = 0

/** Times are given as RFC 3339. */
export function draftOf(kind: Kind, given: Partial<Omit<Draft, 'number' | 'kind'>> = {}): Draft {
  const empty = { value: '', product: '', fromLot: '', toLot: '', site: '' }
  const { madeFrom = '', madeTo = '', ...rest } = given
  const local = (time: string) => (time === '' ? '' : localTime(Date.parse(time)))
  drafted++
  return {
    ...{ number: drafted, kind, ...empty, ...rest },
    madeFrom: local(madeFrom),
    madeTo: local(madeTo),
  }
}

/** As the server takes it. */
export function fromOf(draft: Draft): From {
  const { kind, value, product, fromLot, toLot, madeFrom, madeTo, site } = draft
  const time = (local: string) => new Date(local).toISOString()
  switch (kind) {
    case 'alert':
      return { alert: value.trim() }
    case 'item':
      return { item: value.trim() }
    case 'lot':
      return { lot: value.trim() }
    case 'range':
      return { product: product.trim(), fromLot: fromLot.trim(), toLot: toLot.trim() }
    case 'made':
      return {
        ...{ product: product.trim(), madeFrom: time(madeFrom), madeTo: time(madeTo) },
        ...(site.trim() !== '' && { site: site.trim() }),
      }
  }
}
