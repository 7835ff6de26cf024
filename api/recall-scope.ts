/**
 * The scope of a recall: its versions, and the items of one with the way to each. A consignee sees
 * those that it has.
 */
import { z } from 'zod'
import { identify } from '#epcis/identifier.ts'
import { formatTimeUs } from '#epcis/time.ts'
import { HOLDING_STATES } from '#risk/custody.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import type {
  Holding,
  HoldingPlace,
  PagedEntry,
  Recall,
  ScopeEntryWithPath,
  ScopePlace,
} from '#store/recalls/recall.ts'
import { nameOf } from './alerts.ts'
import { answerPage, badToken, lastOf, pageOf, pageParameters } from './paging.ts'
import { count } from './parameters.ts'
import { Problem } from './problem.ts'
import { textsOfPath } from './reading.ts'
import type { RecallParts } from './recall.ts'
import { doneOf, recallFor, unknownRecall } from './recall-access.ts'
import { assumeSchema, suspectsOf, suspectsSchema } from './recall-suspects.ts'
import { tierSchema, versionSchema, versionView } from './recall-view.ts'
import type { Router } from './route.ts'
import { formatParameter, streamTable, tableAnswer } from './table.ts'

const certainty = z.enum(['observed', 'inferred', 'possible'])

const stepSchema = z.object({
  key: z.string(),
  by: z.string().optional(),
  certainty,
  eventIDs: z.array(z.string()),
})

const holdingSchema = z.object({
  key: z.string(),
  party: z.string(),
  place: z.string().optional(),
  state: z.enum(HOLDING_STATES),
  certainty,
  uom: z.string(),
  quantity: z.number(),
})

const entrySchema = z
  .object({
    key: z.string(),
    kind: z.string(),
    tier: tierSchema,
    assumptions: z.array(z.string()),
    path: z.array(stepSchema).meta({ description: 'From what is suspected to the item' }),
    pathIsWhole: z.boolean(),
  })
  .meta({ id: 'RecallItem' })

const versionQuery = {
  version: count.optional().meta({ description: 'That in force without it, or else the newest' }),
}

export function serveRecallScope(router: Router, parts: RecallParts) {
  return [
    serveVersions(router, parts),
    serveRescoping(router, parts),
    serveItems(router, parts),
    serveItem(router, parts),
  ]
}

function serveVersions(router: Router, { recalls }: RecallParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls/{id}/versions',
      may: 'read recall steps',
      tag: 'Recalls',
      summary: 'The versions of the scope, with author, reason and what each assumption adds',
      answers: { 200: { description: 'All of them', schema: z.array(versionSchema) } },
    },
    (c, { caller, params: { id = '' } }) => {
      recallFor(recalls, caller, id)
      return c.json(recalls.versions(id).map(versionView))
    },
  )
}

const rescopeSchema = z
  .strictObject({
    from: suspectsSchema,
    assume: assumeSchema,
    reason: z.string().trim().min(1).max(2000),
  })
  .meta({ id: 'RecallScopeRequest' })

function serveRescoping(router: Router, parts: RecallParts) {
  const { recalls, recallDesk } = parts
  return router.serve(
    {
      method: 'post',
      path: '/v1/recalls/{id}/versions',
      may: 'write recalls',
      tag: 'Recalls',
      summary: 'Ask for another version of the scope',
      description: 'The one in force stays so until another person has approved the new one.',
      body: rescopeSchema,
      answers: { 202: { description: 'The version, to be found out', schema: versionSchema } },
    },
    async (c, { caller, params: { id = '' }, body: { from, assume, reason } }) => {
      recallFor(recalls, caller, id)
      const { suspects } = await suspectsOf(parts, from)
      const by = nameOf(caller)
      doneOf(await recallDesk.rescope({ recall: id, suspects, assume, reason, by }))
      const made = recalls.versions(id).at(-1)
      if (!made) throw unknownRecall(id)
      return c.json(versionView(made), 202)
    },
  )
}

