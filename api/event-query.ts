/**
 * The simple event query [EPCIS 8.2.7.1]: one table from its parameters to the store's EventQuery.
 * Values of one parameter are separated by `|` or by repeating it, and are ORed; parameters are
 * ANDed. Values match in any spelling of theirs: URN or Digital Link, bare word or URI.
 */
import { z } from 'zod'
import { bareWord } from '#epcis/cbv.ts'
import type { EventType } from '#epcis/event.ts'
import { identify } from '#epcis/identifier.ts'
import type { EventQuery } from '#store/trail.ts'
import type { Role } from '#trace/source.ts'
import { moment, valueList } from './parameters.ts'

const eventTypes = [
  'ObjectEvent',
  'AggregationEvent',
  'TransactionEvent',
  'TransformationEvent',
  'AssociationEvent',
] as const satisfies readonly EventType[]

/** A value that a parameter does not take, and why. */
interface Wrong {
  readonly wrong: string
}

export const eventParameters = {
  eventType: list('Type of event', readEventType, (eventTypes) => ({ eventTypes })),
  GE_eventTime: time('eventTime at or after', (us) => ({ geEventTimeUs: us })),
  LT_eventTime: time('eventTime before', (us) => ({ ltEventTimeUs: us })),
  GE_recordTime: time('recordTime at or after', (us) => ({ geRecordTimeUs: us })),
  LT_recordTime: time('recordTime before', (us) => ({ ltRecordTimeUs: us })),
  EQ_bizStep: list('Business step', bareWord, (bizSteps) => ({ bizSteps })),
  EQ_disposition: list('Disposition', bareWord, (dispositions) => ({ dispositions })),
  EQ_readPoint: list('Where it happened', readKey, (readPoints) => ({ readPoints })),
  EQ_bizLocation: list('Where it is after', readKey, (bizLocations) => ({ bizLocations })),
  MATCH_epc: list('In epcList or childEPCs', readEpc, taking('object', 'child')),
  MATCH_anyEPC: list(
    'In epcList, childEPCs, parentID, inputEPCList or outputEPCList',
    readEpc,
    taking('object', 'child', 'parent', 'input', 'output'),
  ),
}

/** What the parameters ask together. */
export function eventQueryOf(parsed: z.output<z.ZodObject<typeof eventParameters>>): EventQuery {
  const parts = Object.keys(eventParameters).map(
    (name) => parsed[name as keyof typeof eventParameters] ?? {},
  )
  const match = parts.flatMap((part) => part.match ?? [])
  return { ...Object.assign({}, ...parts), ...(match.length > 0 && { match }) }
}

function taking(...roles: Role[]): (keys: string[]) => EventQuery {
  return (keys) => ({ match: [{ keys, roles }] })
}

function readEventType(value: string): EventType | Wrong {
  const known = eventTypes.find((type) => type === bareWord(value))
  return known ?? { wrong: `${value} is none of ${eventTypes.join(', ')}` }
}

function readKey(value: string): string {
  return identify(value).key
}

function readEpc(value: string): string | Wrong {
  const { key, kind } = identify(value)
  const manyEpcs = kind === 'class' || kind === 'lot' || value.startsWith('urn:epc:idpat:')
  return manyEpcs ? { wrong: `${value} names a class or a pattern, not one EPC` } : key
}

function list<T extends string>(
  about: string,
  read: (value: string) => T | Wrong,
  apply: (values: T[]) => EventQuery,
) {
  return valueList
    .transform((values, context): EventQuery => {
      const all = values.map(read)
      const wrong = all.find((value) => typeof value === 'object')
      if (wrong === undefined) return apply(all.filter((value) => typeof value === 'string'))
      context.addIssue({ code: 'custom', message: wrong.wrong })
      return z.NEVER
    })
    .optional()
    .meta({ description: `${about}; several values are separated by |`, type: 'string' })
}

function time(about: string, apply: (us: number) => EventQuery) {
  return moment
    .transform(apply)
    .optional()
    .meta({ description: about, type: 'string', format: 'date-time' })
}
