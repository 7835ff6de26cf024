/**
 * One lane's production of one day, from milking to the last sale: what its parts share, and the
 * hours at which they run. Hours count from local midnight of the day of milking and go on past 24.
 */
import { type Chance, chanceOf } from '#simulators/random.ts'
import { Stage } from '#simulators/stage.ts'
import type { Amount } from '#simulators/truth.ts'
import type { Lane } from './devices.ts'
import type { Firm } from './firms.ts'

export interface Batch {
  readonly lane: Lane
  readonly day: number
  /** Local midnight of the day of milking. */
  readonly midnightUs: number
  /** Cartons to fill, at least one. */
  readonly items: number
  /** Digits that no other batch of this seed has, and hardly one of another seed. */
  readonly number: string
  readonly stage: Stage
  /** A stream of its own for each part, so that one part's draws never move another's. */
  chance(part: string): Chance
}

export interface Carton {
  readonly key: string
  readonly lot: string
}

export interface Case {
  readonly key: string
  readonly cartons: readonly Carton[]
}

export interface Pallet {
  readonly key: string
  readonly cases: readonly Case[]
}

export interface BatchPlan {
  readonly seed: string
  readonly lane: Lane
  readonly day: number
  readonly midnightUs: number
  readonly items: number
  readonly number: string
}

export function batchOf({ seed, ...plan }: BatchPlan): Batch {
  const chance = (part: string) => chanceOf(seed, `batch/${plan.number}/${part}`)
  return { ...plan, stage: new Stage(chance('events')), chance }
}

/** Hours of one batch. A vehicle's trip begins empty, half an hour before the first loading. */
export const hours = {
  milking: 5,
  tanker: { from: 5.5, firstStop: 6, intake: 9.25, to: 9.75 },
  tanks: 11,
  storing: 18,
  truck: { from: 26.5, loading: 27, leaving: 27.25, arriving: 28.5, to: 29 },
  sorting: 30,
  filledCages: 32,
  van: { from: 51.5, loading: 52, leaving: 52.25, firstShop: 53.5, hoursPerShop: 0.75, to: 56 },
  opening: 56.25,
  selling: 58,
  /** After closing on the second day of sale nothing of a batch moves any more. */
  end: 94,
} as const

/** A moment of a batch. */
export function momentUs(batch: Pick<Batch, 'midnightUs'>, hour: number, seconds = 0): number {
  return batch.midnightUs + hour * 3600e6 + seconds * 1e6
}

export function litres(key: string, millilitres: number): Amount {
  return { key, quantity: millilitres / 1000, uom: 'LTR' }
}

export function thing({ key }: { readonly key: string }): Amount {
  return { key }
}

/** Who sends to whom, under which despatch advice. */
export function consignment(batch: Batch, from: Firm, to: Firm): Record<string, unknown> {
  const advice = `urn:epcglobal:cbv:bt:${from.pgln.slice(-13)}:${batch.number}-${to.slug}`
  return {
    bizTransactionList: [{ type: 'desadv', bizTransaction: advice }],
    sourceList: [{ type: 'possessing_party', source: from.pgln }],
    destinationList: [{ type: 'possessing_party', destination: to.pgln }],
  }
}
