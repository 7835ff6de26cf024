/**
 * Parties, locations, products and devices: whoever makes one names it, so PUT makes or replaces it
 * under its name, and sending it again changes nothing.
 */
import type { Context } from 'hono'
import { z } from 'zod'
import { keyOf } from '#epcis/understand.ts'
import { withTopicsAlong } from '#ingest/formats/guide.ts'
import { bindingFault } from '#ingest/reads/fold.ts'
import type { Collection, Refusal, RefusalCode } from '#store/registry/collection.ts'
import { type Device, deviceSchema, slugSchema } from '#store/registry/schema.ts'
import { deviceKey, type Registry } from '#store/registry.ts'
import type { Action } from './access.ts'
import { type Caller, isForeign, partyFor } from './caller.ts'
import { answerPage, lastOf, pageOf, pageParameters } from './paging.ts'
import { Problem, type ProblemDetails, type ProblemKind } from './problem.ts'
import type { Env, Router } from './route.ts'

export interface RegistryParts {
  readonly registry: Registry
  readonly nowUs: () => number
}

/** One kind of thing and how its resource differs from the others. */
interface Kind<T, Path extends string = string, OnePath extends string = string> {
  readonly path: Path
  /** The path of one of them, with the parts of its name. */
  readonly onePath: OnePath
  readonly tail?: true
  readonly read: Action
  readonly write: Action
  readonly collection: Collection<T>
  /** The key that a path names. */
  readonly keyOfPath: (params: Readonly<Record<string, string>>) => string
  /** What is kept of one that is put. */
  readonly whole?: (thing: T) => T
  /** What is wrong with that beyond its schema. */
  readonly faultOf?: (thing: T) => ProblemDetails | undefined
  /** What the answer to the making of one holds beside it. */
  readonly made?: { readonly schema: z.ZodType; readonly more: (thing: T) => object }
}

const newDeviceSchema = deviceSchema
  .extend({
    keyId: z.string(),
    secret: z.string().meta({ description: 'The key of the device: shown here and never again' }),
  })
  .meta({ id: 'NewDevice' })

export function serveRegistry(router: Router, { registry, nowUs }: RegistryParts) {
  const parties = serveKind(router, {
    path: '/v1/parties',
    onePath: '/v1/parties/{slug}',
    read: 'read parties',
    write: 'write parties',
    collection: registry.parties,
    keyOfPath: ({ slug = '' }) => slug,
  })
  const locations = serveKind(router, {
    path: '/v1/locations',
    onePath: '/v1/locations/{key}',
    tail: true,
    read: 'read locations',
    write: 'write locations',
    collection: registry.locations,
    keyOfPath: ({ key = '' }) => keyOf(key, 'place'),
  })
  const products = serveKind(router, {
    path: '/v1/products',
    onePath: '/v1/products/{key}',
    tail: true,
    read: 'read products',
    write: 'write products',
    collection: registry.products,
    keyOfPath: ({ key = '' }) => keyOf(key, 'class'),
  })
  const devices = serveKind(router, {
    path: '/v1/devices',
    onePath: '/v1/devices/{party}/{device}',
    read: 'read devices',
    write: 'write devices',
    collection: registry.devices,
    keyOfPath: ({ party = '', device = '' }) => deviceKey(party, device),
    whole: withTopicsAlong,
    faultOf: faultOfDevice,
    made: {
      schema: newDeviceSchema,
      more: ({ party, device, name }) => {
        const key = registry.keys.issue({ role: 'device', party, device, label: name }, nowUs())
        if (!key.ok) throw refused(key)
        return { keyId: key.record.keyId, secret: key.secret }
      },
    },
  })
  return [...parties, ...locations, ...products, ...devices]
}

function faultOfDevice(device: Device): ProblemDetails | undefined {
  const topics = deviceSchema.shape.topics.safeParse(device.topics)
  if (!topics.success) {
    const detail = `with those on which it publishes by itself: ${topics.error.issues[0]?.message}`
    return { code: 'invalid_body', path: '/topics', detail }
  }
  const fault = device.binding && bindingFault(device)
  return fault && { code: fault.code, path: '/binding', detail: fault.message }
}