/** The version that is asked for, or else that in force, or else the newest that is known. */
function versionFor(recalls: RecallReader, recall: Recall, asked: number | undefined): number {
  const versions = recalls.versions(recall.id)
  const known = versions.filter(({ counts }) => counts !== undefined)
  const version = asked ?? (recall.version > 0 ? recall.version : known.at(-1)?.version)
  if (version !== undefined && known.some((each) => each.version === version)) return version
  const isThere = versions.some((each) => each.version === version) || version === undefined
  throw new Problem(isThere ? 'conflict' : 'not_found', {
    code: isThere ? 'scope_not_known' : 'unknown_version',
    path: 'version',
    detail: isThere ? 'the scope is not known yet' : `its scope has no version ${version}`,
  })
}

function serveItems(router: Router, { recalls }: RecallParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls/{id}/items',
      may: 'read recall items',
      tag: 'Recalls',
      summary: 'Items of a scope, the proven first, each with the way to it',
      description: 'A consignee sees what it has.',
      query: {
        tier: tierSchema.optional(),
        ...versionQuery,
        ...formatParameter,
        ...pageParameters,
      },
      answers: { 200: { ...tableAnswer, schema: pageOf(z.union([entrySchema, holdingSchema])) } },
    },
    (c, { caller, params: { id = '' }, query }) => {
      const { recall, telling } = recallFor(recalls, caller, id)
      if (telling === 'notice') throw unknownRecall(id)
      const version = versionFor(recalls, recall, telling === 'all' ? query.version : undefined)
      const { tier, perPage, format } = query
      const pages =
        telling === 'all'
          ? entryPages(recalls, id, version, tier)
          : holdingPages(recalls, id, version, caller.party ?? '')
      if (format !== 'json') return streamTable(format, `${id}-items`, pages.columns, rowsOf(pages))
      const { items, last } = pages.page(lastOf(query.nextPageToken), perPage)
      return answerPage(c, items, last)
    },
  )
}

/** Something that is told page by page: as JSON, and as rows of a table. */
interface Pages {
  readonly columns: readonly string[]
  page(after: string | undefined, limit: number): PageOf
}

interface PageOf {
  readonly items: readonly object[]
  readonly rows: readonly (readonly (string | number | boolean | undefined)[])[]
  /** Where the next page begins; undefined where there is none. */
  readonly last: string | undefined
}

const ROWS_AT_ONCE = 500

async function* rowsOf(pages: Pages) {
  let after: string | undefined
  do {
    const page = pages.page(after, ROWS_AT_ONCE)
    yield* page.rows
    after = page.last
    // Between two pages others get a turn.
    await new Promise((resolve) => setImmediate(resolve))
  } while (after !== undefined)
}

function entryPages(
  recalls: RecallReader,
  id: string,
  version: number,
  tier: PagedEntry['tier'] | undefined,
): Pages {
  return {
    columns: ['key', 'kind', 'tier', 'assumptions', 'path', 'events', 'path is whole'],
    page(after, limit) {
      const place = after === undefined ? undefined : scopePlaceOf(after)
      const found = recalls.itemsWithPaths(id, version, { tier, after: place, limit: limit + 1 })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1)?.at : undefined
      return {
        items: page.map(entryView),
        rows: page.map(entryRow),
        last: last && `${last.tier} ${last.assumptions} ${last.key}`,
      }
    },
  }
}

function scopePlaceOf(text: string): ScopePlace {
  const [, tier, assumptions, key] = /^(\d) (\d{1,9}) (.*)$/s.exec(text) ?? []
  if (tier === undefined || assumptions === undefined || key === undefined) throw badToken()
  return { tier: Number(tier), assumptions: Number(assumptions), key }
}

