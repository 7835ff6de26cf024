import { describe, expect, it } from 'vitest'
import { decodeEpcis } from '#ingest/decode-epcis.ts'

const receivedAtUs = Date.UTC(2026, 2, 4, 8) * 1000
const origin = { party: 'farm', sensor: undefined, receivedAtUs, recordTimeUs: receivedAtUs + 7 }
const decode = (text: string) => decodeEpcis(text, JSON.parse(text), origin)
const told = (text: string) =>
  decode(text).failures.map(({ code, path, index }) => [code, path, index])

const own = 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'
const event = {
  type: 'ObjectEvent',
  eventID: 'urn:uuid:2f3c6a0e-1b7e-4f0e-9a68-0d3f8c2a5b11',
  action: 'OBSERVE',
  eventTime: '2026-03-04T08:15:42.113+08:00',
  eventTimeZoneOffset: '+08:00',
  epcList: ['urn:epc:id:sgtin:6901234.000001.1'],
}
const document = (context: unknown, ...events: readonly string[]) =>
  `{"@context":${JSON.stringify(context)},"type":"EPCISDocument","schemaVersion":"2.0",
    "creationDate":"2026-03-04T08:00:00Z","epcisBody":{"eventList":[${events.join(' , ')}]}}`

describe('an EPCIS message', () => {
  it('gives an event what a store needs: canonical keys, bare words, times in microseconds', () => {
    const full = {
      ...event,
      bizStep: 'https://ref.gs1.org/cbv/BizStep-shipping',
      disposition: 'in_transit',
      readPoint: { id: 'urn:epc:id:sgln:6901234.00001.0' },
      bizLocation: { id: 'https://example.org/place' },
      errorDeclaration: { declarationTime: '2026-03-04T01:00:00Z', reason: 'did_not_occur' },
    }
    const text = JSON.stringify(full)
    expect(decode(text).events).toEqual([
      {
        index: 0,
        readings: [],
        event: {
          eventID: event.eventID,
          party: 'farm',
          recordTimeUs: receivedAtUs + 7,
          eventTimeUs: Date.UTC(2026, 2, 4, 0, 15, 42, 113) * 1000,
          type: 'ObjectEvent',
          action: 'OBSERVE',
          bizStep: 'shipping',
          disposition: 'in_transit',
          readPoint: 'https://id.gs1.org/414/6901234000016',
          bizLocation: 'https://example.org/place',
          declaredAtUs: Date.UTC(2026, 2, 4, 1) * 1000,
          members: [expect.objectContaining({ role: 'object', kind: 'instance' })],
          body: text,
          context: undefined,
          warnings: [],
        },
      },
    ])
  })

  it('keeps each event as the text it was written in, numbers and spaces included', () => {
    const texts = [
      '{ "type":"ObjectEvent", "eventID":"urn:a:1","action":"OBSERVE","epcList":[],' +
        '"eventTime":"2026-03-04T00:00:00Z","eventTimeZoneOffset":"+00:00","ex:n":26.0 }',
      JSON.stringify({ ...event, 'ex:n': '}]\\"' }),
      '{"type":"ObjectEvent","eventID":"urn:a:2","action":"OBSERVE","epcList":[],"eventTime":' +
        '"2026-03-04T00:00:00Z","eventTimeZoneOffset":"+00:00","ex:n":12345678901234567890123}',
    ]
    const bodies = (text: string) => decode(text).events.map(({ event: { body } }) => body)
    expect(bodies(document(own, ...texts))).toEqual(texts)
    expect(bodies(` [${texts.join(',\n')}]\n`)).toEqual(texts)
    expect(bodies(`\t${texts[0]}\n`)).toEqual(texts.slice(0, 1))
    const results = `{"@context":"${own}","type":"EPCISQueryDocument","epcisBody":{"queryResults":
      {"queryName":"q","resultsBody":{"eventList":[${texts.join()}]}}}}`
    expect(bodies(results)).toEqual(texts)
  })

  it('gives an event without an eventID its hash for one, the same however it is written', () => {
    const { eventID: _none, ...anonymous } = event
    const [first] = decode(JSON.stringify(anonymous)).events
    const [second] = decode(document(own, JSON.stringify(anonymous, null, 2))).events
    expect(first?.event.eventID).toMatch(/^ni:\/\/\/sha-256;[0-9a-f]{64}\?ver=CBV2\.0$/)
    expect(second?.event.eventID).toBe(first?.event.eventID)
    expect(JSON.parse(first?.event.body ?? '')).toEqual({
      eventID: first?.event.eventID,
      ...anonymous,
    })
  })

  it('leaves the recordTime of the sender out and nothing else', () => {
    const [decoded] = decode(
      JSON.stringify({ ...event, recordTime: '2020-01-01T00:00:00Z' }),
    ).events
    expect(JSON.parse(decoded?.event.body ?? '')).toEqual(event)
  })

  it('keeps the context of a document where the event needs it', () => {
    const contextOf = (context: unknown) =>
      decode(document(context, JSON.stringify(event))).events[0]?.event.context
    expect(contextOf(own)).toBeUndefined()
    expect(contextOf([own])).toBeUndefined()
    const extended = [own, { ex: 'https://example.org/' }]
    expect(contextOf(extended)).toBe(JSON.stringify(extended))
  })

  it('refuses a wrong event by itself, with its place', () => {
    const { eventTime: _none, ...timeless } = event
    const wrong = [
      JSON.stringify(timeless),
      JSON.stringify({ ...event, action: 'DESTROY' }),
      '17',
      JSON.stringify({ ...event, color: 'red' }),
    ]
    const text = document(own, JSON.stringify(event), ...wrong)
    expect(decode(text).events.map(({ index }) => index)).toEqual([0])
    expect(told(text)).toEqual([
      ['field_missing', '/eventTime', 1],
      ['word_unknown', '/action', 2],
      ['type_wrong', '', 3],
      ['field_unknown', '/color', 4],
    ])
  })

  it('tells no more than 500 characters of a name that its sender made up', () => {
    const [failure] = decode(JSON.stringify({ ...event, ['x'.repeat(5000)]: 1 })).failures
    expect([failure?.code, failure?.path.length]).toEqual(['field_unknown', 500])
  })

  it('refuses an event of more than 24 hours after it was received', () => {
    const at = (eventTime: string) => told(JSON.stringify({ ...event, eventTime }))
    expect(at('2026-03-05T08:00:00.000Z')).toEqual([])
    expect(at('2026-03-05T08:00:00.000001Z')).toEqual([['event_time_in_future', '/eventTime', 0]])
  })

  it('is refused whole when it is no message of events or holds too many', () => {
    expect(told('"a"')).toEqual([['type_wrong', '', -1]])
    expect(told('{"type":"EPCISDocument"}')).toHaveLength(1)
    expect(told('{"type":"EPCISDocument"}')[0]?.[2]).toBe(-1)
    expect(told(`[${'0,'.repeat(20_000)}0]`)).toEqual([['too_many_parts', '', -1]])
    expect(told('[]')).toEqual([])
  })
})