function serveKind<T extends object, const Path extends string, const OnePath extends string>(
  router: Router,
  kind: Kind<T, Path, OnePath>,
) {
  const { path, onePath, tail, collection } = kind
  const { schema } = collection
  const tag = 'Registry'
  const plural = path.replace('/v1/', '')
  const one = { path: onePath, tag, ...(tail && { tail }) } as const
  const list = router.serve(
    {
      method: 'get',
      path,
      tag,
      may: kind.read,
      summary: `List ${plural}`,
      query: { party: slugSchema.optional(), ...pageParameters },
      answers: {
        200: { description: 'A page', schema: pageOf(schema) },
      },
    },
    (c, { caller, query: { party, perPage, nextPageToken } }) => {
      const after = lastOf(nextPageToken)
      const page = collection.list({ party: partyFor(caller, party), after, limit: perPage })
      return answerPage(c, page.items, page.after)
    },
  )
  const get = router.serve(
    {
      ...one,
      method: 'get',
      may: kind.read,
      summary: `Get one of the ${plural}`,
      answers: { 200: { description: 'It', schema } },
    },
    (c, { caller, params }) => {
      const found = collection.get(kind.keyOfPath(params))
      if (found === undefined || isForeign(caller, collection.partyOf(found)))
        throw notFound(kind, params)
      return c.json(found)
    },
  )
  const make = router.serve(
    {
      ...one,
      method: 'put',
      may: kind.write,
      summary: `Make or replace one of the ${plural}`,
      body: schema,
      answers: {
        200: { description: 'Replaced', schema },
        201: { description: 'Made', schema: kind.made?.schema ?? schema },
      },
    },
    (c, { caller, params, body }) => put(c, kind, caller, params, body),
  )
  const remove = router.serve(
    {
      ...one,
      method: 'delete',
      may: kind.write,
      summary: `Remove one of the ${plural}`,
      answers: { 204: { description: 'Removed' } },
    },
    (c, { caller, params }) => {
      const key = kind.keyOfPath(params)
      const found = collection.get(key)
      if (found === undefined || isForeign(caller, collection.partyOf(found)))
        throw notFound(kind, params)
      const removed = collection.remove(key)
      if (!removed.ok) throw refused(removed)
      return c.body(null, 204)
    },
  )
  return [list, get, make, remove]
}

function put<T extends object>(
  c: Context<Env>,
  kind: Kind<T>,
  caller: Caller,
  params: Readonly<Record<string, string>>,
  given: T,
): Response {
  const { collection } = kind
  const thing = kind.whole?.(given) ?? given
  const key = kind.keyOfPath(params)
  if (collection.keyOf(thing) !== key) {
    const detail = `the body is of ${collection.keyOf(thing)}, the path names ${key}`
    throw new Problem('invalid_input', { code: 'path_mismatch', path: '', detail })
  }
  const before = collection.get(key)
  if (
    [thing, before].some(
      (some) => some !== undefined && isForeign(caller, collection.partyOf(some)),
    )
  ) {
    const detail = `${key} is not of party ${caller.party}, which this key acts for`
    throw new Problem('forbidden', { detail })
  }
  const fault = kind.faultOf?.(thing)
  if (fault !== undefined) throw new Problem('invalid_input', fault)
  const written = collection.put(thing)
  if (!written.ok) throw refused(written)
  if (!written.created) return c.json(thing)
  return c.json({ ...thing, ...kind.made?.more(thing) }, 201)
}

function notFound<T>(kind: Kind<T>, params: Readonly<Record<string, string>>): Problem {
  const key = kind.keyOfPath(params)
  return new Problem('not_found', { detail: `there is no ${key} in ${kind.path}` })
}

/** Writes that do not go with what is there; all others are wrong in themselves. */
const againstWhatIsThere: Partial<Record<RefusalCode, ProblemKind>> = {
  party_in_use: 'in_use',
  admin_key_is_a_setting: 'in_use',
  alias_clash: 'conflict',
  alias_cycle: 'conflict',
  alias_too_deep: 'conflict',
  alias_group_full: 'conflict',
  prefix_table_too_large: 'too_large',
}

/** The problem of a write that the registry does not take. */
export function refused({ code, path, message }: Refusal): Problem {
  return new Problem(againstWhatIsThere[code] ?? 'invalid_input', { code, path, detail: message })
}
