/**
 * What a device may publish and subscribe. Pure.
 *
 * Up: `suyuan/v1/{party}/{site}/{device}/{epcis|reads|telemetry|status}` of its own, and the vendor
 * topics registered for it. Down: its own `rejected` and `cmd`, and for an edge node of Sparkplug
 * its commands and whether its host is there. A subscription may name the first two by a `+` in the
 * last level; no other wildcard is granted, and `$share/…` is just a foreign topic.
 */
import type { Device } from '#store/registry/schema.ts'
import { OWN_HOST, stateTopic } from './sparkplug-host.ts'

export interface DeviceTopics {
  /** Where its rejections go. */
  readonly rejected: string
  /** Where commands to it go. */
  readonly commands: string
  /** The topic as the journal keeps it; undefined where the device may not publish to it. */
  publishable(topic: string): string | undefined
  subscribable(filter: string): boolean
}

const up = ['epcis', 'reads', 'telemetry', 'status']
const down = ['rejected', 'cmd', '+']

/** Of a topic that a pattern matches; the registry's patterns are at most half as long. */
const maxTopicLength = 1024

type Address = Pick<Device, 'party' | 'site' | 'device' | 'topics' | 'format'>

export function topicsOf({ party, site, device, topics, format }: Address): DeviceTopics {
  const own = `suyuan/v1/${party}/${site}/${device}/`
  const vendor = topics.map(({ topic }) => topic)
  // One string a topic, held once, instead of the one that every packet brings along.
  const exact = new Map(
    [...up.map((channel) => own + channel), ...vendor.filter((topic) => !topic.includes('+'))].map(
      (topic) => [topic, topic],
    ),
  )
  const patterns = vendor.filter((topic) => topic.includes('+')).map((topic) => topic.split('/'))
  const commands = format === 'sparkplug-b' ? vendor.flatMap(sparkplugDown) : []
  const filters = new Set([...down.map((channel) => own + channel), ...commands])
  return {
    rejected: `${own}rejected`,
    commands: `${own}cmd`,
    publishable(topic) {
      const known = exact.get(topic)
      if (known !== undefined || patterns.length === 0 || isOdd(topic)) return known
      const levels = topic.split('/')
      return patterns.some((pattern) => matches(pattern, levels)) ? topic : undefined
    },
    subscribable: (filter) => filters.has(filter),
  }
}

/**
 * Where an edge node that publishes to this topic hears commands, and of its primary host
 * [Sparkplug 3.0, 5.4.1]. Nobody but the gateway publishes there: what devices publish is not
 * routed.
 */
function sparkplugDown(topic: string): string[] {
  const [namespace, group, , node] = topic.split('/')
  if (namespace !== 'spBv1.0' || group === undefined || node === undefined) return []
  if (group.includes('+') || node.includes('+')) return []
  const to = (type: string) => `spBv1.0/${group}/${type}/${node}`
  const commands = [to('NCMD'), `${to('NCMD')}/#`, `${to('DCMD')}/+`, `${to('DCMD')}/#`]
  return [...commands, stateTopic(OWN_HOST)]
}

/** Too long to be meant, or no UTF-8 or with U+0000, which MQTT forbids [MQTT-1.5.3-1, 1.5.3-2]. */
function isOdd(topic: string): boolean {
  return topic.length > maxTopicLength || topic.includes('\ufffd') || topic.includes('\0')
}

function matches(pattern: readonly string[], levels: readonly string[]): boolean {
  return (
    pattern.length === levels.length &&
    pattern.every((level, index) => level === '+' || level === levels[index])
  )
}
