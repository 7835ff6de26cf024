import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { milesightValues } from '#ingest/formats/milesight-tlv.ts'
import { type Codec, codecSchema, formatSchema } from '#store/registry/schema.ts'
import { bytes, codes, receivedAtUs } from './origin.ts'
import { decode, eui, listed, own, told } from './sensor.ts'

const tlv = Buffer.from('01755C03673401046865', 'hex').toString('base64')

const tlvOf = (hex: string, codec: Codec = 'milesight-tlv') =>
  milesightValues(Buffer.from(hex, 'hex'), codec)

describe('the bytes of a Milesight sensor', () => {
  it('are battery, temperature and humidity, and what it measured before', () => {
    const text = '01755c0367340104686520ceee9ba7692c010a03670aff'
    const { values, failure } = tlvOf(text)
    expect(failure).toBeUndefined()
    expect(values).toEqual([
      { component: '', name: 'batteryPercent', value: 92 },
      { component: '', name: 'temperature', value: 30.8 },
      { component: '', name: 'humidity', value: 50.5 },
      { component: '', name: 'temperature', value: 30, time: 0x69a79bee },
      { component: '', name: 'humidity', value: 5, time: 0x69a79bee },
      { component: '', name: 'temperature', value: -24.6 },
    ])
  })

  it('stand up to where they end too soon or are not known', () => {
    for (const rest of ['0367', '036734', '7777', '01']) {
      const { values, failure } = tlvOf(`01755c${rest}`)
      expect([values.length, failure?.code]).toEqual([1, 'sensor_bytes_malformed'])
    }
  })

  it('are a temperature also where that raises an alarm', () => {
    const at24 = { component: '', name: 'temperature', value: 24 }
    expect(tlvOf('8367f00001').values).toEqual([at24])
    expect(tlvOf('8367f00001', 'milesight-ts101').values).toEqual([at24])
    expect(tlvOf('93d7f000f40102', 'milesight-ts101').values).toEqual([at24])
    expect(tlvOf('94d7f000f40102', 'milesight-ts30x').values).toEqual([
      { ...at24, component: 'chn2' },
    ])
  })

  it('are the past as the model has written it, and no other', () => {
    const time = 0x69a79bee
    const probe = { component: '', name: 'temperature', value: -18.5, time }
    expect(tlvOf('20ceee9ba76947ff', 'milesight-ts101')).toMatchObject({ values: [probe] })
    const two = tlvOf('20ceee9ba7694647ff010003673500', 'milesight-ts30x')
    expect(two.values).toEqual([
      { ...probe, component: 'chn1' },
      { component: 'chn2', name: 'door', value: true, time },
      { component: 'chn1', name: 'temperature', value: 5.3 },
    ])
    expect(tlvOf('20ceee9ba7690047ff0100', 'milesight-ts30x')).toMatchObject({ values: [] })
    // Nine bytes of a model with two probes, read by the codec of another.
    const wrong = tlvOf('20ceee9ba7694447ffe700')
    expect([wrong.values, wrong.failure?.code]).toEqual([[], 'sensor_bytes_malformed'])
    const unknown = tlvOf('20ceee9ba7697047ffe700', 'milesight-ts30x')
    expect([unknown.values, unknown.failure?.code]).toEqual([[], 'sensor_bytes_malformed'])
  })

  it('never throw, and never give what is no number or has no name', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(...codecSchema.options),
        (some, codec) => {
          for (const { name, value } of milesightValues(some, codec).values) {
            expect(name).not.toBe('')
            expect(Number.isFinite(Number(value))).toBe(true)
          }
        },
      ),
    )
  })
})

