/**
 * The balances of a lot, from what moved it: by each party, and by each site where it was counted.
 * What moved inside of containers is found from what was packed into them, and is inferred.
 *
 * Where the same lot was told of in several ways that may overlap (loose and in containers), the
 * reading is taken that accuses nobody, and what has to be exact says nothing.
 */
import type { LotBalance } from './lot-balance.ts'
import { type Movement, type Packing, producedOf } from './movement.ts'

/** What is known of a lot's movements, each list in the order of time. */
export interface LotHistory {
  readonly lot: string
  readonly moved: readonly LotMovement[]
  /** What went into containers: the lot itself, and containers into others. */
  readonly packings: readonly Packing[]
  /** Movements of those containers. */
  readonly units: readonly LotMovement[]
  /** Kilograms of a piece, where that is known. */
  readonly kgPerUnit: number | undefined
  /** What a permit or a certified area allows of one lot; nothing where there is none. */
  readonly quota?: Quota | undefined
}

export interface Quota {
  readonly amount: number
  /** `KGM`, or '' for pieces. */
  readonly unit: string
}

export interface LotMovement extends Movement {
  readonly event: number
}

export interface Balance extends Omit<LotBalance, 'eventIDs'> {
  readonly party: string
  /** Of a site; undefined where it is of all that the party did. */
  readonly site?: string
  /** Numbers of the events it rests on. */
  readonly events: readonly number[]
  /** Whether what came and went was told of in one way only. */
  readonly isExact: boolean
}

interface Moved extends LotMovement {
  readonly inferred: boolean
}

/** By party, and by site as of its last count. Nothing where an amount is not known. */
export function balancesOf(history: LotHistory): Balance[] {
  const all = [...history.moved.map((each) => ({ inferred: false, ...each })), ...inside(history)]
  const moved = inOneUnit(onceEach(all), history.kgPerUnit)
  if (!moved) return []
  const quota = quotaIn(moved[0]?.unit, history)
  const parties = grouped(moved, ({ party }) => party)
  return [...parties].flatMap(([party, its]) => {
    const whole = balanceOf(history.lot, party, its)
    const sites = [...grouped(its, ({ site }) => site)].flatMap(([site, there]) => {
      const count = there.filter(({ kind }) => kind === 'counted').at(-1)
      if (!count) return []
      const until = there.filter(({ timeUs }) => timeUs <= count.timeUs)
      const counted = until.filter((each) => {
        return each.kind === 'counted' && each.timeUs === count.timeUs
      })
      const balance = balanceOf(history.lot, party, until)
      return balance ? [{ ...balance, site, stock: sumOf(counted) }] : []
    })
    // It is the maker's: whoever buys of the lot has no permit to make it.
    const isMaker = whole !== undefined && whole.produced > 0
    const allowed = isMaker && quota !== undefined ? { quota } : {}
    return [...(whole ? [{ ...whole, ...allowed }] : []), ...sites]
  })
}

/** The quota in the unit of the amounts; undefined where it cannot be told in it. */
function quotaIn(unit: string | undefined, { quota, kgPerUnit }: LotHistory): number | undefined {
  if (!quota || quota.unit === unit) return quota?.amount
  if (kgPerUnit === undefined) return undefined
  if (quota.unit === '' && unit === 'KGM') return quota.amount * kgPerUnit
  return quota.unit === 'KGM' && unit === '' ? quota.amount / kgPerUnit : undefined
}

function grouped<T>(all: readonly T[], nameOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const each of all) {
    const name = nameOf(each)
    const group = groups.get(name)
    if (group) group.push(each)
    else groups.set(name, [each])
  }
  return groups
}

/** What moved inside of containers when these moved. */
function inside({ lot, packings, units }: LotHistory): Moved[] {
  const into = grouped(packings, ({ parent }) => parent)
  const last = new Map<string, string>()
  return units.flatMap((unit) => {
    const name = `${unit.thing} ${unit.party}`
    // A pallet that is told of twice in a row has moved once.
    if (last.get(name) === unit.kind) return []
    last.set(name, unit.kind)
    return [...amountsIn(into, lot, [unit.thing], unit.timeUs)].flatMap(([measure, amount]) => {
      if (amount === 0) return []
      const signed = amount === undefined ? undefined : amount * (unit.amount ?? 1)
      return [{ inferred: true, ...unit, thing: lot, amount: signed, unit: measure }]
    })
  })
}

