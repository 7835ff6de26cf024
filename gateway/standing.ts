/**
 * Ends the connections of devices that may no longer be connected: disabled, removed, moved to
 * another site, or their key revoked. The registry may be changed by another process too.
 */
import type { Registry } from '#store/registry.ts'
import type { Admission, Connections } from './connections.ts'
import type { Refusals } from './refusals.ts'
import { topicsOf } from './topics.ts'

/** How soon a change takes effect. */
const everyMs = 1_000

/** Watches until the function it gives back is called. */
export function watchStanding(
  registry: Registry,
  connections: Connections,
  refusals: Refusals,
): () => void {
  let seen = registry.version()
  const timer = setInterval(() => {
    const version = registry.version()
    if (version === seen) return
    seen = version
    for (const connection of connections) {
      if (connection.admission === undefined) continue
      const admission = renewed(registry, connection.admission)
      if (admission !== undefined) {
        connection.admission = admission
        continue
      }
      refusals.note('no_longer_allowed', connection)
      connection.socket.destroy()
    }
  }, everyMs).unref()
  return () => clearInterval(timer)
}

/** The admission as the registry has it now; undefined where it has ended. */
function renewed(registry: Registry, { device: old, keyId }: Admission): Admission | undefined {
  const device = registry.device(old.party, old.device)
  // Moved: its topics, also those it has subscribed to, have other names now.
  if (!device?.enabled || device.site !== old.site) return undefined
  if (keyId !== undefined && registry.keys.get(keyId)?.revokedAtUs !== undefined) return undefined
  return { device, topics: topicsOf(device), keyId }
}