function entryView({ key, kind, tier, assumptions, path, pathIsWhole }: ScopeEntryWithPath) {
  return {
    ...{ key, kind, tier, pathIsWhole, assumptions: [...assumptions] },
    path: path.map(({ by, eventIDs, ...step }) => ({
      ...step,
      ...(by !== undefined && { by }),
      eventIDs: [...eventIDs],
    })),
  } satisfies z.output<typeof entrySchema>
}

function entryRow({ key, kind, tier, assumptions, path, pathIsWhole }: ScopeEntryWithPath) {
  const events = [...new Set(path.flatMap(({ eventIDs }) => eventIDs))]
  const way = path.map((step) => step.key).join(' > ')
  return [key, kind, tier, assumptions.join(' '), way, events.join(' '), pathIsWhole]
}

function holdingPages(recalls: RecallReader, id: string, version: number, party: string): Pages {
  return {
    columns: ['key', 'state', 'quantity', 'uom', 'place', 'certainty'],
    page(after, limit) {
      const place = after === undefined ? undefined : holdingPlaceOf(after)
      const found = recalls.holdings(id, version, party, { limit: limit + 1, after: place })
      const page = found.slice(0, limit)
      const last = found.length > limit ? page.at(-1) : undefined
      return {
        items: page.map(holdingView),
        rows: page.map((each) => {
          const { key, state, quantity, uom, place: where, certainty: how } = each
          return [key, state, quantity, uom, where, how]
        }),
        last: last && `${last.state} ${last.uom} ${last.key}`,
      }
    },
  }
}

function holdingPlaceOf(text: string): HoldingPlace {
  const [, state, uom, key] = /^([a-z_]+) (\S*) (.*)$/s.exec(text) ?? []
  const known = HOLDING_STATES.find((each) => each === state)
  if (known === undefined || uom === undefined || key === undefined) throw badToken()
  return { state: known, uom, key }
}

function holdingView({ place, ...holding }: Holding): z.output<typeof holdingSchema> {
  return { ...holding, ...(place !== undefined && { place }) }
}

const itemSchema = entrySchema
  .extend({
    version: z.int(),
    holdings: z.array(holdingSchema),
    since: z.iso.datetime().optional().meta({ description: 'When it came into force' }),
  })
  .meta({ id: 'RecallItemWithHolders' })

function serveItem(router: Router, { recalls, read, registry }: RecallParts) {
  return router.serve(
    {
      method: 'get',
      path: '/v1/recalls/{id}/items/{key}',
      tail: true,
      may: 'read recall items',
      tag: 'Recalls',
      summary: 'How an item came to be in the scope, and who has it',
      query: versionQuery,
      answers: { 200: { description: 'It', schema: itemSchema } },
    },
    (c, { caller, params, rawParams, query }) => {
      const { id = '' } = params
      const { recall, telling } = recallFor(recalls, caller, id)
      if (telling === 'notice') throw unknownRecall(id)
      const version = versionFor(recalls, recall, telling === 'all' ? query.version : undefined)
      const texts = textsOfPath(params, rawParams, 'key')
      const keys = texts.flatMap((text) => {
        const reading = read(text)
        return [identify(text).key, ...(reading.ok ? reading.candidates.map(({ key }) => key) : [])]
      })
      const primaries = registry.aliases.isEmpty() ? [] : registry.aliases.resolve(keys)
      const entry = recalls.item(id, version, [...new Set([...keys, ...primaries])])
      const all = entry ? recalls.holdingsOf(id, version, entry.key) : []
      const holdings = telling === 'all' ? all : all.filter(({ party }) => party === caller.party)
      if (!entry || (telling !== 'all' && holdings.length === 0)) {
        const detail = `${texts[0]?.slice(0, 200)} is not in the scope, as far as you may see it`
        throw new Problem('not_found', { code: 'not_in_scope', detail })
      }
      const since = recalls.blocks([entry.key]).find((each) => each.recall === id)?.sinceUs
      return c.json({
        ...entryView(entry),
        version,
        holdings: holdings.map(holdingView),
        ...(since !== undefined && { since: formatTimeUs(since) }),
      })
    },
  )
}
