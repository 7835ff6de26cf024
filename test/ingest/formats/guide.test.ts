import { describe, expect, it } from 'vitest'
import {
  furtherTopics,
  givenTopics,
  guides,
  settingsFor,
  withTopicsAlong,
} from '#ingest/formats/guide.ts'
import { deviceSchema, type Format, formatSchema } from '#store/registry/schema.ts'

const named = { party: 'farm', site: 'barn', device: 'gate-1' }
const access = {
  ...{ host: 'here', port: 1883, password: 'secret', topics: [] },
  ...named,
}
const registered = (format: Format, ...names: readonly string[]) => {
  const topics = givenTopics(guides[format], names)
  const device = deviceSchema.parse({ ...named, name: 'Gate', format, topics })
  return withTopicsAlong(device).topics.map(({ topic, channel }) => [topic, channel])
}

describe('the topics of a device', () => {
  it('are registered with those on which it publishes by itself', () => {
    const shelly = [
      ['s-1/events/rpc', 'telemetry'],
      ['s-1/online', 'status'],
      ['s-1/status/+', 'telemetry'],
    ]
    expect(registered('shelly', 's-1/events/rpc')).toEqual(shelly)
    expect(registered('shelly', 's-1/events/rpc', 's-1/online')).toEqual(shelly)
    for (const serial of ['RFD40-212735201D0053', '+']) {
      const topic = `dock/DATA/clients/data1event/${serial}`
      expect(registered('zebra-rfd', topic)).toEqual([
        [topic, 'reads'],
        [`dock/DATA/clients/rfid/${serial}`, 'status'],
      ])
    }
  })

  it('are registered as they are where they tell nothing of others', () => {
    expect(registered('zebra-rfd', 'own/layout')).toEqual([['own/layout', 'reads']])
    expect(registered('shelly')).toEqual([])
    const up = 'application/7f/device/+/event/up'
    expect(registered('chirpstack-v4', up)).toEqual([[up, 'telemetry']])
  })

  it('are told as far as they are not registered', () => {
    expect(furtherTopics(guides.shelly, [])).toEqual([
      ...['{device id}/events/rpc', '{device id}/online', '{device id}/status/+'],
    ])
    expect(furtherTopics(guides.shelly, ['s-1/online'])).toEqual(['s-1/events/rpc', 's-1/status/+'])
    const node = 'spBv1.0/farm/+/press'
    expect(furtherTopics(guides['sparkplug-b'], [node])).toEqual([`${node}/+`])
  })

  it('are its own wherever they can be typed in', () => {
    const own = /^suyuan\/v1\/farm\/barn\/gate-1\/(?:reads|telemetry|status)$/
    for (const format of formatSchema.options) {
      const guide = guides[format]
      if (guide.topics.length > 0) continue
      const typed = settingsFor(guide, access).filter(([name]) => /topic$/.test(name))
      expect([format, typed.length > 0]).toEqual([format, true])
      for (const [name, value] of typed)
        expect([format, name, value]).toEqual([format, name, expect.stringMatching(own)])
    }
    const settings = Object.fromEntries(settingsFor(guides['zebra-fx'], access))
    expect(settings['management events interface: topic']).toBe('suyuan/v1/farm/barn/gate-1/status')
  })
})
