/**
 * What the parts of a walk share while it goes one step on in one direction.
 */
import type { Carriers, Stretch } from './carriers.ts'
import type { Arrival, Footing } from './frontier.ts'
import type { ChainLink, RawPart, Standing, Unnamed } from './parts.ts'
import type { Bounds, Direction, Tier } from './reach.ts'
import type { ItemRef, TrailRow } from './source.ts'
import type { View } from './view.ts'

export interface Step {
  readonly view: View
  readonly carriers: Carriers
  readonly direction: Direction
  /** What makes bounds of times: 1 back, -1 forward. */
  readonly sign: 1 | -1
  /** Whether a row puts its item on the near side of a transformation. */
  readonly isNearSide: (row: TrailRow) => boolean
  tell(part: RawPart): void
  /**
   * Tells of a node, unless it was told in as good a standing; false where the node limit bars it.
   * `away`: how many steps it is from the items of this step. Default 1.
   */
  tellNode(item: ItemRef, standing: Standing, tier: Tier, away?: number): boolean
  /** Whether it is wanted to be told which events of an item are of concern. */
  readonly wantsEvents: boolean
  isTold(item: ItemRef): boolean
  /** That an item has more rows than were looked at. */
  tellCrowded(item: ItemRef): void
  /** Whether going on from an item, without its contents, would find nothing new. */
  isKnown(item: ItemRef, footing: Footing, bound: number, tier: Tier): boolean
  /**
   * Adds to what the walk goes on from, with the link to tell if the node limit lets the item in.
   */
  discover(item: ItemRef, footing: Footing, arrival: Arrival, link?: Unnamed<ChainLink>): void
  /** Whether so much has been told that it should be passed on. */
  isFull(): boolean
  /** Whether the node limit is so far exceeded that looking on serves nothing. */
  isExhausted(): boolean
}

/** The time that bounds leave to an item, however uncertainly. */
export function reachedStretch({ direction }: Step, [, , bound]: Bounds): Stretch {
  return direction === 'forward'
    ? { fromUs: -bound, toUs: Number.POSITIVE_INFINITY }
    : { fromUs: Number.NEGATIVE_INFINITY, toUs: bound + 1 }
}
