/**
 * How a recall stands: what its clock asks for and by when, how much is accounted for, the balance
 * of the goods, how long it took to trace, and what closing still takes.
 */
import { z } from 'zod'
import { HOLDING_STATES, type HoldingState } from '#risk/custody.ts'
import {
  type Consignee as Accounted,
  accountedFor,
  sampleOfConsignees,
} from '#risk/recall-follow.ts'
import type { Consignee, Recall, RecallStep, ScopeVersion } from '#store/recalls/recall.ts'
import { sumOf } from '#store/recalls/rows.ts'
import type { CalendarVersion } from '#store/registry/work-calendar.ts'
import { clockSchema, clockView } from './recall-clock.ts'

const amounts = z.record(z.enum(HOLDING_STATES), z.number())

export const balanceSchema = z.array(
  z.object({
    uom: z.string().meta({ description: 'Empty: pieces' }),
    expected: amounts.meta({ description: 'As events tell: what the consignees got' }),
    answered: z.object({
      onHand: z.number(),
      returned: z.number(),
      destroyed: z.number(),
      used: z.number(),
    }),
    shipped: z.number(),
    accounted: z.number(),
    unaccounted: z.number(),
    over: z
      .number()
      .optional()
      .meta({ description: 'Told of beyond what they got; none of it is accounted for' }),
    percent: z.number().optional(),
  }),
)

export const progressSchema = z.object({
  clock: clockSchema,
  consignees: z.object({
    all: z.int(),
    notified: z.int(),
    delivered: z.int(),
    acknowledged: z.int(),
    answered: z.int(),
    silent: z.array(z.string()),
  }),
  checks: z.object({
    level: z.string(),
    sample: z.array(z.string()),
    effective: z.int(),
    left: z.array(z.string()),
  }),
  balance: balanceSchema,
  timeToTrace: z
    .object({ seconds: z.number(), percentAccounted: z.number().optional() })
    .optional()
    .meta({ description: 'From its making to scope and holders known' }),
})

/** What a recall is judged by. */
export interface Proceedings {
  readonly recall: Recall
  readonly versions: readonly ScopeVersion[]
  readonly consignees: readonly Consignee[]
  readonly steps: readonly RecallStep[]
}

export function progressView(
  proceedings: Proceedings,
  nowUs: number,
  calendar: CalendarVersion | undefined,
): z.output<typeof progressSchema> {
  const { recall, versions, consignees } = proceedings
  const balance = balanceOf(consignees)
  const known = versions.find(({ knownUs }) => knownUs !== undefined)
  const pieces = balance.find(({ uom }) => uom === '') ?? balance[0]
  return {
    clock: clockView(proceedings, nowUs, calendar),
    consignees: consigneesCount(consignees),
    checks: checksOf(recall, consignees),
    balance,
    ...(known?.knownUs !== undefined && {
      timeToTrace: {
        seconds: (known.knownUs - recall.createdUs) / 1e6,
        ...(pieces?.percent !== undefined && { percentAccounted: pieces.percent }),
      },
    }),
  }
}

/** The consignees that are checked, of those who were told or would be. */
function checksOf({ level, levelPercent, seed }: Recall, consignees: readonly Consignee[]) {
  const parties = consignees.map(({ party }) => party)
  const sample = sampleOfConsignees(parties, level, seed, levelPercent)
  const effective = consignees.filter(
    ({ party, check }) => sample.includes(party) && check?.result === 'effective',
  )
  const done = new Set(effective.map(({ party }) => party))
  return {
    level,
    sample,
    effective: effective.length,
    left: sample.filter((party) => !done.has(party)),
  }
}

function consigneesCount(consignees: readonly Consignee[]) {
  const count = (has: (each: Consignee) => unknown) =>
    consignees.filter((each) => has(each) !== undefined).length
  return {
    all: consignees.length,
    notified: count(({ noticeUs }) => noticeUs),
    delivered: count(({ deliveredUs }) => deliveredUs),
    acknowledged: count(({ acknowledgedUs }) => acknowledgedUs),
    answered: count(({ answeredUs }) => answeredUs),
    silent: consignees
      .filter(({ noticeUs, acknowledgedUs }) => noticeUs !== undefined && !acknowledgedUs)
      .map(({ party }) => party),
  }
}

/** What consignees got beside what they say of it, unit by unit. */
export function balanceOf(consignees: readonly Consignee[]): z.output<typeof balanceSchema> {
  const units = [...new Set(consignees.flatMap(({ lines }) => lines.map(({ uom }) => uom)))].sort()
  return units.map((uom) => {
    const lines = consignees.flatMap(({ party, lines }) => {
      return lines.filter((line) => line.uom === uom).map((line) => ({ party, ...line }))
    })
    const told: Accounted[] = lines.map(({ party, expected, answered = NOTHING }) => ({
      key: party,
      shipped: sumOf(expected),
      ...answered,
    }))
    const { shipped, accounted, over, percent } = accountedFor(told)
    const sum = (of: (each: Accounted) => number) => told.reduce((all, each) => all + of(each), 0)
    return {
      uom,
      expected: Object.fromEntries(
        HOLDING_STATES.map((state) => [
          state,
          lines.reduce((all, { expected }) => all + expected[state], 0),
        ]),
      ) as Record<HoldingState, number>,
      answered: {
        onHand: sum(({ onHand }) => onHand),
        returned: sum(({ returned }) => returned),
        destroyed: sum(({ destroyed }) => destroyed),
        used: sum(({ used }) => used),
      },
      shipped,
      accounted,
      unaccounted: shipped - accounted,
      ...(over > 0 && { over }),
      ...(percent !== undefined && { percent }),
    }
  })
}

const NOTHING = { onHand: 0, returned: 0, destroyed: 0, used: 0 }