describe('ChirpStack', () => {
  const topic = `application/7f/device/${eui}/event/up`
  const topics = [{ topic, channel: 'telemetry' as const }]
  const up = {
    deduplicationId: '3ac7e3c4-4401-4b8d-9386-a5c902f9202d',
    time: '2026-03-04T08:15:42.123456789+00:00',
    deviceInfo: { applicationId: '7f', deviceName: 'fridge', devEui: eui, tags: {} },
    devAddr: '00189440',
    fPort: 85,
    data: tlv,
    rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -36, snr: 10.5 }],
  }

  it('brings what its codec has decoded', () => {
    const object = {
      temperature: 4.5,
      humidity: 60,
      magnet_chn1: 'open',
      firmware: 'v1',
      deep: { rssi: 3 },
    }
    expect(told(decode('chirpstack-v4', { ...up, object }, topic, { topics }))).toEqual([
      [own, 'Temperature', '', 'CEL', 4.5, 42.123456],
      [own, 'RelativeHumidity', '', 'P1', 60, 42.123456],
      [own, 'door', 'chn1', '', 1, 42.123456],
      [own, 'rssi', 'deep', '', 3, 42.123456],
    ])
  })

  it('brings bytes for the codec of the registry, and history with its own times', () => {
    const codec = { topics, codec: 'milesight-tlv' as const }
    expect(told(decode('chirpstack-v4', up, topic, codec)).map((row) => row[4])).toEqual([
      92, 30.8, 50.5,
    ])
    expect(codes(decode('chirpstack-v4', up, topic, { topics }))).toEqual([['codec_missing', -1]])
    const object = { history: [{ timestamp: 1772612140, temperature: 3 }], temperature: 4 }
    expect(told(decode('chirpstack-v4', { ...up, object }, topic, codec))).toEqual([
      [own, 'Temperature', '', 'CEL', 3, 40],
      [own, 'Temperature', '', 'CEL', 4, 42.123456],
    ])
  })

  it('is believed about the sensor of its topic alone', () => {
    const object = { temperature: 4.5 }
    const other = { ...up, object, deviceInfo: { devEui: 'ffffffffffffffff' } }
    expect(codes(decode('chirpstack-v4', other, topic, { topics }))).toEqual([
      ['sender_contradicts', -1],
    ])
    const wild = [{ topic: 'application/7f/device/+/event/up', channel: 'telemetry' as const }]
    const many = { topics: wild, sensors: [{ id: eui.toUpperCase(), epc: listed }] }
    expect(told(decode('chirpstack-v4', { ...up, object }, topic, many))[0]?.slice(0, 3)).toEqual([
      listed,
      'Temperature',
      '',
    ])
    const unlisted = `application/7f/device/aaaaaaaaaaaaaaaa/event/up`
    const stranger = { ...up, object, deviceInfo: {} }
    expect(told(decode('chirpstack-v4', stranger, unlisted, many))[0]?.slice(0, 3)).toEqual([
      own,
      'Temperature',
      'aaaaaaaaaaaaaaaa',
    ])
  })

  it('of version 3, which has other fields under the same topic, is refused', () => {
    const three = { applicationID: '7f', devEUI: eui, object: { temperature: 4.5 } }
    expect(codes(decode('chirpstack-v4', three, topic, { topics }))).toEqual([
      ['format_malformed', -1],
    ])
  })

  it('tells the battery in its status, and nothing by joins and acknowledgements', () => {
    const of = (event: string) => `application/7f/device/${eui}/event/${event}`
    const status = { time: up.time, deviceInfo: up.deviceInfo, margin: 10, batteryLevel: 75.5 }
    expect(told(decode('chirpstack-v4', status, of('status'), { topics }))).toEqual([
      [own, 'battery', '', 'P1', 75.5, 42.123456],
    ])
    const none = { events: [], readings: [], failures: [] }
    expect(decode('chirpstack-v4', { devAddr: '0' }, of('join'), { topics })).toEqual(none)
  })
})

