/** Lots that a party made, the newest recorded first. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { slugSchema } from '#store/registry/schema.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventSummary } from '#trace/source.ts'
import { partyFor } from './caller.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import type { Router } from './route.ts'

/** Steps by which lots come into being. */
const MADE = ['commissioning', 'creating_class_instance', 'killing', 'packing']

const lotSchema = z
  .object({
    key: z.string(),
    eventID: z.string(),
    time: z.iso.datetime(),
    party: z.string(),
    bizStep: z.string().optional(),
    quantity: z.number().optional(),
    uom: z.string().optional(),
  })
  .meta({ id: 'MadeLot' })

export interface LotsParts {
  readonly trail: TrailReader
}

export function serveLots(router: Router, { trail }: LotsParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/lots',
      may: 'trace',
      tag: 'Trace',
      summary: 'Lots that were made',
      description:
        'By event: `perPage` is how many events are gone through. An enterprise sees its own.',
      query: { party: slugSchema.optional(), ...pageParameters },
      answers: { 200: { description: 'A page', schema: pageOf(lotSchema) } },
    },
    async (c, { caller, query: { party, perPage, nextPageToken } }) => {
      const of = partyFor(caller, party)
      const after = lastNumberOf(nextPageToken)
      const page = await trail.query(
        { bizSteps: MADE, ...(of !== undefined && { parties: [of] }) },
        { limit: perPage, ...(after !== undefined && { after }) },
      )
      const standing = page.events.filter(({ voidedAtUs }) => voidedAtUs === undefined)
      const items = await lotsOf(trail, standing)
      return answerPage(c, items, page.after === undefined ? undefined : String(page.after))
    },
  )
  return [list]
}

/** Each lot once, at the newest of these events. */
async function lotsOf(
  trail: TrailReader,
  made: readonly EventSummary[],
): Promise<z.output<typeof lotSchema>[]> {
  const events = new Map(made.map((event) => [event.eventRef, event]))
  const refs = [...events.keys()]
  const lots = new Map<string, z.output<typeof lotSchema>>()
  for await (const chunk of trail.members(refs, ['object', 'output', 'lot'])) {
    for (const { item, eventRef, quantity, uom } of chunk) {
      const event = events.get(eventRef)
      if (item.kind !== 'lot' || event === undefined || lots.has(item.key)) continue
      const { eventID, eventTimeUs, party, bizStep } = event
      lots.set(item.key, {
        ...{ key: item.key, eventID, time: formatTimeUs(eventTimeUs), party },
        ...(bizStep !== undefined && { bizStep }),
        ...(quantity !== undefined && { quantity }),
        ...(uom !== undefined && { uom }),
      })
    }
  }
  return [...lots.values()]
}
