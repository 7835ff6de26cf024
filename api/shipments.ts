/**
 * Shipments of a party, the newest recorded first: what was sent, and whether anybody has said that
 * it arrived. Of a shipment by a party that may be seen, arrivals are seen as its trail allows.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { slugSchema } from '#store/registry/schema.ts'
import type { TrailReader } from '#store/trail.ts'
import type { EventMember, EventSummary, ItemRef, TrailSource } from '#trace/source.ts'
import { partyFor } from './caller.ts'
import { answerPage, lastNumberOf, pageOf, pageParameters } from './paging.ts'
import type { Router } from './route.ts'
import { trailFor } from './visible.ts'

/** Steps that say that something left, and that it came. */
const SENT = ['shipping', 'departing', 'consigning']
const CAME: ReadonlySet<string> = new Set(['receiving', 'arriving', 'accepting'])
const SHOWN = 20

const shipmentSchema = z
  .object({
    eventID: z.string(),
    sentAt: z.iso.datetime(),
    party: z.string(),
    readPoint: z.string().optional(),
    items: z.array(z.string()).meta({ description: 'The first of them' }),
    itemCount: z.int(),
    received: z
      .array(z.object({ time: z.iso.datetime(), party: z.string(), eventID: z.string() }))
      .meta({ description: 'Who said that some of it arrived; empty while nobody has' }),
    missing: z.int().meta({ description: 'Items that nobody has received' }),
  })
  .meta({ id: 'Shipment' })

export interface ShipmentsParts {
  readonly trail: TrailReader
}

export function serveShipments(router: Router, { trail }: ShipmentsParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/shipments',
      may: 'trace',
      tag: 'Trace',
      summary: 'Shipments, and whether they were received',
      description: 'An enterprise sees its own, and who received them.',
      query: { party: slugSchema.optional(), ...pageParameters },
      answers: { 200: { description: 'A page', schema: pageOf(shipmentSchema) } },
    },
    async (c, { caller, query: { party, perPage, nextPageToken } }) => {
      const of = partyFor(caller, party)
      const after = lastNumberOf(nextPageToken)
      const page = await trail.query(
        { bizSteps: SENT, ...(of !== undefined && { parties: [of] }) },
        { limit: perPage, ...(after !== undefined && { after }) },
      )
      const standing = page.events.filter(({ voidedAtUs }) => voidedAtUs === undefined)
      const items = await shipmentsOf(trailFor(trail, caller), trail, standing)
      return answerPage(c, items, page.after === undefined ? undefined : String(page.after))
    },
  )
  return [list]
}

async function shipmentsOf(
  source: TrailSource,
  trail: TrailReader,
  sent: readonly EventSummary[],
): Promise<z.output<typeof shipmentSchema>[]> {
  const refs = sent.map(({ eventRef }) => eventRef)
  const members = new Map<number, EventMember[]>()
  for await (const chunk of trail.members(refs, ['object', 'parent'])) {
    for (const member of chunk) {
      members.set(member.eventRef, [...(members.get(member.eventRef) ?? []), member])
    }
  }
  const all = [...members.values()].flat().map(({ item }) => item)
  const arrivals = await arrivalsOf(source, all)
  return sent.map((event) => {
    const its = (members.get(event.eventRef) ?? []).map(({ item }) => item)
    return view(event, its, arrivals)
  })
}

/** Of each item by its key, the events that say that it came. */
async function arrivalsOf(
  source: TrailSource,
  items: readonly ItemRef[],
): Promise<Map<string, EventSummary[]>> {
  const unique = [...new Map(items.map((item) => [item.ref, item])).values()]
  const keyOf = new Map<number, string[]>()
  for await (const rows of source.trail(unique)) {
    for (const { item, bizStep = '', eventRef, voidedAtUs } of rows) {
      if (!CAME.has(bizStep) || voidedAtUs !== undefined) continue
      keyOf.set(eventRef, [...(keyOf.get(eventRef) ?? []), item.key])
    }
  }
  const arrivals = new Map<string, EventSummary[]>()
  for (const event of await source.summaries([...keyOf.keys()])) {
    for (const key of keyOf.get(event.eventRef) ?? []) {
      arrivals.set(key, [...(arrivals.get(key) ?? []), event])
    }
  }
  return arrivals
}

function view(
  sent: EventSummary,
  items: readonly ItemRef[],
  arrivals: ReadonlyMap<string, readonly EventSummary[]>,
): z.output<typeof shipmentSchema> {
  const later = (key: string) =>
    (arrivals.get(key) ?? []).filter(({ eventTimeUs }) => eventTimeUs >= sent.eventTimeUs)
  const came = new Map(
    items.flatMap(({ key }) => later(key).map((event) => [event.eventID, event])),
  )
  const { eventID, eventTimeUs, party, readPoint } = sent
  return {
    ...{ eventID, party, sentAt: formatTimeUs(eventTimeUs) },
    ...(readPoint !== undefined && { readPoint }),
    items: items.slice(0, SHOWN).map(({ key }) => key),
    itemCount: items.length,
    received: [...came.values()].slice(0, SHOWN).map((event) => ({
      time: formatTimeUs(event.eventTimeUs),
      party: event.party,
      eventID: event.eventID,
    })),
    missing: items.filter(({ key }) => later(key).length === 0).length,
  }
}
