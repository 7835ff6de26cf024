/**
 * What rules have to know of recalls, as narrow as it gets: whoever keeps recalls implements it
 * over a store, a test over a few objects. Drills are none: what they would raise is not raised.
 */
import type { RecallProgress } from './recall-clock.ts'
import type { Consignee } from './recall-follow.ts'
import type { ScopeSummary } from './recall-scope.ts'
import type { RecallMatch } from './reference.ts'
import type { Domain } from './rule.ts'

/** A recall as its clock and its followers see it. */
export interface WatchedRecall extends RecallProgress {
  /** The profile of what is recalled. */
  readonly domain?: Domain
  /** Holders, with when they were told and when they answered. */
  readonly consignees: readonly Consignee[]
  /** Of its present version; undefined while it is being computed. */
  readonly scope: ScopeSummary | undefined
  /** When anything was done about it last. */
  readonly changedUs: number
}

/** A key that came into the scope of a recall, or left it, or whose recall was closed. */
export interface ScopeChange {
  /** Rises with each change, over all recalls. */
  readonly seq: number
  readonly key: string
}

export interface RecallReader {
  /** Whether any recall was ever approved: until then nothing matches. */
  hasAny(): boolean
  /** Recalls whose scope holds one of some keys, or held it: of those that are open or closed. */
  matches(keys: readonly string[]): readonly RecallMatch[]
  /** Changes of scopes behind one of them, 0 for all, in their order. */
  changesAfter(seq: number, limit: number): readonly ScopeChange[]
  /** The number of the last change there is; 0 where there is none. */
  lastChange(): number
  /** Recalls that are open, and those that were closed at that time or later. */
  recalls(closedSinceUs: number): readonly WatchedRecall[]
}
