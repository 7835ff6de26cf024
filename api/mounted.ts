/** Which sensors are mounted on an asset or at a place, as the bindings of devices say. */
import { sensorKeyOf } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { Mounted } from '#trace/exposure.ts'

const devicesAtOnce = 1000

/** Looks sensors up by the key of what they are mounted on; reads the registry when it changed. */
export function mountedSensors(registry: Pick<Registry, 'devices' | 'version'>): Mounted {
  let version: number | undefined
  let byAsset = new Map<string, string[]>()
  return (key) => {
    const now = registry.version()
    if (now !== version) {
      version = now
      byAsset = readAssets(registry)
    }
    return byAsset.get(key) ?? []
  }
}

function readAssets({ devices }: Pick<Registry, 'devices'>): Map<string, string[]> {
  const byAsset = new Map<string, string[]>()
  let after: string | undefined
  do {
    const page = devices.list({ after, limit: devicesAtOnce })
    for (const device of page.items) {
      const { asset } = device.binding ?? {}
      if (asset === undefined) continue
      byAsset.set(asset, [...(byAsset.get(asset) ?? []), sensorKeyOf(device)])
    }
    after = page.after
  } while (after !== undefined)
  return byAsset
}