describe('the sensors of an event', () => {
  const sensed = (more: object, sensorMetadata: object, report: object) =>
    decode(
      JSON.stringify({
        ...event,
        sensorElementList: [
          {
            sensorMetadata,
            sensorReport: [{ type: 'Temperature', value: 4, uom: 'CEL', ...report }],
          },
        ],
        ...more,
      }),
    ).events.flatMap(({ readings }) => readings)
  const deviceID = 'urn:epc:id:giai:4000001.111'

  it('become readings of the sensor that the event names', () => {
    expect(sensed({}, { deviceID, time: '2026-03-04T00:00:00Z' }, {})).toEqual([
      {
        device: 'https://id.gs1.org/8004/4000001111',
        type: 'Temperature',
        component: '',
        uom: 'CEL',
        timeUs: Date.UTC(2026, 2, 4) * 1000,
        value: 4,
        party: 'farm',
      },
    ])
  })

  it('give nothing for an error declaration, an unnamed sensor or a time in the future', () => {
    const declared = { errorDeclaration: { declarationTime: '2026-03-04T01:00:00Z' } }
    expect(sensed(declared, { deviceID }, {})).toEqual([])
    expect(sensed({}, {}, {})).toEqual([])
    expect(sensed({}, { deviceID, time: '2026-03-06T00:00:00Z' }, {})).toEqual([])
  })
})
