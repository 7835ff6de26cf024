import { describe, expect, it } from 'vitest'
import { decodeSenml } from '#ingest/decode-senml.ts'
import { decodeTelemetry } from '#ingest/decode-telemetry.ts'
import { decodePlainReadings, decodeSenmlPacks } from '#ingest/formats/plain-readings.ts'

const nowUs = Date.UTC(2026, 2, 4, 8, 0, 0) * 1000
const nowS = nowUs / 1e6
const sensor = 'urn:suyuan:device:farm:probe-1'
const origin = { party: 'farm', sensor, receivedAtUs: nowUs, recordTimeUs: nowUs + 5 }
const senml = (pack: unknown) => decodeSenml(pack, origin, sensor)
const simple = (message: unknown) => decodeTelemetry(message, origin, sensor)
const told = (failures: readonly { code: string; path: string; index: number }[]) =>
  failures.map(({ code, path, index }) => [code, path, index])

describe('a SenML pack', () => {
  it('gives each record its base fields, its unit as Rec. 20 code and its measurement type', () => {
    const { readings, failures } = senml([
      { bn: 'urn:dev:ow:10e2073a01080063:', bt: 1.276020076e9, bu: 'Cel', bver: 10 },
      { n: 'voltage', u: 'V', v: 120.1 },
      { n: 'inside', t: -5, v: 4.2 },
      { n: 'humidity', u: '%RH', t: -4.5, v: 61 },
    ])
    expect(failures).toEqual([])
    const name = 'urn:dev:ow:10e2073a01080063:'
    const point = { device: sensor, party: 'farm' }
    expect(readings).toEqual([
      {
        ...point,
        component: `${name}voltage`,
        type: 'Voltage',
        uom: 'VLT',
        timeUs: 1276020076e6,
        value: 120.1,
      },
      {
        ...point,
        component: `${name}inside`,
        type: 'Temperature',
        uom: 'CEL',
        timeUs: 1276020071e6,
        value: 4.2,
      },
      {
        ...point,
        component: `${name}humidity`,
        type: 'RelativeHumidity',
        uom: 'P1',
        timeUs: 1276020071.5e6,
        value: 61,
      },
    ])
  })

  it('takes small times as relative to the moment it was received', () => {
    const { readings } = senml([
      { n: 'a', u: 'K', v: 1 },
      { n: 'a', u: 'K', t: -60.25, v: 2 },
      { n: 'a', u: 'K', bt: 10, v: 3 },
    ])
    expect(readings.map(({ timeUs }) => timeUs - nowUs)).toEqual([0, -60_250_000, 10_000_000])
  })

  it('adds base value and base sum, and keeps a sum apart from the value', () => {
    const { readings } = senml([
      { bn: 'm', bu: 'W', bv: 100, bs: 1000, v: 5, s: 7 },
      { s: 8 },
      { t: -1 },
    ])
    expect(readings.map(({ component, value }) => [component, value])).toEqual([
      ['m', 105],
      ['m#sum', 1007],
      ['m#sum', 1008],
      ['m', 100],
    ])
  })

  it('stores a boolean as 1 or 0 and names a measurement after the record where the unit does not', () => {
    const { readings } = senml([
      { n: 'dock/door', vb: true },
      { n: 'probe.moisture', u: '%', v: 12 },
    ])
    expect(readings.map(({ type, uom, value }) => [type, uom, value])).toEqual([
      ['door', '', 1],
      ['moisture', 'P1', 12],
    ])
  })

  it('refuses by itself a record that cannot be stored and keeps the others', () => {
    const { readings, failures } = senml([
      { bn: 'p:', n: 'ok', u: 'Cel', v: 1 },
      { n: 'label', vs: 'warm' },
      { n: 'raw', vd: 'aGk' },
      { n: 'two', v: 1, vb: true },
      { n: 'none' },
      { n: 'unit', u: 'furlong', v: 1 },
      { n: 'späce', u: 'Cel', v: 1 },
      { n: 'late', u: 'Cel', v: 1, t: nowS + 25 * 3600 },
      { n: 'early', u: 'Cel', v: 1, t: -2 * nowS },
      { n: 'last', u: 'Cel', v: 2 },
    ])
    expect(readings.map(({ component }) => component)).toEqual(['p:ok', 'p:last'])
    expect(told(failures)).toEqual([
      ['senml_value', '', 1],
      ['senml_value', '', 2],
      ['senml_value', '', 3],
      ['senml_value', '', 4],
      ['unit_unknown', '/u', 5],
      ['senml_name', '/n', 6],
      ['reading_time_in_future', '/t', 7],
      ['time_invalid', '/t', 8],
    ])
  })

  it('is refused whole when its structure, its version or a field that must be understood is wrong', () => {
    const good = { n: 'a', u: 'Cel', v: 1 }
    expect(told(senml([good, { bn: 5 }]).failures)).toEqual([['type_wrong', '/1/bn', -1]])
    expect(told(senml([good, 7]).failures)).toEqual([['type_wrong', '/1', -1]])
    expect(told(senml([{ ...good, v: Number.POSITIVE_INFINITY }]).failures)).toEqual([
      ['type_wrong', '/0/v', -1],
    ])
    expect(told(senml([{ ...good, bver: 11 }]).failures)).toEqual([
      ['senml_version', '/0/bver', -1],
    ])
    expect(told(senml([good, { ...good, bver: 26 }]).failures)).toEqual([
      ['senml_version', '/1/bver', -1],
    ])
    expect(told(senml([good, { ...good, lock_: 1 }]).failures)).toEqual([
      ['senml_not_understood', '/1/lock_', -1],
    ])
    expect(told(senml(Array(20_001).fill(good)).failures)).toEqual([['too_many_parts', '', -1]])
  })

  it('is refused record by record where nothing has set the clock, or its times are no seconds', () => {
    const record = { n: 'a', u: 'Cel', v: 1 }
    const { readings, failures } = senml([
      { ...record, t: 300_000_000 },
      { ...record, t: 1_262_304_000 },
      { ...record, bt: nowUs / 1000 },
      { ...record, bt: 0, t: -600_000_000 },
    ])
    expect(readings.map(({ timeUs }) => timeUs)).toEqual([1_262_304_000e6])
    expect(told(failures)).toEqual([
      ['clock_not_set', '/t', 0],
      ['reading_time_in_future', '/bt', 2],
      ['clock_not_set', '/t', 3],
    ])
    expect(failures[1]?.message).toMatch(/look like milliseconds: 1772611200000\.$/)
    expect(failures[0]?.message).toMatch(/It is 300000000\.$/)
  })

  it('may use secondary units and fields that nobody has to understand', () => {
    const { readings, failures } = senml([
      { bver: 26, n: 'a', u: 'hPa', v: 1013, ut: 60, extra: [] },
    ])
    expect(failures).toEqual([])
    expect(readings.map(({ type, uom }) => [type, uom])).toEqual([['Pressure', 'A97']])
  })
})

