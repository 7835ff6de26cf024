/** How a consignee goes out: who it is, what it got, what it was told and what it answered. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { HOLDING_STATES } from '#risk/custody.ts'
import { CHECK_RESULTS, type Consignee } from '#store/recalls/recall.ts'
import type { Registry } from '#store/registry.ts'

const time = z.iso.datetime()
const amount = z.number().min(0).max(1e15)

export const answersSchema = z.strictObject({
  onHand: amount,
  returned: amount,
  destroyed: amount,
  used: amount,
})

export const consigneeSchema = z
  .object({
    party: z.string(),
    name: z.string().optional(),
    contact: z
      .looseObject({ name: z.string().optional() })
      .optional()
      .meta({ description: 'As the registry has it' }),
    lines: z.array(
      z.object({
        uom: z.string().meta({ description: 'Empty: pieces' }),
        expected: z.record(z.enum(HOLDING_STATES), z.number()),
        answered: answersSchema.optional(),
      }),
    ),
    noticed: time.optional(),
    delivered: time.optional().meta({ description: 'Taken by a device of it' }),
    acknowledged: time.optional(),
    acknowledgedBy: z.string().optional(),
    answered: time.optional(),
    subNotified: z.boolean(),
    check: z
      .object({ result: z.enum(CHECK_RESULTS), time, by: z.string(), reason: z.string() })
      .optional(),
  })
  .meta({ id: 'RecallConsignee' })

export function consigneeView(
  consignee: Consignee,
  { parties }: Pick<Registry, 'parties'>,
): z.output<typeof consigneeSchema> {
  const { party, lines, noticeUs, deliveredUs, acknowledgedUs, acknowledgedBy } = consignee
  const { answeredUs, subNotified, check } = consignee
  const { name, contact } = parties.get(party) ?? {}
  return {
    ...{ party, subNotified },
    ...(name !== undefined && { name }),
    ...(contact && { contact }),
    lines: lines.map(({ uom, expected, answered }) => ({
      uom,
      expected: { ...expected },
      ...(answered && { answered }),
    })),
    ...(noticeUs !== undefined && { noticed: formatTimeUs(noticeUs) }),
    ...(deliveredUs !== undefined && { delivered: formatTimeUs(deliveredUs) }),
    ...(acknowledgedUs !== undefined && { acknowledged: formatTimeUs(acknowledgedUs) }),
    ...(acknowledgedBy !== undefined && { acknowledgedBy }),
    ...(answeredUs !== undefined && { answered: formatTimeUs(answeredUs) }),
    ...(check && {
      check: { ...pick(check), time: formatTimeUs(check.atUs) },
    }),
  }
}

function pick({ result, by, reason }: NonNullable<Consignee['check']>) {
  return { result, by, reason }
}
