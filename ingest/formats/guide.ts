/**
 * How a device of each format is plugged in: what to type into it, what is understood of what it
 * sends and what is passed over. `devices add` prints it, and docs/devices/ is made of it.
 */
import type { Format } from '#store/registry/schema.ts'
import { readerGuides } from './guide-readers.ts'
import { sensorGuides } from './guide-sensors.ts'

export interface Guide {
  readonly title: string
  readonly channel: 'reads' | 'telemetry'
  /**
   * Topics that the maker prescribes, to be registered, with `+` for what the device puts there;
   * none where the device's own topic under suyuan/ can be typed in.
   */
  readonly topics: readonly string[]
  /** Whether it publishes to a broker of its own, from which a bridge takes its messages. */
  readonly isBridged: boolean
  /**
   * What the device calls a setting, and its value: {host}, {port}, {user}, {password}, {client}
   * and {topic} stand for those of the device.
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
  readonly party: string
  readonly site: string
  readonly device: string
  /** Undefined where it is not known any more. */
  readonly password: string | undefined
}

/** The settings to type in, with the values of one device. */
export function settingsFor(guide: Guide, access: Access): [name: string, value: string][] {
  const { host, port, party, site, device, password } = access
  const values: Readonly<Record<string, string>> = {
    '{host}': host,
    '{port}': String(port),
    '{user}': `${party}/${device}`,
    '{password}': password ?? '(the key shown when the device was registered)',
    '{client}': device,
    '{topic}': `suyuan/v1/${party}/${site}/${device}/${guide.channel}`,
  }
  return guide.settings.map(([name, value]) => [
    name,
    value.replace(/\{\w+\}/g, (known) => values[known] ?? known),
  ])
}
