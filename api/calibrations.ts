/**
 * Whose calibration is valid, due soon or overdue, and what has been measured since it was due. The
 * readings stay as they are: what they are worth is for people to say.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { CALIBRATION, overdueOf } from '#ingest/calibration.ts'
import { noteOf, scopeOf } from '#ingest/memory.ts'
import { CALIBRATION_STATES, type Calibrated, calibrationState } from '#store/calibration.ts'
import { sensorKeyOf, slugSchema } from '#store/registry/schema.ts'
import { deviceKey, type Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { partyFor } from './caller.ts'
import { answerPage, lastOf, pageOf, pageParameters } from './paging.ts'
import type { Router } from './route.ts'

export interface CalibrationsParts {
  readonly registry: Registry
  readonly trail: Pick<TrailReader, 'notes'>
  readonly nowUs: () => number
}

const calibrationSchema = z
  .object({
    party: z.string(),
    device: z.string(),
    name: z.string(),
    sensor: z.string().meta({ description: 'The key that its readings are kept by' }),
    due: z.iso.date().meta({ description: 'The last day of its valid calibration' }),
    state: z.enum(CALIBRATION_STATES).meta({ description: 'due_soon is within thirty days' }),
    since: z
      .object({ readings: z.int(), first: z.iso.datetime(), last: z.iso.datetime() })
      .optional()
      .meta({ description: 'What it has measured after that day' }),
  })
  .meta({ id: 'Calibration' })

export function serveCalibrations(router: Router, parts: CalibrationsParts): void {
  const { registry, nowUs } = parts
  router.serve(
    {
      method: 'get',
      path: '/v1/calibrations',
      may: 'read devices',
      tag: 'Registry',
      summary: 'List the sensors whose calibration is due some day',
      query: {
        party: slugSchema.optional(),
        state: z.enum(CALIBRATION_STATES).optional(),
        ...pageParameters,
      },
      answers: { 200: { description: 'A page', schema: pageOf(calibrationSchema) } },
    },
    async (c, { caller, query: { party, state, perPage, nextPageToken } }) => {
      const items: z.output<typeof calibrationSchema>[] = []
      let after = lastOf(nextPageToken)
      let isMore = true
      while (isMore && items.length < perPage) {
        const page = registry.devices.list({
          party: partyFor(caller, party),
          after,
          limit: perPage,
        })
        isMore = page.after !== undefined
        for (const device of page.items) {
          const { calibrationDue } = device
          if (items.length === perPage) {
            isMore = true
            break
          }
          after = deviceKey(device.party, device.device)
          if (calibrationDue === undefined) continue
          const told = await calibrationOf({ ...device, calibrationDue }, parts, nowUs())
          if (state === undefined || told.state === state) items.push(told)
        }
      }
      return answerPage(c, items, isMore ? after : undefined)
    },
  )
}

async function calibrationOf(
  device: Calibrated,
  { trail }: Pick<CalibrationsParts, 'trail'>,
  nowUs: number,
): Promise<z.output<typeof calibrationSchema>> {
  const { party, device: slug, name, calibrationDue: due } = device
  const overdue = overdueOf(due, await noteOf(trail, scopeOf(device), CALIBRATION))
  return {
    ...{ party, device: slug, name, sensor: sensorKeyOf(device), due },
    state: calibrationState(due, nowUs),
    ...(overdue && {
      since: {
        readings: overdue.readings,
        first: formatTimeUs(overdue.firstUs),
        last: formatTimeUs(overdue.lastUs),
      },
    }),
  }
}
