/** What events tell of the scopes of recalls, before what came of it is followed. */
import type { LateGoods } from '#store/recalls/late-goods.ts'
import type { EventMember, EventSummary } from '#trace/source.ts'

/** An event that stands, with who takes part. */
export interface Told {
  readonly event: EventSummary
  readonly members: readonly EventMember[]
}

/** A thing that belongs to a scope. */
export interface Found
  extends Pick<LateGoods, 'scope' | 'key' | 'tier' | 'assumption' | 'eventID'> {
  /** What in the scope it hangs on, where it is not suspected itself. */
  readonly from: string | undefined
}
