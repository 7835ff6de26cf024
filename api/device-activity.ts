/**
 * How lively devices are: when each was last heard, how much came, how much was refused, and how
 * much never came by the numbers of its sender.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import type { Liveliness } from '#store/heard.ts'
import type { Intake } from '#store/intake.ts'
import { slugSchema } from '#store/registry/schema.ts'
import { partyFor } from './caller.ts'
import { answerPage, badToken, lastOf, pageOf, pageParameters } from './paging.ts'
import type { Router } from './route.ts'

const activitySchema = z
  .object({
    party: z.string(),
    device: z.string().meta({ description: 'Device, or id of the key of an HTTP capture' }),
    firstHeard: z.iso.datetime(),
    lastHeard: z.iso.datetime().meta({ description: 'When a message of it was last received' }),
    messages: z.int(),
    refused: z.int().meta({ description: 'Messages of which something was refused' }),
    numbers: z
      .object({
        received: z.int().meta({ description: 'Running numbers that came, each once' }),
        missing: z.int().meta({ description: 'Those between them that never came' }),
        lastGap: z
          .object({
            source: z.string().meta({ description: 'Who numbered them, such as a DevEUI' }),
            from: z.int(),
            to: z.int(),
            noticed: z.iso.datetime(),
          })
          .optional(),
      })
      .optional()
      .meta({ description: 'Of a device whose messages or reads bear running numbers' }),
    hours: z
      .array(
        z.object({
          from: z.iso.datetime(),
          messages: z.int(),
          refused: z.int(),
          missing: z.int().meta({ description: 'Numbers noticed as missing in it' }),
        }),
      )
      .meta({ description: 'Of the last week, those hours in which it was heard' }),
  })
  .meta({ id: 'DeviceActivity' })

export interface DeviceActivityParts {
  readonly intake: Pick<Intake, 'liveliness'>
}

export function serveDeviceActivity(router: Router, { intake }: DeviceActivityParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/device-activity',
      may: 'read devices',
      tag: 'Intake',
      summary: 'When devices were last heard, how much came, was refused and never came',
      query: { party: slugSchema.optional(), ...pageParameters },
      answers: { 200: { description: 'A page', schema: pageOf(activitySchema) } },
    },
    (c, { caller, query: { party, perPage, nextPageToken } }) => {
      const found = intake.liveliness({
        party: partyFor(caller, party),
        after: placeOf(lastOf(nextPageToken)),
        limit: perPage + 1,
      })
      const items = found.slice(0, perPage)
      const last = found.length > perPage ? items.at(-1) : undefined
      return answerPage(c, items.map(view), last && `${last.party}/${last.device}`)
    },
  )
  return [list]
}

function placeOf(last: string | undefined): { party: string; device: string } | undefined {
  if (last === undefined) return undefined
  const [, party, device] = /^([^/]+)\/(.+)$/.exec(last) ?? []
  if (party === undefined || device === undefined) throw badToken()
  return { party, device }
}

function view(liveliness: Liveliness): z.output<typeof activitySchema> {
  const { party, device, firstUs, lastUs, messages, refused, hours } = liveliness
  const numbers = numbersOf(liveliness)
  return {
    ...{ party, device, messages, refused },
    firstHeard: formatTimeUs(firstUs),
    lastHeard: formatTimeUs(lastUs),
    ...(numbers && { numbers }),
    hours: hours.map(({ fromUs, ...hour }) => ({ from: formatTimeUs(fromUs), ...hour })),
  }
}

function numbersOf({ numbered, missing, lastGap }: Liveliness) {
  if (numbered === 0) return undefined
  if (lastGap === undefined) return { received: numbered, missing }
  const { source, from, to, noticedUs } = lastGap
  const gap = { source, from, to, noticed: formatTimeUs(noticedUs) }
  return { received: numbered, missing, lastGap: gap }
}
