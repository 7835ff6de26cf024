/**
 * Which sensors are mounted on an asset or at a place, as the bindings of devices say: under
 * whichever of its keys.
 */

import type { Mounted } from '#trace/surroundings.ts'
import { sensorKeyOf } from './registry/schema.ts'
import type { Registry } from './registry.ts'
import { Cache } from './sqlite/cache.ts'

const devicesAtOnce = 1000
/** Answers that are remembered until the registry changes. */
const mostKnown = 10_000

type MountedParts = Pick<Registry, 'devices' | 'aliases' | 'version'>

/** Looks sensors up by the key of what they are mounted on; reads the registry when it changed. */
export function mountedSensors(registry: MountedParts): Mounted {
  let version: number | undefined
  let byAsset = new Map<string, string[]>()
  const known = new Cache<string, readonly string[]>(mostKnown)
  return (key) => {
    const now = registry.version()
    if (now !== version) {
      version = now
      byAsset = readAssets(registry)
      known.clear()
    }
    // Things that travel together are in the same carriers, and each asks for all of them.
    const before = known.get(key)
    if (before) return before
    const found = byAsset.get(primaryOf(registry, key)) ?? NONE
    known.set(key, found)
    return found
  }
}

const NONE: readonly string[] = []

function primaryOf({ aliases }: MountedParts, key: string): string {
  return aliases.isEmpty() ? key : (aliases.resolve([key])[0] ?? key)
}

function readAssets(registry: MountedParts): Map<string, string[]> {
  const { devices } = registry
  const byAsset = new Map<string, string[]>()
  let after: string | undefined
  do {
    const page = devices.list({ after, limit: devicesAtOnce })
    for (const device of page.items) {
      const { asset } = device.binding ?? {}
      if (asset === undefined) continue
      const primary = primaryOf(registry, asset)
      byAsset.set(primary, [...(byAsset.get(primary) ?? []), sensorKeyOf(device)])
    }
    after = page.after
  } while (after !== undefined)
  return byAsset
}
