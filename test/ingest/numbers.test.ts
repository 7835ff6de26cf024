import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { begin } from '#ingest/settle.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import { payload } from './sparkplug-payloads.ts'
import { openStores, type Stores } from './stores.ts'

let stores: Stores
beforeEach(() => {
  stores = openStores()
})
afterEach(() => stores.close())

function numbersOf(device: string) {
  const found = stores.intake.liveliness({ limit: 100 }).find((one) => one.device === device)
  const { numbered, missing, lastGap } = found ?? {}
  const { source, from, to } = lastGap ?? {}
  return [numbered, missing, ...(lastGap === undefined ? [] : [[source, from, to]])]
}

describe('an edge node that numbers its messages', () => {
  beforeEach(() => {
    stores.device('line', {
      format: 'sparkplug-b',
      topics: [
        { topic: 'spBv1.0/plant/+/edge', channel: 'telemetry' },
        { topic: 'spBv1.0/plant/+/edge/oven', channel: 'telemetry' },
      ],
    })
  })

  const message = (type: string, seq?: number, bdSeq?: bigint) => {
    const metrics = bdSeq === undefined ? [] : [{ name: 'bdSeq', datatype: 4, long: bdSeq }]
    const topic = `spBv1.0/plant/${type}/edge${type.startsWith('D') ? '/oven' : ''}`
    return stores.message(payload(metrics, seq), { device: 'line', topic })
  }

  it('is told of what never came, its devices numbering with it', async () => {
    await stores.settle(message('NBIRTH', 0, 1n), message('DBIRTH', 1), message('NDATA', 2))
    expect(numbersOf('line')).toEqual([3, 0])
    await stores.settle(message('DDATA', 6), message('NDATA', 7))
    expect(numbersOf('line')).toEqual([5, 3, ['plant/edge', 3, 5]])
  })

  it('has lost nothing where it dies and is born again, or speaks before its birth', async () => {
    const life = (bdSeq: bigint) => [message('NBIRTH', 0, bdSeq), message('NDATA', 1)]
    await stores.settle(...life(1n), message('NDEATH', undefined, 1n), message('NDATA', 30))
    await stores.settle(...life(2n), message('NDEATH', undefined, 1n), message('NDATA', 2))
    expect(numbersOf('line')).toEqual([6, 0])
  })
})

describe('a sensor that numbers its frames', () => {
  const eui = '24e124136b502217'

  const uplink = (fCnt: number | undefined, more: object = {}, of = eui) =>
    stores.message(
      {
        deviceInfo: { devEui: of },
        devAddr: '00189440',
        object: { temperature: 4 },
        fCnt,
        ...more,
      },
      { device: 'lora', topic: `application/7f/device/${of}/event/up` },
    )

  beforeEach(() => {
    const topic = 'application/7f/device/+/event/up'
    stores.device('lora', { format: 'chirpstack-v4', topics: [{ topic, channel: 'telemetry' }] })
  })

  it('is told by its DevEUI; a counter of 0 is not written', async () => {
    await stores.settle(uplink(undefined), uplink(1), uplink(4), uplink(9, {}, 'a84041ffff000001'))
    expect(numbersOf('lora')).toEqual([4, 2, [eui, 2, 3]])
  })

  it('has lost nothing where it joined again', async () => {
    await stores.settle(uplink(40), uplink(90, { devAddr: '0018aaaa' }))
    expect(numbersOf('lora')).toEqual([2, 0])
  })

  it('did come where its message was refused, but not where somebody else has sent it', async () => {
    await stores.settle(uplink(1), uplink(2, { object: undefined, data: '!' }), uplink(3))
    await stores.settle(uplink(4, { deviceInfo: { devEui: 'a84041ffff000001' } }), uplink(5))
    expect(numbersOf('lora')).toEqual([4, 1, [eui, 4, 4]])
  })

  it('has no numbers where its message bears none', async () => {
    for (const fCnt of [undefined, -1, 1.5, '', 'x', null, 2 ** 32]) {
      await stores.settle(uplink(undefined, { devAddr: undefined, fCnt }))
    }
    expect(numbersOf('lora')).toEqual([0, 0])
  })

  describe('and a crash between the store and the intake', () => {
    const crash = async (records: readonly JournalRecord[]) => {
      const { writer, intake, registry, memory } = stores
      const { applied } = await begin(records, { writer, intake, registry, memory })
      await applied
      memory.forget()
    }

    it('lose no gap and count none twice', async () => {
      const records = [uplink(1), uplink(4), uplink(3)]
      await crash(records)
      expect(await stores.cursors()).toEqual([300, 0])
      expect(numbersOf('lora')).toEqual([undefined, undefined])
      await stores.settle(...records)
      expect(numbersOf('lora')).toEqual([3, 1, [eui, 2, 2]])
      await stores.settle(...records)
      await stores.settle(uplink(7))
      expect(numbersOf('lora')).toEqual([4, 3, [eui, 5, 6]])
    })
  })
})

describe('other senders that number', () => {
  it('are sensors of The Things Stack, by session, and of a gateway of Milesight', async () => {
    const topic = 'v3/chain@ttn/devices/fridge-1/up'
    stores.device('ttn', { format: 'tts-v3', topics: [{ topic, channel: 'telemetry' }] })
    const up = (f_cnt: number, session_key_id: string) =>
      stores.message(
        { uplink_message: { f_cnt, session_key_id, decoded_payload: { temperature: 1 } } },
        { device: 'ttn', topic },
      )
    await stores.settle(up(1, 'AX'), up(3, 'AX'), up(0, 'BX'), up(50, 'BX'))
    expect(numbersOf('ttn')).toEqual([4, 50, ['fridge-1', 1, 49]])

    stores.device('ug', { format: 'milesight-gateway' })
    const frame = (fCnt: number) => ({ devEUI: '24E1', fCnt, temperature: 4 })
    const its = { device: 'ug', topic: 'suyuan/v1/farm/barn/ug/telemetry' }
    await stores.settle(stores.message([frame(7), frame(8), frame(10)], its))
    expect(numbersOf('ug')).toEqual([3, 1, ['24e1', 9, 9]])
  })

  it('are readers of Zebra, read by read, also where a read does not hold', async () => {
    const binding = { readPoint: 'https://id.gs1.org/414/9521321000018', bizStep: 'receiving' }
    stores.device('fx', { format: 'zebra-fx', binding })
    stores.device('rfd', { format: 'zebra-rfd', binding })
    const tag = (eventNum: number, idHex = '30340789000C0E42DFDC1C35') => ({ eventNum, idHex })
    const event = (data: unknown) => ({ type: 'CUSTOM', timestamp: '2026-03-04T07:59:00Z', data })
    const of = (device: string) => ({ device, topic: `suyuan/v1/farm/barn/${device}/reads` })
    const all = [event([tag(1), tag(2, 'no tag')]), event(tag(3)), event(tag(6))]
    await stores.settle(stores.message(all, of('fx')))
    expect(numbersOf('fx')).toEqual([4, 2, ['', 4, 5]])

    const tagData = [1, 2].map((eventNum) => ({ eventNum, EPCid: '30340789000C0E42DFDC1C35' }))
    const barcodeData = [{ eventNum: 4, decodedBarcode: '6901234567892' }]
    await stores.settle(stores.message(event({ tagData, barcodeData }), of('rfd')))
    expect(numbersOf('rfd')).toEqual([3, 1, ['', 3, 3]])
  })
})
