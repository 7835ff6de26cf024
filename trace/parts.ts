/**
 * What a walk tells, part by part: the shape of a chain on its way out.
 *
 * Keys are canonical. Times are microseconds since 1970-01-01T00:00:00Z.
 */
import type { Kind } from '#epcis/identifier.ts'
import type { Moment } from './moment.ts'

/**
 * `observed`: an event states it. `inferred`: it follows from events that do not state it
 * themselves (membership in a container or lot). `possible`: nothing speaks against it, and no
 * more than that.
 */
export type Certainty = (typeof CERTAINTIES)[number]
export const CERTAINTIES = ['observed', 'inferred', 'possible'] as const

/**
 * Why an item is part of a chain. `traced`: it or its substance is what is followed. `lot`: one
 * of its serials, or an unknown part of it, is followed. `carrier`: what is followed was in it or
 * on it. `attached`: it was associated with something that is followed, such as a sensor.
 */
export type Standing = 'traced' | 'lot' | 'carrier' | 'attached'

/**
 * One item. It may come again when a later path shows it in a better standing or with more
 * certainty: the later part replaces the earlier one.
 */
export interface ChainNode {
  readonly part: 'node'
  readonly key: string
  readonly kind: Kind
  readonly standing: Standing
  /** Of the most certain path from the start: as certain as its least certain step. */
  readonly certainty: Certainty
  /** Steps of that path; a carrier is one step from what it carries. */
  readonly depth: number
}

export type LinkKind = 'becomes' | 'contains' | 'of-lot' | 'associated' | 'moves'

/**
 * One edge, from input to output (`becomes`), parent to child (`contains`, `associated`), serial
 * to lot (`of-lot`), unit as shipped to unit as received (`moves`). It may come before its nodes.
 */
export interface ChainLink {
  readonly part: 'link'
  readonly kind: LinkKind
  readonly from: string
  readonly to: string
  /** Of this step alone. */
  readonly certainty: Certainty
  /** When it began: went in, was packed, was shipped. Undefined where no event tells. */
  readonly fromUs: number | undefined
  /** When it ended: came out, was unpacked, was received. Undefined while it lasts. */
  readonly toUs: number | undefined
  /** The events it rests on. */
  readonly eventIDs: readonly string[]
}

/**
 * - `received-not-shipped`, `shipped-not-received`: one half of a transport is missing.
 * - `never-seen-before`: it goes into something, or is packed, and no event names it before.
 * - `outputs-without-inputs`, `inputs-without-outputs`: one side of a transformation is missing.
 * - `class-only`: only the product is named, neither lot nor serial: the walk ends here.
 */
export type GapKind =
  | 'received-not-shipped'
  | 'shipped-not-received'
  | 'never-seen-before'
  | 'outputs-without-inputs'
  | 'inputs-without-outputs'
  | 'class-only'

/** Something the events do not tell. */
export interface ChainGap {
  readonly part: 'gap'
  readonly kind: GapKind
  readonly key: string
  readonly timeUs: number
  /** Whether it may still close by itself: nothing has happened since. */
  readonly open: boolean
  readonly eventIDs: readonly string[]
}

/**
 * What a limit left out, at the end of a walk.
 * - `depth`: items at the depth limit that the walk would have gone on from.
 * - `limit`: items found beyond the node limit.
 * - `rows`: items with more events than are looked at for their whereabouts.
 */
export interface ChainCut {
  readonly part: 'cut'
  readonly reason: 'depth' | 'limit' | 'rows'
  /** How many items were not followed, or not wholly. */
  readonly count: number
  /** Whether `count` is only what was seen before the walk stopped counting. */
  readonly atLeast: boolean
  /** The first of them. */
  readonly keys: readonly string[]
}

export type ChainPart = ChainNode | ChainLink | ChainGap | ChainCut

/** A part before its events are named: by the numbers they have in the store. */
export type Unnamed<Part> = Omit<Part, 'eventIDs'> & { readonly eventRefs: readonly number[] }

/** Events an item took part in, as far as they are of concern to the chain. */
export interface SeenEvents {
  readonly part: 'seen'
  readonly key: string
  readonly events: readonly Moment[]
}

export type RawPart = ChainNode | Unnamed<ChainLink> | Unnamed<ChainGap> | ChainCut | SeenEvents
