/** What the OpenAPI document says of EPCIS documents and events, and how their failures answer. */
import { z } from 'zod'
import { Problem } from './problem.ts'

const eventSchema = z.looseObject({ type: z.string(), eventTime: z.iso.datetime() }).meta({
  id: 'EPCISEvent',
  description: 'One event, as EPCIS-JSON-Schema 2.0 of GS1 has it',
  example: {
    type: 'ObjectEvent',
    eventTime: '2026-03-04T08:15:42.000+08:00',
    eventTimeZoneOffset: '+08:00',
    epcList: ['https://id.gs1.org/01/09521321000018/21/1001'],
    action: 'OBSERVE',
    bizStep: 'shipping',
    disposition: 'in_transit',
    readPoint: { id: 'https://id.gs1.org/414/9521321000018' },
  },
})

export const singleEventSchema = eventSchema

export const documentSchema = z
  .looseObject({
    '@context': z.unknown(),
    type: z.literal('EPCISDocument'),
    schemaVersion: z.string(),
    creationDate: z.iso.datetime(),
    epcisBody: z.object({ eventList: z.array(eventSchema) }),
  })
  .meta({ id: 'EPCISDocument' })

export const queryDocumentSchema = z
  .looseObject({
    '@context': z.unknown(),
    type: z.literal('EPCISQueryDocument'),
    schemaVersion: z.string(),
    creationDate: z.iso.datetime(),
    epcisBody: z.object({
      queryResults: z.object({
        queryName: z.string(),
        resultsBody: z.object({ eventList: z.array(eventSchema) }),
      }),
    }),
  })
  .meta({ id: 'EPCISQueryDocument' })

/** The problem of one refused event or document. */
export function problemOf(failure: { code: string; path: string; message: string }): Problem {
  const { code, path, message } = failure
  const kind = code === 'event_id_conflict' ? 'conflict' : 'invalid_input'
  return new Problem(kind, { code, path, detail: message })
}