describe('The Things Stack', () => {
  const topic = 'v3/chain@ttn/devices/fridge-1/up'
  const up = {
    end_device_ids: { device_id: 'fridge-1', dev_eui: eui.toUpperCase() },
    received_at: '2026-03-04T08:15:42.2Z',
    uplink_message: {
      f_port: 85,
      f_cnt: 3,
      frm_payload: tlv,
      decoded_payload: { temperature: -18.5 },
      received_at: '2026-03-04T08:15:42.1Z',
    },
  }

  it('brings decoded payloads or bytes', () => {
    expect(told(decode('tts-v3', up, topic))).toEqual([
      [own, 'Temperature', '', 'CEL', -18.5, 42.1],
    ])
    const { decoded_payload: _none, ...raw } = up.uplink_message
    const codec = { codec: 'milesight-tlv' as const }
    expect(decode('tts-v3', { ...up, uplink_message: raw }, topic, codec).readings).toHaveLength(3)
  })

  it('is refused where somebody typed it in, or where it names another sensor', () => {
    expect(codes(decode('tts-v3', { ...up, simulated: true }, topic))).toEqual([
      ['reading_simulated', -1],
    ])
    expect(codes(decode('tts-v3', up, 'v3/chain@ttn/devices/fridge-2/up'))).toEqual([
      ['sender_contradicts', -1],
    ])
    expect(decode('tts-v3', up, 'v3/chain@ttn/devices/fridge-1/join').readings).toEqual([])
  })
})

describe('a Milesight gateway', () => {
  const up = {
    applicationID: 1,
    devEUI: eui,
    deviceName: 'fridge',
    fCnt: 3,
    fPort: 85,
    data: tlv,
    rxInfo: [{ mac: '24e124fffef0', rssi: -40, time: '2026-03-04T08:15:40Z' }],
    time: '2026-03-04T08:15:42Z',
  }
  const codec = 'milesight-tlv' as const

  it('has sensors of its own that are components, and sensors of the registry', () => {
    expect(told(decode('milesight-gateway', up, 'any', { codec }))[1]).toEqual([
      own,
      'Temperature',
      eui,
      'CEL',
      30.8,
      42,
    ])
    const sensors = [{ id: eui, epc: listed }]
    expect(told(decode('milesight-gateway', up, 'any', { codec, sensors }))[1]).toEqual([
      listed,
      'Temperature',
      '',
      'CEL',
      30.8,
      42,
    ])
  })

  it('is refused where it does not name the sensor', () => {
    const { devEUI: _none, ...nameless } = up
    expect(codes(decode('milesight-gateway', nameless, 'any', { codec }))).toEqual([
      ['field_missing', -1],
    ])
  })

  it('sends decoded values in an object or beside its own fields', () => {
    const sensors = [{ id: eui, epc: listed }]
    for (const decoded of [{ object: { temperature: 7 } }, { temperature: 7 }]) {
      expect(told(decode('milesight-gateway', { ...up, ...decoded }, 'any', { sensors }))).toEqual([
        [listed, 'Temperature', '', 'CEL', 7, 42],
      ])
    }
  })
})

describe('a Shelly', () => {
  const params = {
    ts: 1772612142.25,
    'temperature:0': { id: 0, tC: 4.5, tF: 40.1 },
    'humidity:0': { id: 0, rh: 61.2 },
    'devicepower:0': { id: 0, battery: { V: 5.61, percent: 88 }, external: { present: false } },
    sys: { mac: 'C049EF8B3A44', time: '08:15', unixtime: 1772612142, uptime: 1 },
    wifi: { rssi: -57 },
  }
  const frame = (more: object = {}) => ({
    src: 'shellyhtg3-84fce63ad204',
    dst: 'shellyhtg3-84fce63ad204/events',
    method: 'NotifyFullStatus',
    params: { ...params, ...more },
  })
  const topic = 'shellyhtg3-84fce63ad204/events/rpc'

  it('tells temperature, humidity and battery', () => {
    expect(told(decode('shelly', frame(), topic))).toEqual([
      [own, 'Temperature', 'temperature:0', 'CEL', 4.5, 42.25],
      [own, 'RelativeHumidity', 'humidity:0', 'P1', 61.2, 42.25],
      [own, 'battery', 'devicepower:0', 'P1', 88, 42.25],
      [own, 'Voltage', 'devicepower:0', 'VLT', 5.61, 42.25],
    ])
  })

  it('that woke up without a clock is believed about no time', () => {
    const asleep = { sys: { time: null, unixtime: null }, ts: 1772612142.25 }
    for (const more of [asleep, { ts: 3.2 }, { ts: null }]) {
      const { readings } = decode('shelly', frame(more), topic)
      expect(readings.map(({ timeUs }) => timeUs)).toEqual(Array(4).fill(receivedAtUs))
    }
  })

  it('tells one component by its topic, and says when it is online', () => {
    const status = 'shellyhtg3-84fce63ad204/status/temperature:100'
    expect(told(decode('shelly', { id: 100, tC: -20 }, status))[0]?.slice(0, 5)).toEqual([
      own,
      'Temperature',
      'temperature:100',
      'CEL',
      -20,
    ])
    expect(decode('shelly', 'true', 'shellyhtg3-84fce63ad204/online')).toMatchObject({
      failures: [],
    })
    expect(codes(decode('shelly', { any: 1 }, topic))).toEqual([['format_malformed', -1]])
  })
})

