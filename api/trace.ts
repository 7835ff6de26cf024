/**
 * The chain of an item: what it came from, what it became, where it was. As one JSON document, or
 * as a stream of its parts, a line each, for chains of any size: those are never held whole.
 */
import { z } from 'zod'
import type { TrailReader } from '#store/trail.ts'
import { chain, DEFAULT_LIMIT, partToJson } from '#trace/chain.ts'
import { historyOf } from '#trace/history.ts'
import { CERTAINTIES } from '#trace/parts.ts'
import type { TrailSource } from '#trace/source.ts'
import { type WalkOptions, walkBatches } from '#trace/walk.ts'
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
        'is `recalled`. A node that a recall holds has its `verdict`.',
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
        return streamText(lines(parts, source, key, options, recalled), {
          'Content-Type': streamType,
        })
      }
      const bounded = Math.min(limit ?? DEFAULT_LIMIT, mostNodes)
      const found = await chain(source, key, { ...options, limit: bounded })
      return c.json(found && { ...found, ...recalled, nodes: marked(parts, found.nodes) })
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

function marked<Node extends { readonly key: string }>(parts: TraceParts, nodes: readonly Node[]) {
  const verdicts = verdictsOf(
    parts,
    nodes.map(({ key }) => key),
  )
  return nodes.map((node) => {
    const verdict = verdicts.get(node.key)
    return verdict === undefined ? node : { ...node, verdict }
  })
}

async function* lines(
  parts: TraceParts,
  source: TrailSource,
  key: string,
  options: WalkOptions,
  recalled: Recalled,
): AsyncGenerator<string> {
  if (recalled.recalls.length > 0) yield `${JSON.stringify({ part: 'recalled', ...recalled })}\n`
  for await (const batch of walkBatches(source, key, options)) {
    const nodes = batch.flatMap((part) => (part.part === 'node' ? [part.key] : []))
    const verdicts = verdictsOf(parts, nodes)
    for (const part of batch) {
      const told = partToJson(part)
      const verdict = part.part === 'node' ? verdicts.get(part.key) : undefined
      yield `${JSON.stringify(verdict === undefined ? told : { ...told, verdict })}\n`
    }
  }
}
