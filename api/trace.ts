/**
 * The chain of an item: what it came from, what it became, where it was. As one JSON document, or
 * as a stream of its parts, a line each, for chains of any size: those are never held whole.
 */
import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import type { AlertReader, Worst } from '#store/alerts/reader.ts'
import type { TrailReader } from '#store/trail.ts'
import { chain, DEFAULT_LIMIT, partToJson } from '#trace/chain.ts'
import { historyOf } from '#trace/history.ts'
import { CERTAINTIES } from '#trace/parts.ts'
import type { TrailSource } from '#trace/source.ts'
import { type WalkOptions, walkBatches } from '#trace/walk.ts'
import { type Caller, confinedTo } from './caller.ts'
import { knownItem } from './item.ts'
import { count, moment } from './parameters.ts'
import { type ReadIdentifier, textsOfPath } from './reading.ts'
import {
  type Recalled,
  type RecalledParts,
  recalledBy,
  recalledShape,
  verdictsOf,
} from './recalled.ts'
import type { Router } from './route.ts'
import { streamText } from './stream.ts'
import { trailFor } from './visible.ts'

/** Nodes that one JSON document may hold in each direction; a stream may hold any number. */
const mostNodes = 10_000
const streamType = 'application/x-ndjson'

const eventIDs = z.array(z.string())
const chainSchema = z
  .object({
    start: z.string(),
    ...recalledShape,
    direction: z.enum(['back', 'forward', 'both']),
    at: z.iso.datetime().optional(),
    nodes: z.array(
      z.looseObject({
        key: z.string(),
        kind: z.string(),
        standing: z.enum(['traced', 'lot', 'carrier', 'attached']),
        certainty: z.enum(CERTAINTIES),
        depth: z.int(),
        eventIDs,
        eventCount: z.int().meta({ description: 'All; eventIDs holds the first of them' }),
        verdict: z.enum(['do_not_sell', 'check']).optional().meta({ description: 'By a recall' }),
        alert: z.enum(['critical', 'warning']).optional().meta({
          description: 'The worst of its unresolved alerts; one that blocks it is critical',
        }),
      }),
    ),
    links: z.array(
      z.looseObject({
        kind: z.enum(['becomes', 'contains', 'of-lot', 'associated', 'moves']),
        from: z.string(),
        to: z.string(),
        certainty: z.enum(CERTAINTIES),
        fromTime: z.iso.datetime().optional(),
        toTime: z.iso.datetime().optional(),
        eventIDs,
      }),
    ),
    gaps: z.array(
      z.looseObject({
        kind: z.string(),
        key: z.string(),
        time: z.iso.datetime(),
        open: z.boolean().meta({ description: 'It may still close by itself' }),
        eventIDs,
      }),
    ),
    cut: z.array(
      z.looseObject({
        reason: z.enum(['depth', 'limit', 'rows']),
        count: z.int(),
        atLeast: z.boolean(),
      }),
    ),
    events: z.array(
      z.looseObject({
        eventID: z.string(),
        type: z.string(),
        action: z.string().optional(),
        eventTime: z.iso.datetime(),
        bizStep: z.string().optional(),
        disposition: z.string().optional(),
        readPoint: z.string().optional(),
        bizLocation: z.string().optional(),
        party: z.string(),
      }),
    ),
  })
  .meta({ id: 'Chain' })

export interface TraceParts {
  readonly trail: TrailReader
  readonly read: ReadIdentifier
  readonly recalls: RecalledParts['recalls']
  readonly alerts: Pick<AlertReader, 'worstAbout'>
  readonly registry: RecalledParts['registry']
}

