/** Who may connect: an enabled device of the registry that shows its key or its certificate. */
import type { AedesOptions } from 'aedes'
import type { Journal } from '#store/journal/journal.ts'
import type { Registry } from '#store/registry.ts'
import type { Admission, Claim, Connections } from './connections.ts'
import { type RefusalReason, type Refusals, RefusedError } from './refusals.ts'
import { topicsOf } from './topics.ts'

export function authenticate(
  registry: Registry,
  connections: Connections,
  refusals: Refusals,
  journal: Pick<Journal, 'failed'>,
): NonNullable<AedesOptions['authenticate']> {
  return (client, _username, password, done) => {
    const connection = connections.of(client.conn)
    const refuse = (reason: RefusalReason) => {
      refusals.note(reason, connection)
      done(new RefusedError(reason), false)
    }
    if (journal.failed !== undefined) return refuse('server_unavailable')
    if (connection.lacksClientId) return refuse('client_id_missing')
    const admission = connection.claim && admissionOf(registry, connection.claim, password)
    if (admission === undefined) return refuse('bad_credentials')
    connections.admit(connection, admission)
    done(null, true)
  }
}

function admissionOf(
  registry: Registry,
  { party, device: slug, by }: Claim,
  password: Buffer | undefined,
): Admission | undefined {
  const key = password?.toString() ?? ''
  const device =
    by === 'certificate'
      ? registry.device(party, slug)
      : registry.authenticateDevice(party, slug, key)
  if (!device?.enabled) return undefined
  const keyId = by === 'certificate' ? undefined : registry.principal(key)?.keyId
  return { device, topics: topicsOf(device), keyId }
}
