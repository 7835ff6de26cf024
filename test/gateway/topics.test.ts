import { describe, expect, it } from 'vitest'
import { topicsOf } from '#gateway/topics.ts'

const topics = topicsOf({
  party: 'farm',
  site: 'north',
  device: 'gate-1',
  topics: [
    { topic: 'ziotc/+/tags', channel: 'reads' },
    { topic: 'impinj/events', channel: 'reads' },
  ],
})
const own = 'suyuan/v1/farm/north/gate-1'

describe('the topics of a device', () => {
  it('lets it publish to its own channels and to its registered vendor topics', () => {
    const allowed = [
      ...['epcis', 'reads', 'telemetry', 'status'].map((channel) => `${own}/${channel}`),
      'impinj/events',
      'ziotc/FX9600-1/tags',
      'ziotc//tags',
    ]
    expect(allowed.filter((topic) => topics.publishable(topic) !== topic)).toEqual([])
  })

  it('lets it publish to nothing else', () => {
    const foreign = [
      'suyuan/v1/farm/north/gate-2/epcis',
      'suyuan/v1/farm/south/gate-1/epcis',
      'suyuan/v1/farm/north/gate-1',
      `${own}/`,
      `${own}/rejected`,
      `${own}/epcis/`,
      `/${own}/epcis`,
      `${own}/EPCIS`,
      '$SYS/x',
      'ziotc/a/b/tags',
      'ziotc/tags',
      'impinj/events/x',
      'ziotc/\0/tags',
      'ziotc/\ufffd/tags',
      `ziotc/${'x'.repeat(2_000)}/tags`,
      '__proto__',
      '',
    ]
    expect(foreign.filter((topic) => topics.publishable(topic) !== undefined)).toEqual([])
  })

  it('lets it subscribe to its own rejected and cmd, one by one or by +', () => {
    const allowed = [`${own}/rejected`, `${own}/cmd`, `${own}/+`]
    expect(allowed.filter((filter) => !topics.subscribable(filter))).toEqual([])
  })

  it('lets it subscribe to nothing else', () => {
    const foreign = [
      '#',
      `${own}/#`,
      `${own}/epcis`,
      `$share/g/${own}/rejected`,
      'suyuan/v1/farm/north/+/rejected',
      'suyuan/v1/farm/north/gate-2/rejected',
      '$SYS/#',
      'ziotc/+/tags',
      'impinj/events',
    ]
    expect(foreign.filter((filter) => topics.subscribable(filter))).toEqual([])
  })

  it('lets an edge node of Sparkplug hear its own commands, and no other node of its group', () => {
    const node = topicsOf({
      ...{ party: 'farm', site: 'north', device: 'line', format: 'sparkplug-b' },
      topics: [{ topic: 'spBv1.0/plant/+/edge', channel: 'telemetry' }],
    })
    const heard = ['NCMD/edge', 'NCMD/edge/#', 'DCMD/edge/#', 'DCMD/edge/+']
    const foreign = ['NCMD/other', 'NCMD/+', 'NDATA/edge', '#', '+/edge']
    const hears = (filter: string) => node.subscribable(`spBv1.0/plant/${filter}`)
    expect(heard.filter((filter) => !hears(filter))).toEqual([])
    expect(foreign.filter(hears)).toEqual([])
  })

  it('lets an edge node speak for devices whose names are not known beforehand', () => {
    const node = topicsOf({
      ...{ party: 'farm', site: 'north', device: 'line', format: 'sparkplug-b' },
      topics: [{ topic: 'spBv1.0/plant/+/edge/+', channel: 'telemetry' }],
    })
    const own = 'spBv1.0/plant/DDATA/edge/oven'
    expect(node.publishable(own)).toBe(own)
    for (const foreign of ['DDATA/other/oven', 'NDATA/edge', 'DDATA/edge/oven/x']) {
      expect(node.publishable(`spBv1.0/plant/${foreign}`)).toBeUndefined()
    }
  })
})
