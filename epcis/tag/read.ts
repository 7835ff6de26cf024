/** What a tag says: one shape for all schemes, so that whoever reads it need not know them. */
import type { Kind } from '#epcis/gs1-key.ts'
import type { Element, Refused } from '#epcis/understood.ts'

export interface TagRead {
  readonly ok: true
  /** As the standard spells it: `SGTIN-96`, `SGTIN++`, `ADI-var`. */
  readonly scheme: string
  /** Canonical key; the pure identity URN of the schemes that have no Digital Link. */
  readonly key: string
  readonly kind: Kind
  /** Whether the check digit holds that the tag has; one that it has not always does. */
  readonly checked: boolean
  /** Key of the lot, where the data behind the EPC name one. */
  readonly lot: string | undefined
  /** Pure identity URN. The + and ++ schemes have none: they know no company prefix. */
  readonly urn: string | undefined
  readonly tagUri: string | undefined
  readonly filter: number | undefined
  readonly companyPrefix: string | undefined
  /** Of a ++ scheme. */
  readonly hostname: string | undefined
  /** Of a DSGTIN: its application identifier, and YYMMDD. */
  readonly date: Element | undefined
  /** What the tag says by application identifiers: the EPC, its date, the data behind it. */
  readonly elements: readonly Element[]
  /** Why the data behind the EPC could not be read, or not to their end. */
  readonly dataRefused: Refused | undefined
}