describe('the simple form of telemetry', () => {
  it('gives a reading of the time of the reading, else of the message, else of its arrival', () => {
    const { readings, failures } = simple({
      time: '2026-03-04T07:00:00+08:00',
      readings: [
        { type: 'Temperature', value: 4.1, uom: 'CEL' },
        { type: 'Count', value: 3, component: 'x', time: '2026-03-03T00:00:00.000001Z' },
      ],
    })
    expect(failures).toEqual([])
    const base = { device: sensor, party: 'farm' }
    expect(readings).toEqual([
      {
        ...base,
        type: 'Temperature',
        component: '',
        uom: 'CEL',
        timeUs: Date.UTC(2026, 2, 3, 23) * 1000,
        value: 4.1,
      },
      {
        ...base,
        type: 'Count',
        component: 'x',
        uom: '',
        timeUs: Date.UTC(2026, 2, 3) * 1000 + 1,
        value: 3,
      },
    ])
    const undated = simple({ readings: [{ type: 'Temperature', value: 1 }] })
    expect(undated.readings.map(({ timeUs }) => timeUs)).toEqual([nowUs])
  })

  it('takes the times that devices write, and none of a clock that nothing has set', () => {
    const times = ['2026-03-04T16:00:00+0800', 1772611200, '1772611200000', nowUs, null]
    const readings = times.map((time) => ({ type: 'Temperature', value: 1, time }))
    const decoded = simple({ readings })
    expect(decoded.failures).toEqual([])
    expect(decoded.readings.map(({ timeUs }) => timeUs)).toEqual(Array(5).fill(nowUs))
    const unset = ['1970-01-01T00:00:12Z', 12, '2009-12-31T23:59:59Z', true, {}]
    const refused = simple({
      time: 12,
      readings: [
        { type: 'Temperature', value: 1 },
        ...unset.map((time) => ({ ...readings[0], time })),
      ],
    })
    expect(refused.readings).toEqual([])
    expect(told(refused.failures)).toEqual([
      ...[0, 1, 2, 3].map((index) => ['clock_not_set', '/time', index]),
      ['time_invalid', '/time', 4],
      ['time_invalid', '/time', 5],
    ])
  })

  it('refuses a wrong reading by itself, with its place and what is wrong', () => {
    const { readings, failures } = simple({
      readings: [
        { type: 'Temperature', value: '4.1' },
        { type: 'Temperature' },
        { type: 'Temperature', value: 1, unit: 'CEL' },
        { type: 'Temperature', value: 1, uom: 'Cel' },
        { type: 'Temperature', value: 1, time: 'yesterday' },
        { type: 'Temperature', value: 1, time: '2026-03-05T08:00:01Z' },
        { type: 'Temperature', value: 1, time: '2026-03-05T08:00:00Z' },
        null,
      ],
    })
    expect(readings).toHaveLength(1)
    expect(told(failures)).toEqual([
      ['type_wrong', '/value', 0],
      ['field_missing', '/value', 1],
      ['field_unknown', '/unit', 2],
      ['value_malformed', '/uom', 3],
      ['time_invalid', '/time', 4],
      ['reading_time_in_future', '/time', 5],
      ['type_wrong', '', 7],
    ])
  })

  it('is refused whole when it is no telemetry message', () => {
    expect(told(simple({ reading: [] }).failures)).toEqual([['field_missing', '/readings', -1]])
    expect(told(simple({ readings: {} }).failures)).toEqual([['type_wrong', '/readings', -1]])
    expect(told(simple('4.1').failures)).toEqual([['type_wrong', '', -1]])
    expect(told(simple({ readings: Array(20_001).fill({}) }).failures)).toEqual([
      ['too_many_parts', '/readings', -1],
    ])
  })
})

