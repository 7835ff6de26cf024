/** What was refused and why: acknowledged on the wire, kept whole in quarantine, told here. */
import { isUtf8 } from 'node:buffer'
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import type { Intake, RefusedEvent } from '#store/intake.ts'
import { slugSchema } from '#store/registry/schema.ts'
import { isForeign, partyFor } from './caller.ts'
import { answerPage, badToken, lastOf, pageOf, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'

const rejectionSchema = z
  .object({
    rejectionID: z.string(),
    party: z.string(),
    device: z.string().meta({ description: 'Device, or id of the key of an HTTP capture' }),
    topic: z.string(),
    receivedAt: z.iso.datetime(),
    index: z.int().meta({ description: 'Index of the event in the message; -1: all of it' }),
    code: z.string(),
    path: z.string(),
    message: z.string(),
  })
  .meta({ id: 'Rejection' })

const wholeSchema = rejectionSchema
  .extend({
    payload: z.string().meta({ description: 'The whole message as it came' }),
    payloadEncoding: z.enum(['utf8', 'base64']),
  })
  .meta({ id: 'RejectionWithPayload' })

export interface RejectionsParts {
  readonly intake: Pick<Intake, 'rejections' | 'rejection'>
}

export function serveRejections(router: Router, { intake }: RejectionsParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/rejections',
      may: 'read rejections',
      tag: 'Intake',
      summary: 'What was refused, newest first',
      query: {
        party: slugSchema.optional(),
        device: z.string().optional(),
        code: z.string().optional(),
        ...pageParameters,
      },
      answers: {
        200: { description: 'A page', schema: pageOf(rejectionSchema) },
      },
    },
    (c, { caller, query: { party, device, code, perPage, nextPageToken } }) => {
      const last = lastOf(nextPageToken)
      const after = last === undefined ? undefined : placeOf(last)
      if (last !== undefined && after === undefined) throw badToken()
      const found = intake.rejections({
        party: partyFor(caller, party),
        device,
        code,
        after,
        limit: perPage + 1,
      })
      const items = found.slice(0, perPage).map(view)
      const next = found.length > perPage ? items.at(-1)?.rejectionID : undefined
      return answerPage(c, items, next)
    },
  )
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/rejections/{rejectionID}',
      may: 'read rejections',
      tag: 'Intake',
      summary: 'One refusal with the message as it came',
      answers: { 200: { description: 'It', schema: wholeSchema } },
    },
    (c, { caller, params: { rejectionID = '' } }) => {
      const place = placeOf(rejectionID)
      const found = place && intake.rejection(place.position, place.index)
      if (found === undefined || isForeign(caller, found.party)) {
        throw new Problem('not_found', { detail: `there is no rejection ${rejectionID}` })
      }
      const payloadEncoding = isUtf8(found.payload) ? 'utf8' : 'base64'
      const payload = Buffer.from(found.payload).toString(payloadEncoding)
      return c.json({ ...view(found), payload, payloadEncoding })
    },
  )
  return [list, one]
}

/** `r` and the place in the journal, then the event's index where it is not the whole message. */
function idOf({ position, index }: RefusedEvent): string {
  return `r${position.toString(36)}${index < 0 ? '' : `-${index}`}`
}

function placeOf(rejectionID: string): { position: number; index: number } | undefined {
  const parts = /^r([0-9a-z]{1,10})(?:-(\d{1,9}))?$/.exec(rejectionID)
  if (parts === null) return undefined
  const [, position = '', index = '-1'] = parts
  return { position: Number.parseInt(position, 36), index: Number(index) }
}

function view(refused: RefusedEvent): z.output<typeof rejectionSchema> {
  const { party, device, topic, index, code, path, message } = refused
  const receivedAt = formatTimeUs(refused.receivedAtUs)
  return {
    rejectionID: idOf(refused),
    party,
    device,
    topic,
    receivedAt,
    index,
    code,
    path,
    message,
  }
}
