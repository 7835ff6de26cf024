/**
 * How long transports take from site to site, as learnt from those that came: what the limit of
 * C14 rests on. Lanes tell who delivers to whom, so only authorities see them.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { daysWithin, type LaneEnds, newestOf } from '#risk/lane.ts'
import type { FactReader } from '#store/alerts/facts.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import { answerPage, badToken, lastOf, pageOf, pageParameters } from './paging.ts'
import type { Router } from './route.ts'

const laneSchema = z
  .object({
    from: z.string().meta({ description: 'Key of the site it leaves' }),
    to: z.string().meta({ description: 'Key of the site it comes to' }),
    transports: z.int().meta({ description: 'The last ones that came, 200 at most' }),
    p50: z.number().meta({ description: 'Days that half of them took at most' }),
    p95: z.number().meta({ description: 'Days that 95 of 100 of them took at most' }),
    last: z.iso.datetime().meta({ description: 'When the last of them came' }),
  })
  .meta({ id: 'Lane' })

export interface LanesParts {
  readonly alerts: Pick<AlertReader, 'known'>
}

export function serveLanes(router: Router, { alerts }: LanesParts) {
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/lanes',
      may: 'read lanes',
      tag: 'Rules',
      summary: 'How long transports take from site to site',
      description:
        'A shipment is late (C14) by the time of its lane, once enough transports have come on it.',
      query: pageParameters,
      answers: { 200: { description: 'A page', schema: pageOf(laneSchema) } },
    },
    (c, { query: { perPage, nextPageToken } }) => {
      const { facts } = alerts.known
      const lanes = facts.lanes(endsIn(lastOf(nextPageToken)), perPage + 1)
      const shown = lanes.slice(0, perPage)
      const last = lanes.length > perPage ? shown.at(-1) : undefined
      const items = shown.flatMap((lane) => view(facts, lane))
      return answerPage(c, items, last && `${last.origin} ${last.goal}`)
    },
  )
  return [list]
}

/** The lane that a page ended with: keys have no spaces. */
function endsIn(token: string | undefined): LaneEnds | undefined {
  if (token === undefined) return undefined
  const [origin, goal, ...rest] = token.split(' ')
  if (!origin || !goal || rest.length > 0) throw badToken()
  return { origin, goal }
}

function view(facts: FactReader, lane: LaneEnds): z.output<typeof laneSchema>[] {
  const times = newestOf(facts.laneTimes(lane))
  const lastUs = times.arrivedUs.at(-1)
  const [p50, p95] = [daysWithin(50, times), daysWithin(95, times)]
  // The last of it may have been taken back since.
  if (lastUs === undefined || p50 === undefined || p95 === undefined) return []
  const { origin: from, goal: to } = lane
  const { length: transports } = times.arrivedUs
  return [{ from, to, transports, p50, p95, last: formatTimeUs(lastUs) }]
}