describe('a message of several', () => {
  const text = (...all: readonly unknown[]) => all.map((one) => JSON.stringify(one))
  const plain = (message: string) => decodePlainReadings(Buffer.from(message), origin, sensor)
  const packs = (message: string) => decodeSenmlPacks(Buffer.from(message), origin, sensor)
  const values = ({ readings }: ReturnType<typeof plain>) =>
    readings.map(({ component, value, timeUs }) => [component, value, (timeUs - nowUs) / 1e6])
  const record = (n: string, v: number) => ({ n, u: 'Cel', v })

  it('has packs or the simple form, one a line or one right behind the other', () => {
    const reading = { type: 'Temperature', value: 3, component: 'c' }
    const all = text([record('a', 1), record('b', 2)], { readings: [reading] }, [record('d', 4)])
    const expected = [
      ['a', 1, 0],
      ['b', 2, 0],
      ['c', 3, 0],
      ['d', 4, 0],
    ]
    for (const message of [all.join('\n'), `${all.join('\r\n')}\r\n`, all.join('')]) {
      const decoded = plain(message)
      expect([decoded.failures, values(decoded)]).toEqual([[], expected])
    }
    expect(values(packs(text([record('a', 1)], [record('b', 2)]).join('\n')))).toEqual(
      expected.slice(0, 2),
    )
  })

  it('has records alone, of which one carries over to the next as in a pack', () => {
    const lines = text({ bn: 'p/', bt: nowS - 60, ...record('a', 1) }, record('b', 2)).join('\n')
    for (const decoded of [packs(lines), plain(lines)]) {
      expect(values(decoded)).toEqual([
        ['p/a', 1, -60],
        ['p/b', 2, -60],
      ])
    }
    expect(values(packs(JSON.stringify(record('a', 1))))).toEqual([['a', 1, 0]])
  })

  it('keeps what is whole where one is refused or the last one is cut off', () => {
    const all = text([record('a', 1), { n: 'b', vs: 'x' }], [record('c', 'x' as never)], [])
    const decoded = plain(`${all.join('\n')}\n[{"n":"d","v":`)
    expect(values(decoded)).toEqual([['a', 1, 0]])
    expect(told(decoded.failures)).toEqual([
      ['senml_value', '', 0],
      ['type_wrong', '/0/v', 1],
      ['json_malformed', '', 2],
    ])
    expect(told(plain('[1] x [2]').failures)).toEqual([['json_malformed', '', -1]])
    const many = JSON.stringify(Array(15_000).fill(record('a', 1)))
    expect(told(plain(many + many).failures)).toEqual([['too_many_parts', '', -1]])
  })
})
