import { afterEach, beforeEach, expect, it } from 'vitest'
import { givenTopics, guides, withTopicsAlong } from '#ingest/formats/guide.ts'
import type { Format } from '#store/registry/schema.ts'
import { Harness } from './harness.ts'

let harness: Harness
beforeEach(async () => {
  harness = await Harness.start()
})
afterEach(() => harness.stop())

const sled = 'RFD40-212735201D0053'

it.each<[Format, string, string[]]>([
  ['zebra-rfd', `dock/DATA/clients/data1event/${sled}`, [`dock/DATA/clients/rfid/${sled}`]],
  ['shelly', 'ht-1/events/rpc', ['ht-1/online', 'ht-1/status/temperature:0']],
  ['smartreader', '', []],
  ['zebra-fx', '', []],
])('a device of the format %s connects, tells how it is, and stays', async (format, main, more) => {
  const device = harness.device('farm/gate-1')
  const known = harness.registry.device('farm', 'gate-1')
  if (known === undefined) throw new Error('it was registered just now')
  const topics = givenTopics(guides[format], main === '' ? [] : [main])
  harness.registry.devices.put(withTopicsAlong({ ...known, format, topics }))
  const client = await harness.connected(device)
  const sent = [
    device.topic('status'),
    ...more,
    ...(main === '' ? [device.topic('reads')] : [main]),
  ]
  for (const [at, topic] of sent.entries()) {
    client.publish({ topic, payload: 'x', messageId: at + 1 })
    expect((await client.next('puback'))?.cmd).toBe('puback')
  }
  expect(client.isClosed).toBe(false)
  expect((await harness.journalled()).map(({ topic }) => topic)).toEqual(sent)
})
