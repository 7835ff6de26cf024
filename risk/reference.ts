/**
 * What rules need to know beside events and readings, as narrow as it gets: a store implements
 * it over the registry, a test over a few objects. All look-ups are by canonical key, from memory,
 * and answer undefined for what is not known: a rule then says nothing rather than guess.
 */
import type { Certainty } from '#trace/parts.ts'
import type { Quota } from './balances.ts'
import type { Lane, LaneEnds } from './lane.ts'
import type { AmountSum } from './movement.ts'
import type { Domain } from './rule.ts'

export interface ProductFacts {
  readonly domain: Domain
  readonly shelfLifeDays?: number
  /** Class by which licences are given, such as `vaccine`, `cement`. */
  readonly productClass?: string
  /** What it is to be stored at, in degrees Celsius. */
  readonly storage?: { readonly min: number; readonly max: number }
  /** Tests that have to be passed before it leaves, or is built in. */
  readonly requiredTests?: readonly string[]
  /** Whether its samples are taken before a witness. */
  readonly witnessed?: boolean
  /** Where it may be sold; anywhere where nothing is said. */
  readonly markets?: readonly string[]
  /** Parties that may receive it; all where nothing is said. */
  readonly consignees?: readonly string[]
  /** Whether every unit has a serial that was commissioned in here. */
  readonly serialised?: boolean
  readonly kgPerUnit?: number
  /** What a permit or a certified area allows its maker of one lot. */
  readonly lotQuota?: Quota
  /** 1 is the smallest pack that is sold. */
  readonly packLevel?: number
}

export interface Licence {
  /** Classes of products it covers; `*` is all. */
  readonly scope: readonly string[]
  readonly fromUs: number
  /** Up to and without. */
  readonly toUs: number
  readonly suspended?: readonly { readonly fromUs: number; readonly toUs: number }[]
}

export interface PartyFacts {
  /** Canonical key or `party:slug`: the one name under which it is spoken of. */
  readonly key: string
  readonly licences: readonly Licence[]
  /** Whether the check character of its social credit code holds; undefined where it has none. */
  readonly creditCodeHolds?: boolean
  /** Whether parties of its kind need a licence at all. */
  readonly needsLicence: boolean
}

export interface PlaceFacts {
  readonly latitude?: number
  readonly longitude?: number
  readonly radiusKm?: number
  /** The site it is part of: a dock and the warehouse behind it are one place. */
  readonly site?: string
  /** The market it sells in. */
  readonly market?: string
  /** Whose it is: canonical key or `party:slug`. */
  readonly party?: string
  /** Of a district: how many people live there, by which samples are planned. */
  readonly residents?: number
  /** The district that it lies in. */
  readonly district?: string
}

/** An open recall that an item is in the scope of. */
export interface RecallMatch {
  readonly recall: string
  readonly certainty: Certainty
  /** From when on it may not move. */
  readonly fromUs: number
  /** Until when that was so, where it is not any more: up to and without. */
  readonly untilUs?: number
  /** Keys from the recalled thing to the item. */
  readonly path: readonly string[]
  /** To whom it goes back; a transport to them is what the recall asks for. */
  readonly returnsTo: readonly string[]
}

/** One report of a laboratory. */
export interface TestReport {
  readonly test: string
  readonly passed: boolean
  /** When it was issued, and when it came in. */
  readonly reportedUs: number
  readonly recordedUs: number
  readonly eventID: string
  readonly witnessed?: boolean
  readonly result?: string
}

export interface StockedLot {
  readonly lot: string
  /** ISO 8601 date. */
  readonly expiry: string
}

export interface StockAsked {
  readonly product: string
  readonly site: string
  /** The stock as it was then. */
  readonly atUs: number
  /** Of what expires before that. */
  readonly beforeUs: number
  /** What leaves of a lot together with what is asked for. */
  readonly leaving: (lot: string) => readonly AmountSum[]
}

export interface Reference {
  /** Of a class, lot or serial: that of its product. */
  product(key: string): ProductFacts | undefined
  /** By slug, party key or social credit code. */
  party(key: string): PartyFacts | undefined
  place(key: string): PlaceFacts | undefined
  /** Open recalls whose scope holds the item or one of its lots. */
  recalls(item: string, lots: readonly string[]): readonly RecallMatch[]
  /** Reports on a lot or on one item. */
  tests(key: string): readonly TestReport[]
  /** What was known at a time of how long it takes from one site to another. */
  lane(ends: LaneEnds, atUs: number): Lane | undefined
  /** The lot of a serial, as far as its own events have told it. */
  lotOf(key: string): string | undefined
  /** What expires first of a product in stock at a site. */
  earliestExpiry(asked: StockAsked): StockedLot | undefined
}

/** The site of a place: what counts as one place. */
export function siteOf(reference: Reference, place: string): string {
  return reference.place(place)?.site ?? place
}
