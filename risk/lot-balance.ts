/**
 * E2 a lot that does not balance, E3 more shipped than there was, E4 received is not what was
 * shipped. The amounts come from whoever keeps them; what is inferred is told as inferred.
 */
import type { Certainty } from '#trace/parts.ts'
import { type Finding, finding } from './finding.ts'
import type { InForce } from './rule-set.ts'
import { US_AN_HOUR } from './words.ts'

/** Amounts of one lot at one party, all in one unit. Undefined is not known. */
export interface LotBalance {
  readonly lot: string
  readonly produced: number
  readonly received: number
  readonly used: number
  readonly wasted: number
  readonly stock: number | undefined
  readonly shipped: number
  /** What a certificate or permit allows in all, where there is one. */
  readonly quota?: number
  /** When it began, and the time it is as of. */
  readonly fromUs: number
  readonly atUs: number
  readonly knownUs: number
  readonly eventIDs: readonly string[]
  readonly certainty: Certainty
  /** Whose it is, and where: what tells balances of one lot apart. */
  readonly party: string
  readonly site?: string
}

/** E2. Without a count of the stock nothing can be said. */
export function lotBalance(rule: InForce<'E2'>, balance: LotBalance): Finding[] {
  const { stock, used, wasted, shipped } = balance
  const had = balance.produced + balance.received
  if (stock === undefined || had <= 0) return []
  const recovery = ((used + wasted + shipped + stock) / had) * 100
  const { least, most } = rule.parameters
  if (recovery >= least && recovery <= most) return []
  const isLow = recovery < least
  const limit = isLow ? least : most
  return [
    finding(rule, isLow ? 'low' : 'high', {
      ...of(balance),
      incident: incidentOf(balance, 'recovery'),
      measures: [{ name: 'recovery', value: recovery, limit, unit: 'percent' }],
    }),
  ]
}

/**
 * E3, against what was produced and received, or the quota if that is less. That something was made
 * may be told late, and is waited for.
 */
export function oversold(rule: InForce<'E3'>, balance: LotBalance): Finding[] {
  const { produced, received, shipped, quota } = balance
  const had = Math.min(produced + received, quota ?? Number.POSITIVE_INFINITY)
  const allowed = had * (1 + rule.parameters.tolerance / 100)
  if (had <= 0 || shipped <= allowed + ROUNDING * had) return []
  return [
    finding(rule, 'oversold', {
      ...of(balance),
      knowableUs: balance.knownUs + rule.parameters.graceHours * US_AN_HOUR,
      incident: incidentOf(balance, 'oversold'),
      measures: [{ name: 'shipped', value: shipped, limit: had, unit: 'count' }],
    }),
  ]
}

/** Something of which there is more than is gone through. */
export interface TooMany {
  /** A lot or a transport. */
  readonly subject: string
  readonly limit: number
  readonly fromUs: number
  readonly knownUs: number
}

/** That something was not told, for there being too much of it: said, and not passed over. */
export function notTold<Id extends 'E2' | 'E3' | 'E4'>(rule: InForce<Id>, many: TooMany): Finding {
  const { subject, limit, fromUs, knownUs } = many
  return finding<'E2' | 'E3' | 'E4'>(rule, 'tooMany', {
    ...{ subject, fromUs, knowableUs: knownUs },
    severity: 'info',
    certainty: 'possible',
    measures: [{ name: 'count', value: limit + 1, limit, unit: 'count' }],
    affected: [{ key: subject, certainty: 'possible', path: [] }],
  })
}

/** Sums of amounts such as 0.1 are not exact. */
const ROUNDING = 1e-9

function incidentOf({ party, site = '' }: LotBalance, what: string): string {
  return `${what} ${party} ${site}`
}

function of({ lot, fromUs, knownUs, eventIDs, certainty }: LotBalance) {
  const affected = [{ key: lot, certainty, path: [] }]
  return { subject: lot, fromUs, knowableUs: knownUs, eventIDs, certainty, affected }
}

/** An item of a shipment, by itself or as the content of what was shipped. */
export interface Shipped {
  readonly key: string
  readonly certainty: Certainty
  /** Keys of the containers through which, from the item outwards. */
  readonly path: readonly string[]
  /** Of a lot or class: how much, where both is known. */
  readonly amount?: number
  readonly unit?: string
}

