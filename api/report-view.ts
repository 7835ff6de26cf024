/** How reports from the field go out. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { type KeptReport, REPORT_KINDS } from '#store/field.ts'

export const keptReportSchema = z
  .object({
    id: z.string(),
    kind: z.enum(REPORT_KINDS),
    code: z.string(),
    key: z.string().meta({ description: 'What the code was understood as' }),
    note: z.string(),
    sampleNumber: z.string().optional(),
    madeAt: z.iso.datetime({ offset: true }),
    receivedAt: z.iso.datetime(),
    by: z.string().meta({ description: 'Role and key of whoever reported' }),
    latitude: z.number().optional(),
    longitude: z.number().optional(),
  })
  .meta({ id: 'Report' })

export function keptReportView({
  report,
  key,
  by,
  receivedUs,
}: KeptReport): z.output<typeof keptReportSchema> {
  return { ...report, key, by, receivedAt: formatTimeUs(receivedUs) }
}