it('plain SenML is a format as well', () => {
  const pack = [{ bn: 'fridge/', n: 'inside', u: 'Cel', v: 4.5, t: 1772612142 }]
  expect(told(decode('senml', pack))).toEqual([
    [own, 'Temperature', 'fridge/inside', 'CEL', 4.5, 42],
  ])
})

const words = fc.constantFrom(
  ...['object', 'data', 'deviceInfo', 'devEui', 'devEUI', 'uplink_message', 'decoded_payload'],
  ...[
    'frm_payload',
    'end_device_ids',
    'device_id',
    'params',
    'method',
    'temperature:0',
    'tC',
    'ts',
  ],
  ...['history', 'timestamp', 'time', 'temperature', 'sys', 'battery', 'received_at', '__proto__'],
)
const leaf = fc.oneof(
  fc.string(),
  fc.constantFrom(tlv, 'NotifyStatus', eui, '2026-03-04T08:15:42Z', null, '', 1e300, -0),
  fc.double(),
  fc.integer(),
)
const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof({ maxDepth: 5 }, leaf, fc.array(tie('tree'), { maxLength: 3 }), tie('object')),
  object: fc.dictionary(words, tie('tree'), { maxKeys: 6 }),
}))
const topics = fc.constantFrom(
  `application/7f/device/${eui}/event/up`,
  'v3/chain@ttn/devices/fridge-1/up',
  'shelly/events/rpc',
  'shelly/status/temperature:0',
  'spBv1.0/G/NDATA/N',
  'spBv1.0/G/DBIRTH/N/D',
  '',
)

describe.each(formatSchema.options)('whatever comes in the format %s', (format) => {
  it('never throws and never speaks for a sensor that is neither its own nor listed', () => {
    const payload = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .string({ unit: fc.constantFrom('"', ',', ';', '\n', 'epc', 'temperature', '1', 'time') })
        .map(bytes),
      tree.map((value) => bytes(JSON.stringify(value))),
    )
    const sensors = [{ id: eui, epc: listed }]
    const more = { sensors, codec: 'milesight-tlv' as const, binding: {} }
    fc.assert(
      fc.property(payload, topics, (body, topic) => {
        const { readings, failures } = decode(format, body, topic, more)
        for (const { device: key, timeUs, value, party } of readings) {
          expect([own, listed]).toContain(key)
          expect(party).toBe('farm')
          expect(Number.isSafeInteger(timeUs) && Number.isFinite(value)).toBe(true)
        }
        for (const { index } of failures) expect(index).toBeGreaterThanOrEqual(-1)
      }),
      { numRuns: 300 },
    )
  })

  // What takes its square of the length would take hours, and the time of a test is bounded.
  it('comes to its end over a megabyte of anything', () => {
    for (const unit of ['{', '[', '"', '{}', '1,', '\n', ';"', '{"object":', '\x08']) {
      const decoded = decode(format, unit.repeat(1_000_000 / unit.length), 'v3/a/devices/b/up')
      expect(decoded.events).toEqual([])
    }
  }, 120_000)
})