/** A shipment with its receipts, contents of containers included on both sides. */
export interface Shipment {
  /** The shipping event, or the delivery note that both sides name. */
  readonly id: string
  readonly shipped: readonly Shipped[]
  readonly received: readonly Shipped[]
  readonly shippedUs: number
  /** Of the first receipt; undefined while there is none. */
  readonly receivedUs: number | undefined
  /** When the latest of its events came in. */
  readonly knownUs: number
  readonly eventIDs: readonly string[]
}

/**
 * E4. What is missing is waited for, as a receipt may come in parts or late. A case that was
 * received closed has its contents received with it: that is inferred, and no shortage.
 */
export function shipmentDifference(rule: InForce<'E4'>, shipment: Shipment): Finding[] {
  const { shipped, received, receivedUs, id } = shipment
  if (receivedUs === undefined) return []
  const missing = [...beyond(shipped, received), ...lessOf(shipped, received)]
  const extra = [...beyond(received, shipped), ...lessOf(received, shipped)]
  if (missing.length + extra.length === 0) return []
  const variant = extra.length === 0 ? 'shortage' : missing.length === 0 ? 'overage' : 'both'
  const all = [...missing, ...extra]
  const isSure = all.some(({ certainty }) => certainty === 'observed')
  return [
    finding(rule, variant, {
      subject: id,
      // One case for the shipment, whatever turns out to be the difference.
      incident: 'difference',
      fromUs: shipment.shippedUs,
      toUs: receivedUs,
      knowableUs: shipment.knownUs + rule.parameters.graceHours * US_AN_HOUR,
      certainty: isSure ? 'observed' : 'inferred',
      measures: [
        { name: 'missing', value: piecesOf(missing), limit: 0, unit: 'count' },
        { name: 'extra', value: piecesOf(extra), limit: 0, unit: 'count' },
      ],
      eventIDs: shipment.eventIDs,
      affected: all.slice(0, MOST_AFFECTED).map(({ key, certainty, path }) => {
        return { key, certainty, path }
      }),
    }),
  ]
}

/** What is on both sides, and less on the other: by how much. */
function lessOf(items: readonly Shipped[], other: readonly Shipped[]): Shipped[] {
  const there = new Map<string, number | undefined>()
  for (const { key, unit = '', amount } of other) {
    const name = `${unit} ${key}`
    const known = there.has(name) ? there.get(name) : 0
    there.set(name, known === undefined || amount === undefined ? undefined : known + amount)
  }
  const sums = new Map<string, Shipped>()
  for (const each of items) {
    if (each.amount === undefined) continue
    const name = `${each.unit ?? ''} ${each.key}`
    sums.set(name, { ...each, amount: (sums.get(name)?.amount ?? 0) + each.amount })
  }
  return [...sums].flatMap(([name, each]) => {
    const amount = each.amount ?? 0
    const its = there.get(name)
    if (its === undefined || amount - its <= ROUNDING * amount) return []
    return [{ ...each, amount: amount - its }]
  })
}

/** Pieces that are missing; of what is weighed each lot counts as one. */
function piecesOf(items: readonly Shipped[]): number {
  return items.reduce((sum, { amount, unit = '' }) => sum + (unit === '' ? (amount ?? 1) : 1), 0)
}

/** Items that are named in a finding; the figures are of all. */
export const MOST_AFFECTED = 1_000

/**
 * Items of one side that are not on the other: neither by themselves, nor in a container that is
 * there, nor, being a container, by anything that is in it.
 */
function beyond(items: readonly Shipped[], other: readonly Shipped[]): Shipped[] {
  const there = new Set(other.map(({ key }) => key))
  const opened = new Set(items.flatMap(({ key, path }) => (there.has(key) ? path : [])))
  const inside = new Set(other.flatMap(({ path }) => path))
  return items.filter(({ key, path }) => {
    if (there.has(key) || opened.has(key) || inside.has(key)) return false
    // Of a container that came closed the contents came as well; an opened one shows what is not.
    return !path.some((each) => there.has(each) && !opened.has(each))
  })
}
