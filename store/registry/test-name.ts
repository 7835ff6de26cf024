/** How tests of a product are named. */
import { z } from 'zod'
import { isUri } from '#epcis/uri.ts'
import { GENERAL_TEST } from '#risk/lab-report.ts'

/** As events name it, where it is a URI; `general` is that of a report that names none. */
export const testNameSchema = z
  .string()
  .min(1)
  .max(200)
  .refine((text) => text === GENERAL_TEST || isUri(text), {
    error: `must be a URI, as testprd of events is, or ${GENERAL_TEST}`,
  })
