/**
 * How a device of each format is plugged in: what to type into it, what is understood of what it
 * sends and what is passed over. `devices add` prints it, and docs/devices/ is made of it.
 */
import type { Device, Format } from '#store/registry/schema.ts'
import { readerGuides } from './guide-readers.ts'
import { sensorGuides } from './guide-sensors.ts'

/** What comes on `status` is counted, and nothing is made of it. */
export interface GuideTopic {
  readonly topic: string
  readonly channel: 'telemetry' | 'status'
}

export interface Guide {
  readonly title: string
  readonly channel: 'reads' | 'telemetry'
  /**
   * Topics that the maker prescribes, to be registered, with `+` for what the device puts there and
   * `{name}` for what is to be filled in; none where the device's own topic under suyuan/ can be
   * typed in.
   */
  readonly topics: readonly string[]
  /**
   * Topics of the maker on which it publishes by itself as well. They are registered along with
   * those: publishing to a topic that is not its own ends the connection of a device.
   */
  readonly alongTopics: readonly GuideTopic[]
  /** Whether it publishes to a broker of its own, from which a bridge takes its messages. */
  readonly isBridged: boolean
  /**
   * What the device calls a setting, and its value: {host}, {port}, {user}, {password}, {client},
   * {base} and {topic} stand for those of the device, {topics} for those that are registered, and
   * what is filled in there stands here by its name.
   */
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly understood: string
  readonly passedOver: string
  /** What to know beside that, one a paragraph. */
  readonly notes: readonly string[]
  /** A message, for the page: a text or JSON; undefined where it is neither. */
  readonly sample: { readonly topic: string; readonly payload: unknown } | undefined
}

export const guides: Readonly<Record<Format, Guide>> = { ...readerGuides, ...sensorGuides }

/** Where a device connects, and as whom. */
export interface Access {
  readonly host: string
  readonly port: number
  /** Of MQTT over TLS; undefined where there is none. */
  readonly tlsPort?: number | undefined
  readonly party: string
  readonly site: string
  readonly device: string
  /** Undefined where it is not known any more. */
  readonly password: string | undefined
  /** Those of its maker that are registered for it. */
  readonly topics: readonly string[]
}

/** The settings to type in, with the values of one device. */
export function settingsFor(guide: Guide, access: Access): [name: string, value: string][] {
  const { host, port, tlsPort, party, site, device, password, topics } = access
  const base = `suyuan/v1/${party}/${site}/${device}`
  const values: Readonly<Record<string, string>> = {
    '{host}': host,
    '{port}': tlsPort === undefined ? String(port) : `${port}, with TLS ${tlsPort}`,
    '{user}': `${party}/${device}`,
    '{password}': password ?? '(the key shown when the device was registered)',
    '{client}': device,
    '{base}': base,
    '{topic}': `${base}/${guide.channel}`,
    '{topics}': JSON.stringify(topics.length > 0 ? topics : guide.topics),
    ...filledIn(guide, topics),
  }
  return guide.settings.map(([name, value]) => [name, withValues(value, values)])
}

/** The topics that are given for a device, each on the channel that its guide has for it. */
export function givenTopics(guide: Guide, topics: readonly string[]): Device['topics'] {
  const along = topicsAlong(guide, topics)
  return topics.map((topic) => {
    const { channel } = along.find((one) => one.topic === topic) ?? guide
    return { topic, channel }
  })
}

/**
 * A device as it is to be registered: also with the topics of its maker on which it publishes by
 * itself, where those that it has tell their names. Done again it changes nothing.
 */
export function withTopicsAlong(device: Device): Device {
  if (device.format === undefined) return device
  const named = device.topics.map(({ topic }) => topic)
  const along = topicsAlong(guides[device.format], named)
  const lacking = along.filter(({ topic }) => !/[{}]/.test(topic) && !named.includes(topic))
  return { ...device, topics: [...device.topics, ...lacking] }
}

/** What nothing tells stands in them by its name still. */
function topicsAlong(guide: Guide, topics: readonly string[]): GuideTopic[] {
  const values = filledIn(guide, topics, 'open too')
  return guide.alongTopics.map(({ topic, channel }) => ({
    topic: withValues(topic, values),
    channel,
  }))
}

/** Topics of the maker that are not registered, as far as those that are tell what fills them. */
export function furtherTopics(guide: Guide, topics: readonly string[]): string[] {
  const values = filledIn(guide, topics)
  return patternsOf(guide)
    .map((topic) => withValues(topic, values))
    .filter((topic) => !topics.includes(topic))
}

function patternsOf({ topics, alongTopics }: Guide): string[] {
  return [...topics, ...alongTopics.map(({ topic }) => topic)]
}

const PLACE = /\{[a-z ]+\}/g

function withValues(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(PLACE, (place) => values[place] ?? place)
}

/** What stands in the registered topics where the guide's have a name: {name} -> text. */
function filledIn(
  guide: Guide,
  topics: readonly string[],
  levels: 'named' | 'open too' = 'named',
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const pattern of patternsOf(guide)) {
    const names = pattern.match(PLACE) ?? []
    const fixed = pattern
      .split(PLACE)
      .map((text) => text.replace(/[.+@/]/g, (mark) => (mark === '+' ? '[^/]+' : `\\${mark}`)))
    const filled = new RegExp(`^${fixed.join('([^/]+?)')}$`)
    const values = topics.map((topic) => filled.exec(topic)).find((match) => match !== null)
    for (const [at, name] of names.entries()) {
      const value = values?.[at + 1]
      // A whole level that is left open is no value of this device.
      const isOpen = value === '+' && levels === 'named'
      if (value !== undefined && !isOpen) found[name] ??= value
    }
  }
  return found
}
