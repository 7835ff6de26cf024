/** Which device of a party a topic belongs to, by the vendor topics of the registry. */
import type { Device } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import { topicsOf } from './topics.ts'

const PAGE = 500

export class TopicOwners {
  readonly #registry: Pick<Registry, 'devices' | 'version'>
  readonly #party: string
  readonly #fallback: string
  #version = -1
  #exact = new Map<string, string>()
  #wild: { readonly device: string; readonly owns: (topic: string) => boolean }[] = []

  /** `fallback`: the slug of the device that owns what no other one does. */
  constructor(registry: Pick<Registry, 'devices' | 'version'>, party: string, fallback: string) {
    this.#registry = registry
    this.#party = party
    this.#fallback = fallback
  }

  /** The slug of the device: one that names the topic itself comes before one with a pattern. */
  ownerOf(topic: string): string {
    const version = this.#registry.version()
    if (version !== this.#version) this.#read()
    this.#version = version
    return (
      this.#exact.get(topic) ?? this.#wild.find(({ owns }) => owns(topic))?.device ?? this.#fallback
    )
  }

  #read(): void {
    this.#exact = new Map()
    this.#wild = []
    let after: string | undefined
    do {
      const page = { party: this.#party, after, limit: PAGE }
      const { items, after: next } = this.#registry.devices.list(page)
      for (const device of items) if (device.enabled) this.#add(device)
      after = next
    } while (after !== undefined)
  }

  #add(device: Device): void {
    const isWild = device.topics.some(({ topic }) => topic.includes('+'))
    for (const { topic } of device.topics) {
      if (!topic.includes('+') && !this.#exact.has(topic)) this.#exact.set(topic, device.device)
    }
    if (!isWild) return
    const { publishable } = topicsOf(device)
    this.#wild.push({ device: device.device, owns: (topic) => publishable(topic) !== undefined })
  }
}
