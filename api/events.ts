/**
 * Events [EPCIS 12.7]: capture of one, which waits until it is stored, and queries. Events come
 * back as they were captured, with recordTime added.
 */
import type { Context } from 'hono'
import { z } from 'zod'
import { captureIDOf } from '#store/intake.ts'
import type { StoredEvent, TrailReader } from '#store/trail.ts'
import { jsonOf } from './body.ts'
import type { Caller } from './caller.ts'
import type { CaptureIntake } from './capture-intake.ts'
import type { CaptureOutcomes } from './capture-outcomes.ts'
import { eventReference, problemOf, queryDocumentReference } from './epcis-schema.ts'
import { eventParameters, eventQueryOf } from './event-query.ts'
import { lastNumberOf, linkNext, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import { queryDocument } from './query-document.ts'
import type { Env, Router } from './route.ts'
import { narrowed, visibleEvents } from './visible.ts'

export interface EventsParts {
  readonly trail: TrailReader
  readonly captureIntake: CaptureIntake
  readonly outcomes: CaptureOutcomes
  readonly nowUs: () => number
}

const documentAnswer = { description: 'The events', schema: queryDocumentReference }

export function serveEvents(router: Router, parts: EventsParts): void {
  const { trail, nowUs } = parts
  router.serve(
    {
      method: 'post',
      path: '/epcis/events',
      may: 'capture',
      tag: 'EPCIS',
      summary: 'Capture one event and wait until it is stored',
      rawBody: eventReference,
      answers: {
        201: { description: 'It is stored; Location names it. Also when it was stored before' },
        409: { description: 'Its eventID is that of an event with other content' },
        503: { description: 'It is on disk, and not stored yet: send it again to learn of it' },
      },
    },
    (c, { caller }) => captureOne(c, caller, parts),
  )
  router.serve(
    {
      method: 'get',
      path: '/epcis/events',
      may: 'read events',
      tag: 'EPCIS',
      summary: 'Query events, newest recorded first',
      description: 'An enterprise sees the events that its party captured.',
      query: { ...eventParameters, ...pageParameters },
      answers: { 200: documentAnswer },
    },
    async (c, { caller, query }) => {
      const page = await readPage(trail, await narrowed(trail, caller, eventQueryOf(query)), {
        limit: query.perPage,
        after: lastNumberOf(query.nextPageToken),
      })
      linkNext(c, page.after)
      return answer(c, page.events, nowUs())
    },
  )
  router.serve(
    {
      method: 'get',
      path: '/epcis/events/{eventID}',
      tail: true,
      may: 'read events',
      tag: 'EPCIS',
      summary: 'An event, and the declarations that it is in error',
      query: {
        ver: z.string().optional().meta({
          description: 'Belongs to a hash as eventID that is not percent-encoded: ?ver=CBV2.0',
        }),
      },
      answers: { 200: documentAnswer },
    },
    async (c, { caller, params: { eventID = '' }, query: { ver } }) => {
      const wanted = ver === undefined ? eventID : `${eventID}?ver=${ver}`
      const found = await trail.events(await trail.byEventID(wanted))
      const events = await visibleEvents(trail, caller, found)
      if (events.length > 0) return answer(c, events, nowUs())
      throw new Problem('not_found', {
        detail: `there is no event ${wanted}`,
        more: { understood: { eventID: wanted } },
      })
    },
  )
}

function answer(c: Context<Env>, events: readonly StoredEvent[], nowUs: number): Response {
  c.header('Content-Type', 'application/json')
  return c.body(queryDocument(events, nowUs))
}

/** How long a request waits for ingest. */
const patienceMs = 30_000

async function captureOne(
  c: Context<Env>,
  caller: Caller,
  { captureIntake, outcomes }: EventsParts,
): Promise<Response> {
  const { position, settled } = await captureIntake.read(c.req.raw, (body) => {
    jsonOf(body)
    return captureIntake.append(caller, 'http/events', body, (position) => ({
      position,
      settled: outcomes.wait(position, patienceMs),
    }))
  })
  const outcome = await settled
  if (outcome === undefined) {
    throw new Problem('unavailable', {
      code: 'outcome_pending',
      detail: `it is on disk as ${captureIDOf(position)} and not stored yet; send it again`,
      headers: { 'Retry-After': '10' },
    })
  }
  const [error] = outcome.errors
  if (error !== undefined) throw problemOf(error)
  const [eventID] = outcome.eventIDs
  if (eventID === undefined) throw new Error('ingest told neither an event nor an error')
  const Location = `${c.get('baseUrl')}/epcis/events/${encodeURIComponent(eventID)}`
  return c.body(null, 201, { Location })
}

/** Bodies of one page, in characters: a page of the largest events must fit into memory too. */
const mostPageLength = 8 * 1024 * 1024
const readAtOnce = 30

/** A page of at most `limit` events, shorter where they are long. */
async function readPage(
  trail: TrailReader,
  { query, sees }: Awaited<ReturnType<typeof narrowed>>,
  { limit, after }: { limit: number; after: number | undefined },
): Promise<{ events: StoredEvent[]; after: number | undefined }> {
  const events: StoredEvent[] = []
  let last = after
  let length = 0
  do {
    const page = await trail.query(query, {
      limit: Math.min(readAtOnce, limit - events.length),
      ...(last !== undefined && { after: last }),
    })
    const seen = page.events.filter(sees)
    events.push(...seen)
    length += seen.reduce((sum, { body }) => sum + body.length, 0)
    last = page.after
  } while (last !== undefined && events.length < limit && length < mostPageLength)
  return { events, after: last }
}
