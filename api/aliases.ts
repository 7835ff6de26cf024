/**
 * Aliases: that one thing goes under several keys. Whoever declares one changes what everybody is
 * told of a thing, so an enterprise may only where it has to do with it, and every declaration says
 * whose it is.
 */
import { z } from 'zod'
import { gtinOf } from '#epcis/identifier.ts'
import { formatTimeUs } from '#epcis/time.ts'
import type { Alias, Aliases } from '#store/registry/aliases.ts'
import { type AliasDeclaration, aliasSchema, slugSchema } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import { ROLES } from '#trace/source.ts'
import { type Caller, partyFor } from './caller.ts'
import { answerPage, lastOf, pageOf, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import { refused } from './registry.ts'
import type { Router } from './route.ts'

const answerSchema = z
  .object({
    alias: z.string(),
    of: z.string(),
    primary: z.string().meta({ description: 'What it comes to: the key of the one trail' }),
    party: z.string().optional().meta({ description: 'That of an enterprise that declared it' }),
    declaredBy: z.string().meta({ description: 'The id of the key it was declared with' }),
    declaredAt: z.iso.datetime(),
    reason: z.string().optional(),
  })
  .meta({ id: 'Alias' })

export interface AliasesParts {
  readonly registry: Pick<Registry, 'aliases' | 'products'>
  readonly trail: TrailReader
  readonly nowUs: () => number
}

export function serveAliases(router: Router, parts: AliasesParts): void {
  const { registry } = parts
  const one = { path: '/v1/aliases/{alias}', tail: true, tag: 'Registry' } as const
  serveList(router, parts)
  router.serve(
    {
      ...one,
      method: 'get',
      may: 'read aliases',
      summary: 'Get one alias',
      answers: { 200: { description: 'It', schema: answerSchema } },
    },
    async (c, { caller, params: { alias = '' } }) => {
      return c.json(told(await find(parts, caller, keyOf(alias))))
    },
  )
  router.serve(
    {
      ...one,
      method: 'put',
      may: 'write aliases',
      summary: 'Declare that a key names the same thing as another',
      description:
        'An enterprise may where a product is registered as its own for the GTIN of one of both ' +
        'keys, or where it has captured an event that names one of both.',
      body: aliasSchema,
      answers: {
        200: { description: 'It was declared before, as it is told', schema: answerSchema },
        201: { description: 'Declared', schema: answerSchema },
        409: { description: 'It is an alias of something else, or would be one of itself' },
      },
    },
    async (c, { caller, params: { alias = '' }, body }) => {
      if (body.alias !== keyOf(alias)) {
        const detail = `the body is of ${body.alias}, the path names ${keyOf(alias)}`
        throw new Problem('invalid_input', { code: 'path_mismatch', path: '', detail })
      }
      await requireConcern(parts, caller, body)
      const { party, keyId = '' } = caller
      const outcome = registry.aliases.declare(body, { party, keyId, nowUs: parts.nowUs() })
      if (!outcome.ok) throw refused(outcome)
      return c.json(told(outcome.alias), outcome.created ? 201 : 200)
    },
  )
  router.serve(
    {
      ...one,
      method: 'delete',
      may: 'write aliases',
      summary: 'Take an alias back',
      description: 'Open to whoever may declare it.',
      answers: { 204: { description: 'The keys are of different things again' } },
    },
    async (c, { caller, params: { alias = '' } }) => {
      const found = await find(parts, caller, keyOf(alias))
      await requireConcern(parts, caller, found)
      registry.aliases.remove(found.alias)
      return c.body(null, 204)
    },
  )
}

function serveList(router: Router, parts: AliasesParts): void {
  const { aliases } = parts.registry
  router.serve(
    {
      method: 'get',
      path: '/v1/aliases',
      may: 'read aliases',
      tag: 'Registry',
      summary: 'List aliases',
      description: 'An enterprise sees its own, and with `key` those of a thing it has to do with.',
      query: {
        key: z.string().min(1).optional().meta({ description: 'What resolves together with it' }),
        party: slugSchema.optional().meta({ description: 'What this party declared' }),
        ...pageParameters,
      },
      answers: { 200: { description: 'A page', schema: pageOf(answerSchema) } },
    },
    async (c, { caller, query: { key: text, party, perPage, nextPageToken } }) => {
      const key = text === undefined ? undefined : keyOf(text)
      const seesAll = key !== undefined && (await concernsGroup(parts, caller, key))
      const page = aliases.list({
        key,
        party: seesAll ? party : partyFor(caller, party),
        after: lastOf(nextPageToken),
        limit: perPage,
      })
      return answerPage(c, page.items.map(told), page.after)
    },
  )
}

/** The other keys of a thing, for those who may see its trail: who declared them, and when. */
export function aliasesTold(
  { aliases }: { readonly aliases: Pick<Aliases, 'group'> },
  key: string,
): { readonly key: string; readonly party: string | undefined; readonly declaredAt: string }[] {
  return aliases.group(key).map(({ alias, party, declaredAtUs }) => {
    return { key: alias, party, declaredAt: formatTimeUs(declaredAtUs) }
  })
}

/** A key in any spelling that a declaration takes. */
function keyOf(text: string): string {
  const read = aliasSchema.shape.alias.safeParse(text)
  return read.success ? read.data : text
}

function told(alias: Alias): z.output<typeof answerSchema> {
  const { declaredAtUs, party, reason, ...rest } = alias
  const declaredAt = formatTimeUs(declaredAtUs)
  return { ...rest, declaredAt, ...(party && { party }), ...(reason && { reason }) }
}

/** An alias that a caller may see: what it declared itself, or has to do with. */
async function find(parts: AliasesParts, caller: Caller, key: string): Promise<Alias> {
  const alias = parts.registry.aliases.get(key)
  const isOwn = alias?.party !== undefined && alias.party === caller.party
  if (alias && (isOwn || (await concernsGroup(parts, caller, key)))) return alias
  throw new Problem('not_found', { detail: `there is no alias ${key}` })
}

async function requireConcern(
  parts: AliasesParts,
  caller: Caller,
  { alias, of }: Pick<AliasDeclaration, 'alias' | 'of'>,
): Promise<void> {
  if (await concerns(parts, caller, [alias, of])) return
  const detail =
    `${caller.party} has no product for the GTIN of ${alias} or ${of}, ` +
    'and has captured no event that names one of them'
  throw new Problem('forbidden', { code: 'not_concerned', detail })
}

function concernsGroup(parts: AliasesParts, caller: Caller, key: string): Promise<boolean> {
  const { aliases } = parts.registry
  return concerns(parts, caller, [
    key,
    ...aliases.group(key).flatMap(({ alias, of }) => [alias, of]),
  ])
}

/** Whether a caller has to do with what one of some keys names. */
async function concerns(
  { registry, trail }: AliasesParts,
  { reach, party = '' }: Caller,
  keys: readonly string[],
): Promise<boolean> {
  if (reach === 'all') return true
  const gtins = new Set(keys.flatMap((key) => gtinOf(key) ?? []))
  for (const gtin of gtins) {
    if (registry.products.get(`https://id.gs1.org/01/${gtin}`)?.party === party) return true
  }
  const named = { match: [{ keys, roles: ROLES }], parties: [party] }
  const { events } = await trail.query(named, { limit: 1 })
  return events.length > 0
}
