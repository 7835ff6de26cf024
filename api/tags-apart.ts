/**
 * Tags that a reader has read and of which no event was made, each with why: for the people at the
 * reader, who see here what it reads and should not, or what its binding does not expect.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { reasons, type TagApart, tagsApart } from '#ingest/reads/apart.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { isForeign } from './caller.ts'
import { answerPage, lastOf, pageOf, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import type { Router } from './route.ts'

export interface TagsApartParts {
  readonly registry: Pick<Registry, 'device'>
  readonly trail: Pick<TrailReader, 'notes'>
}

const tagApartSchema = z
  .object({
    key: z.string().meta({ description: 'The tag, as its key or as urn:epc:raw' }),
    reason: z.enum(reasons),
    firstRead: z.iso.datetime(),
    lastRead: z.iso.datetime(),
    reads: z.int().meta({ description: 'Those that were each later than the one before' }),
  })
  .meta({ id: 'TagApart' })

export function serveTagsApart(router: Router, { registry, trail }: TagsApartParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/devices/{party}/{device}/apart',
      may: 'read devices',
      tag: 'Intake',
      summary: 'The tags that a device has read and of which no event was made, by key',
      query: { reason: z.enum(reasons).optional(), ...pageParameters },
      answers: { 200: { description: 'A page', schema: pageOf(tagApartSchema) } },
    },
    async (c, { caller, params, query: { reason, perPage, nextPageToken } }) => {
      const { party = '', device = '' } = params
      if (isForeign(caller, party) || registry.device(party, device) === undefined) {
        throw new Problem('not_found', { detail: `there is no device ${party}/${device}` })
      }
      const after = lastOf(nextPageToken) ?? ''
      const all = await tagsApart(trail, { party, device })
      const found = all.filter((tag) => {
        return tag.key > after && (reason === undefined || tag.reason === reason)
      })
      const items = found.slice(0, perPage)
      const last = found.length > perPage ? items.at(-1)?.key : undefined
      return answerPage(c, items.map(view), last)
    },
  )
  return [list]
}

function view({ firstUs, lastUs, ...tag }: TagApart): z.output<typeof tagApartSchema> {
  return { ...tag, firstRead: formatTimeUs(firstUs), lastRead: formatTimeUs(lastUs) }
}
