/**
 * The simple event query [EPCIS 8.2.7.1]: one table from its parameters to the store's EventQuery.
 * Values of one parameter are separated by `|` or by repeating it, and are ORed; parameters are
 * ANDed. Values match in any spelling of theirs: URN, Digital Link, barcode text, tag in hex; bare
 * word or URI.
 */
import { z } from 'zod'
import { bareWord } from '#epcis/cbv.ts'
import type { EventType } from '#epcis/event.ts'
import { identify } from '#epcis/identifier.ts'
import { understand } from '#epcis/understand.ts'
import { isUri } from '#epcis/uri.ts'
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
  eventType: list('Type of event', one(readEventType), (eventTypes) => ({ eventTypes })),
  GE_eventTime: time('eventTime at or after', (us) => ({ geEventTimeUs: us })),
  LT_eventTime: time('eventTime before', (us) => ({ ltEventTimeUs: us })),
  GE_recordTime: time('recordTime at or after', (us) => ({ geRecordTimeUs: us })),
  LT_recordTime: time('recordTime before', (us) => ({ ltRecordTimeUs: us })),
  EQ_bizStep: list('Business step', one(bareWord), (bizSteps) => ({ bizSteps })),
  EQ_disposition: list('Disposition', one(bareWord), (dispositions) => ({ dispositions })),
  EQ_readPoint: list('Where it happened', keysOf, (readPoints) => ({ readPoints })),
  EQ_bizLocation: list('Where it is after', keysOf, (bizLocations) => ({ bizLocations })),
  MATCH_epc: list('In epcList or childEPCs', readEpc, taking('object', 'child')),
  MATCH_parentID: list('As parentID', readEpc, taking('parent')),
  MATCH_inputEPC: list('In inputEPCList', readEpc, taking('input')),
  MATCH_outputEPC: list('In outputEPCList', readEpc, taking('output')),
  MATCH_anyEPC: list(
    'In epcList, childEPCs, parentID, inputEPCList or outputEPCList',
    readEpc,
    taking('object', 'child', 'parent', 'input', 'output'),
  ),
  MATCH_epcClass: list(
    'In quantityList or childQuantityList',
    readClass,
    taking('object', 'child'),
  ),
  MATCH_inputEPCClass: list('In inputQuantityList', readClass, taking('input')),
  MATCH_outputEPCClass: list('In outputQuantityList', readClass, taking('output')),
  MATCH_anyEPCClass: list(
    'In any quantity list',
    readClass,
    taking('object', 'child', 'input', 'output'),
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

function one<T>(read: (value: string) => T | Wrong): (value: string) => T[] | Wrong {
  return (value) => {
    const found = read(value)
    return isWrong(found) ? found : [found]
  }
}

function isWrong<T>(found: T | Wrong): found is Wrong {
  return typeof found === 'object' && found !== null && 'wrong' in found
}

/** Each that the value can name, as long as the likeliest is one EPC and not a class of them. */
function readEpc(value: string): string[] | Wrong {
  const reading = understand(value)
  const kind = reading.ok ? reading.candidates[0].kind : 'other'
  const manyEpcs = kind === 'class' || kind === 'lot' || value.startsWith('urn:epc:idpat:')
  if (manyEpcs) return { wrong: `${value} names a class or a pattern, not one EPC` }
  return keysOf(value)
}

/** A class or a lot, as quantity lists name them. */
function readClass(value: string): string[] | Wrong {
  const reading = understand(value)
  if (!reading.ok) return isUri(value) ? [value] : { wrong: `${value}: ${reading.message}` }
  const classes = reading.candidates.filter(({ kind }) => kind !== 'instance' && kind !== 'place')
  if (classes.length === 0) return { wrong: `${value} names one thing, not a class of them` }
  return classes.map(({ key }) => key)
}

/**
 * The keys that a value can stand for. A URI is looked for also where it is malformed, as an event
 * may hold it, flagged; any other text that is no identifier is told.
 */
function keysOf(value: string): string[] | Wrong {
  const reading = understand(value)
  const { key } = identify(value)
  if (reading.ok) return [...new Set([...reading.candidates.map((each) => each.key), key])]
  return isUri(value) ? [key] : { wrong: `${value}: ${reading.message}` }
}

function list<T extends string>(
  about: string,
  read: (value: string) => readonly T[] | Wrong,
  apply: (values: T[]) => EventQuery,
) {
  return valueList
    .transform((values, context): EventQuery => {
      const all: T[] = []
      for (const value of values) {
        const found = read(value)
        if (!isWrong(found)) all.push(...found)
        else {
          context.addIssue({ code: 'custom', message: found.wrong })
          return z.NEVER
        }
      }
      return apply(all)
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
