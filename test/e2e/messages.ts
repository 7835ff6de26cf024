/** Events that nobody has sent before. */
let count = 0

export interface TestEvent extends Record<string, unknown> {
  readonly eventID: string
  readonly epcList: readonly string[]
}

export function newEvent(more: object = {}): TestEvent {
  count += 1
  return {
    type: 'ObjectEvent',
    eventID: `urn:suyuan:test:${process.pid}-${count}`,
    action: 'OBSERVE',
    eventTime: '2026-03-04T00:00:00Z',
    eventTimeZoneOffset: '+00:00',
    epcList: [`urn:epc:id:sgtin:6901234.000001.${process.pid}${count}`],
    ...more,
  }
}

export function document(...eventList: readonly unknown[]): Record<string, unknown> {
  return {
    '@context': 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-03-04T00:00:00Z',
    epcisBody: { eventList },
  }
}