export function serveTrace(router: Router, parts: TraceParts) {
  const { trail, read } = parts
  const chains = router.serve(
    {
      method: 'get',
      path: '/v1/trace/{id}',
      tail: true,
      may: 'trace',
      tag: 'Trace',
      summary: 'The chain of an item',
      description:
        `Accept: ${streamType} streams the parts of the chain, a line each, without holding it: ` +
        'a part has `part`: node, link, gap or cut. Where a recall holds the item the first part ' +
        'is `recalled`. A node that a recall holds has its `verdict`, and one with unresolved ' +
        'alerts the worst of them as `alert`.',
      query: {
        direction: z.enum(['back', 'forward', 'both']).default('both'),
        at: moment.optional().meta({ description: 'The chain as it was at that time' }),
        depth: count.optional().meta({ description: 'How many steps from the start' }),
        limit: count.optional().meta({
          description:
            `How many nodes in each direction. ${DEFAULT_LIMIT} where it is left out, ` +
            `${mostNodes} at most; a stream has neither limit`,
        }),
      },
      answers: {
        200: { description: 'The chain; `cut` says what a limit left out', schema: chainSchema },
      },
    },
    async (c, { caller, params, rawParams, query: { direction, at, depth, limit } }) => {
      const source = trailFor(trail, caller)
      const { key, understood } = await knownItem(
        source,
        read,
        textsOfPath(params, rawParams, 'id'),
      )
      const recalled = recalledBy(parts, caller, await keysOf(trail, key, understood.lot))
      const options = { direction, atUs: at, depth, limit }
      if (c.req.header('Accept')?.includes(streamType)) {
        const mark = (keys: readonly string[]) => marksOf(parts, caller, keys)
        return streamText(c, lines(mark, source, key, options, recalled), {
          'Content-Type': streamType,
        })
      }
      const bounded = Math.min(limit ?? DEFAULT_LIMIT, mostNodes)
      const found = await chain(source, key, { ...options, limit: bounded })
      if (found === undefined) return c.json(found)
      return c.json({ ...found, ...recalled, nodes: await marked(parts, caller, found.nodes) })
    },
  )
  return [chains]
}

/** An item with all of its lots: that goods are recalled is nobody's secret. */
async function keysOf(trail: TrailReader, key: string, lot: string | undefined): Promise<string[]> {
  const history = await historyOf(trail, key)
  const lots = history?.lots.map((each) => each.lot.key) ?? []
  return [key, ...lots, ...(lot === undefined ? [] : [lot])]
}

interface Marks {
  readonly verdict?: 'do_not_sell' | 'check'
  readonly alert?: Worst
}

/** What speaks against some items, by their keys, as far as a caller may know of it. */
function marksOf(
  parts: TraceParts,
  caller: Caller,
  keys: readonly string[],
): (key: string) => Marks | undefined {
  const verdicts = verdictsOf(parts, keys)
  const alerts = parts.alerts.worstAbout(keys, confinedTo(caller))
  return (key) => {
    const [verdict, alert] = [verdicts.get(key), alerts.get(key)]
    if (verdict === undefined && alert === undefined) return undefined
    return { ...(verdict && { verdict }), ...(alert && { alert }) }
  }
}

/** Marked in one go: nobody else is answered meanwhile. */
const MARKED_AT_ONCE = 1000

async function marked<Node extends { readonly key: string }>(
  parts: TraceParts,
  caller: Caller,
  nodes: readonly Node[],
) {
  const all: (Node & Marks)[] = []
  for (let at = 0; at < nodes.length; at += MARKED_AT_ONCE) {
    const some = nodes.slice(at, at + MARKED_AT_ONCE)
    const markOf = marksOf(
      parts,
      caller,
      some.map(({ key }) => key),
    )
    for (const node of some) {
      const marks = markOf(node.key)
      all.push(marks === undefined ? node : { ...node, ...marks })
    }
    await setImmediate()
  }
  return all
}

async function* lines(
  mark: (keys: readonly string[]) => ReturnType<typeof marksOf>,
  source: TrailSource,
  key: string,
  options: WalkOptions,
  recalled: Recalled,
): AsyncGenerator<string> {
  if (recalled.recalls.length > 0) yield `${JSON.stringify({ part: 'recalled', ...recalled })}\n`
  for await (const batch of walkBatches(source, key, options)) {
    const markOf = mark(batch.flatMap((part) => (part.part === 'node' ? [part.key] : [])))
    for (const part of batch) {
      const told = partToJson(part)
      const marks = part.part === 'node' ? markOf(part.key) : undefined
      yield `${JSON.stringify(marks === undefined ? told : { ...told, ...marks })}\n`
    }
  }
}
