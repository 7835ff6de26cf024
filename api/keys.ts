/** Keys of devices and people. The key itself is told once, in the answer to its making. */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import type { KeyRecord, Keys } from '#store/registry/keys.ts'
import { keyGrantSchema, slugSchema } from '#store/registry/schema.ts'
import type { AlertFeed } from './alert-feed.ts'
import { type Caller, isForeign, partyFor } from './caller.ts'
import { answerPage, lastOf, pageOf, pageParameters } from './paging.ts'
import { Problem } from './problem.ts'
import { refused } from './registry.ts'
import type { Router } from './route.ts'

const keySchema = z
  .object({
    keyId: z.string(),
    role: z.string(),
    party: z.string().optional(),
    device: z.string().optional(),
    label: z.string(),
    createdAt: z.iso.datetime(),
    revokedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Key' })
const newKeySchema = keySchema.extend({ secret: z.string() }).meta({ id: 'NewKey' })

export interface KeysParts {
  readonly keys: Keys
  readonly nowUs: () => number
  /** Woken, so that streams of a key end with it. */
  readonly feed: Pick<AlertFeed, 'notify'>
}

export function serveKeys(router: Router, { keys, nowUs, feed }: KeysParts) {
  const tag = 'Registry'
  const list = router.serve(
    {
      method: 'get',
      path: '/v1/keys',
      may: 'read keys',
      tag,
      summary: 'List keys',
      query: { party: slugSchema.optional(), ...pageParameters },
      answers: {
        200: { description: 'A page', schema: pageOf(keySchema) },
      },
    },
    (c, { caller, query: { party, perPage, nextPageToken } }) => {
      const page = keys.list({
        party: partyFor(caller, party),
        after: lastOf(nextPageToken),
        limit: perPage,
      })
      return answerPage(c, page.items.map(view), page.after)
    },
  )
  const one = router.serve(
    {
      method: 'get',
      path: '/v1/keys/{keyId}',
      may: 'read keys',
      tag,
      summary: 'Get one key, without the key itself',
      answers: { 200: { description: 'The key', schema: keySchema } },
    },
    (c, { caller, params: { keyId = '' } }) => c.json(view(find(keys, caller, keyId))),
  )
  const make = router.serve(
    {
      method: 'post',
      path: '/v1/keys',
      may: 'write keys',
      tag,
      summary: 'Make a key',
      description: '`secret` is shown here and never again. An enterprise makes device keys only.',
      body: keyGrantSchema,
      answers: { 201: { description: 'The key', schema: newKeySchema } },
    },
    (c, { caller, body: grant }) => {
      const isOwnDevice = grant.role === 'device' && grant.party === caller.party
      if (caller.reach === 'own' && !isOwnDevice) {
        const detail = `this key makes keys for devices of ${caller.party} only`
        throw new Problem('forbidden', { detail })
      }
      const issued = keys.issue(grant, nowUs())
      if (!issued.ok) throw refused(issued)
      const { record, secret } = issued
      c.header('Location', `${c.get('baseUrl')}/v1/keys/${record.keyId}`)
      return c.json({ ...view(record), secret }, 201)
    },
  )
  const revoke = router.serve(
    {
      method: 'delete',
      path: '/v1/keys/{keyId}',
      may: 'write keys',
      tag,
      summary: 'Revoke a key',
      answers: { 204: { description: 'It opens nothing any more' } },
    },
    (c, { caller, params: { keyId = '' } }) => {
      const { grant } = find(keys, caller, keyId)
      if (caller.reach === 'own' && grant.role !== 'device') {
        throw new Problem('forbidden', { detail: 'this key ends keys of devices only' })
      }
      const revoked = keys.revoke(keyId, nowUs())
      if (!revoked.ok) throw refused(revoked)
      feed.notify()
      return c.body(null, 204)
    },
  )
  return [list, one, make, revoke]
}

function find(keys: Keys, caller: Caller, keyId: string): KeyRecord {
  const record = keys.get(keyId)
  if (record !== undefined && !isForeign(caller, partyOf(record))) return record
  throw new Problem('not_found', { detail: `there is no key ${keyId}` })
}

function partyOf({ grant }: KeyRecord): string | undefined {
  return 'party' in grant ? grant.party : undefined
}

function view({ keyId, grant, createdAtUs, revokedAtUs }: KeyRecord): z.output<typeof keySchema> {
  return {
    keyId,
    ...grant,
    createdAt: formatTimeUs(createdAtUs),
    ...(revokedAtUs !== undefined && { revokedAt: formatTimeUs(revokedAtUs) }),
  }
}
