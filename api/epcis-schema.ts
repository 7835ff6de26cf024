/**
 * What the OpenAPI document says of EPCIS events and documents: events by the very schema that they
 * are checked with. And how a refused one is answered.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { eventSchema } from '#epcis/event.ts'
import { Problem } from './problem.ts'
import type { Env } from './route.ts'

type OpenApiRegistry = OpenAPIHono<Env>['openAPIRegistry']

export const eventReference = referenceTo('EPCISEvent')
export const documentReference = referenceTo('EPCISDocument')
export const queryDocumentReference = referenceTo('EPCISQueryDocument')

function referenceTo(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` }
}

const example = {
  type: 'ObjectEvent',
  eventTime: '2026-03-04T08:15:42.000+08:00',
  eventTimeZoneOffset: '+08:00',
  epcList: ['https://id.gs1.org/01/09521321000018/21/1001'],
  action: 'OBSERVE',
  bizStep: 'shipping',
  disposition: 'in_transit',
  readPoint: { id: 'https://id.gs1.org/414/9521321000018' },
}

/** Registers the schemas that the references of this file name. */
export function registerEpcisSchemas(registry: OpenApiRegistry): void {
  const event: object = z.toJSONSchema(eventSchema, { unrepresentable: 'any' })
  registry.registerComponent('schemas', 'EPCISEvent', {
    ...event,
    description: 'One event of EPCIS 2.0. Extensions are named prefix:name.',
    example,
  })
  const eventList = { type: 'array', items: eventReference }
  const queryResults = objectOf({
    queryName: { type: 'string' },
    resultsBody: objectOf({ eventList }),
  })
  registry.registerComponent('schemas', 'EPCISDocument', documentOf({ eventList }))
  registry.registerComponent('schemas', 'EPCISQueryDocument', documentOf({ queryResults }))
}

function documentOf(body: Record<string, object>): object {
  return objectOf({
    '@context': {},
    type: { type: 'string' },
    schemaVersion: { type: 'string' },
    creationDate: { type: 'string', format: 'date-time' },
    epcisBody: objectOf(body),
  })
}

function objectOf(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties) }
}

/** The problem of one refused event or document. */
export function problemOf(failure: { code: string; path: string; message: string }): Problem {
  const { code, path, message } = failure
  const kind = code === 'event_id_conflict' ? 'conflict' : 'invalid_input'
  return new Problem(kind, { code, path, detail: message })
}
