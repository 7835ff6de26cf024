/**
 * The devices of the registry as ingest asks for them, once a message: read once and kept while the
 * registry stays as it is.
 */
import type { Device } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'

export class Devices {
  readonly #registry: Pick<Registry, 'device' | 'version'>
  readonly #known = new Map<string, Device | undefined>()
  #version = -1

  constructor(registry: Pick<Registry, 'device' | 'version'>) {
    this.#registry = registry
  }

  /** Looks whether the registry has changed; until the next call a device is as it is now. */
  refresh(): void {
    const version = this.#registry.version()
    if (version !== this.#version) this.#known.clear()
    this.#version = version
  }

  device(party: string, slug: string): Device | undefined {
    const key = `${party}/${slug}`
    if (!this.#known.has(key)) this.#known.set(key, this.#registry.device(party, slug))
    return this.#known.get(key)
  }
}