/** How much of a lot is in a container at a time, by unit; `path`: it, and what it is in. */
function amountsIn(
  into: ReadonlyMap<string, readonly Packing[]>,
  lot: string,
  path: readonly [container: string, ...outer: string[]],
  atUs: number,
): Map<string, number | undefined> {
  let amounts = new Map<string, number | undefined>()
  let nested = new Map<string, number>()
  for (const { child, amount, unit, timeUs } of into.get(path[0]) ?? []) {
    if (timeUs > atUs) break
    if (child === '') {
      amounts = new Map()
      nested = new Map()
    } else if (child === lot) {
      amounts.set(unit, plus(amounts.has(unit) ? amounts.get(unit) : 0, amount))
    } else {
      nested.set(child, (nested.get(child) ?? 0) + (amount ?? 0))
    }
  }
  for (const [child, count] of nested) {
    // Nothing is in itself, whatever events say.
    if (count <= 0 || path.includes(child)) continue
    for (const [unit, amount] of amountsIn(into, lot, [child, ...path], atUs)) {
      amounts.set(unit, plus(amounts.has(unit) ? amounts.get(unit) : 0, amount))
    }
  }
  return amounts
}

function plus(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? undefined : one + other
}

/** So near to each other the same amount at one site is one that was told twice. */
const TWICE_US = 5_000_000

function onceEach(all: readonly Moved[]): Moved[] {
  const ordered = [...all].sort(
    (one, other) => one.timeUs - other.timeUs || one.event - other.event,
  )
  const last = new Map<string, Moved>()
  return ordered.filter((each) => {
    const { kind, party, site, amount, unit, isSerials, inferred } = each
    if (isSerials || inferred) return true
    const name = JSON.stringify([kind, party, site, amount, unit])
    const before = last.get(name)
    last.set(name, each)
    return !before || each.timeUs - before.timeUs > TWICE_US
  })
}

/** All in one unit; undefined where that cannot be, or some amount is not known. */
function inOneUnit(moved: readonly Moved[], kgPerUnit: number | undefined): Moved[] | undefined {
  if (moved.some(({ amount }) => amount === undefined)) return undefined
  const units = new Set(moved.map(({ unit }) => unit))
  if (units.size <= 1) return [...moved]
  const isMass = units.size === 2 && units.has('') && units.has('KGM')
  if (!isMass || kgPerUnit === undefined) return undefined
  return moved.map((each) => {
    const amount = (each.amount ?? 0) * (each.unit === '' ? kgPerUnit : 1)
    return { ...each, amount, unit: 'KGM' }
  })
}

function sumOf(moved: readonly Moved[]): number {
  return moved.reduce((sum, { amount }) => sum + (amount ?? 0), 0)
}

function balanceOf(lot: string, party: string, its: readonly Moved[]): Balance | undefined {
  const [first] = its
  const last = its.at(-1)
  if (!first || !last) return undefined
  const of = (...kinds: readonly string[]) => its.filter(({ kind }) => kinds.includes(kind))
  const made = grouped(of('produced'), ({ isSerials }) => (isSerials ? 'serials' : 'lots'))
  const amounts = { serials: sumOf(made.get('serials') ?? []), lots: sumOf(made.get('lots') ?? []) }
  const received = ways(of('received'))
  const left = ways(of('shipped', 'sold'))
  return {
    lot,
    party,
    produced: producedOf(amounts),
    received: received.direct + received.inside,
    used: sumOf(of('used')),
    wasted: sumOf(of('wasted')),
    stock: undefined,
    // What left loose may be the same as what left in containers.
    shipped: Math.max(left.direct, left.inside, left.isOne ? left.direct + left.inside : 0),
    fromUs: first.timeUs,
    atUs: last.timeUs,
    knownUs: its.reduce((most, { recordUs }) => Math.max(most, recordUs), 0),
    events: [...new Set(its.map(({ event }) => event))],
    certainty: its.some(({ inferred }) => inferred) ? 'inferred' : 'observed',
    isExact: received.isOne && left.isOne,
  }
}

function ways(its: readonly Moved[]) {
  const direct = sumOf(its.filter(({ inferred }) => !inferred))
  const inside = sumOf(its.filter(({ inferred }) => inferred))
  return { direct, inside, isOne: direct === 0 || inside === 0 }
}
