/**
 * The values of an object that a codec has made of a sensor's bytes. Every maker has names and
 * shapes of its own: numbers and states by their names, `{value, unit}`, objects inside by their
 * paths, and channels as names (`temperatureSensor: {"3": 4.5}`). What the registry declares of a
 * name goes before all of it. A list that holds numbers in a shape that is not known is refused.
 */
import { type Failure, fail, pointer } from '#epcis/failure.ts'
import { isObject, type JsonObject } from '#epcis/fields.ts'
import { MAX_PARTS } from '#ingest/decoded.ts'
import type { DeclaredField } from '#store/registry/schema.ts'
import { numericOf, typeOfName } from './measure.ts'
import { splitName } from './measure-names.ts'
import { textOf } from './raw-read.ts'
import { sensecapValues } from './sensecap.ts'
import type { Value } from './sensor-readings.ts'

export interface CodecValues {
  readonly values: readonly Value[]
  /** Of lists that are not understood. */
  readonly failures: readonly Failure[]
}

interface Found {
  readonly values: Value[]
  readonly failures: Failure[]
  readonly fields: readonly DeclaredField[]
}

/** `temperature_chn1` is a temperature of component `chn1`; `history` is a list of the past. */
export function codecValues(object: JsonObject, fields: readonly DeclaredField[]): CodecValues {
  const found: Found = { values: [], failures: [], fields }
  collect(object, [], undefined, found)
  return found
}

function collect(value: unknown, path: readonly string[], time: unknown, into: Found): void {
  if (into.values.length > MAX_PARTS) return
  if (Array.isArray(value)) collectList(value, path, time, into)
  else if (isObject(value)) collectObject(value, path, time, into)
  else collectOne(value, undefined, path, time, into)
}

const TIMES: readonly string[] = ['timestamp', 'time']
const UNITS: readonly string[] = ['unit', 'units', 'uom']

function collectObject(value: JsonObject, path: readonly string[], time: unknown, into: Found) {
  const own = value['timestamp'] ?? value['time'] ?? time
  const isOne = path.length > 0 && Object.hasOwn(value, 'value') && !isNested(value['value'])
  if (isOne) {
    const unit = UNITS.map((name) => textOf(value[name])).find((text) => text !== undefined)
    collectOne(value['value'], unit, path, own, into)
  }
  for (const [name, inner] of Object.entries(value)) {
    const isOfIt = isOne && (name === 'value' || UNITS.includes(name))
    if (!TIMES.includes(name) && !isOfIt) collect(inner, [...path, name], own, into)
  }
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function collectList(
  list: readonly unknown[],
  path: readonly string[],
  time: unknown,
  into: Found,
) {
  const name = path.at(-1)
  if (name === 'history' && list.every(isObject)) {
    for (const past of list) collect(past, path.slice(0, -1), time, into)
    return
  }
  const known = name === 'messages' ? sensecapValues(list, time) : undefined
  if (known !== undefined) into.values.push(...known)
  else if (list.some(holdsNumber)) into.failures.push(fail('list_unknown', pointer(path)))
}

function holdsNumber(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(holdsNumber)
  if (isObject(value)) return Object.values(value).some(holdsNumber)
  return numericOf(value) !== undefined
}

/** Texts of digits that are no measurements, by the last word of their names. */
const NOT_MEASURED: readonly RegExp[] = [
  /(?:version|serial|payload|eui|imei|iccid)$/i,
  /(?:^|[_\s-])(?:sn|number|mac|id|name|time|date)$/i,
  /[a-z](?:Sn|SN|Number|Mac|MAC|Id|ID|Name|Time|Date)$/,
]

function collectOne(
  value: unknown,
  unit: string | undefined,
  path: readonly string[],
  time: unknown,
  into: Found,
): void {
  const last = path.at(-1)
  const { name, parents } = namesOf(path)
  if (last === undefined || textOf(name) === undefined) return
  const whole = path.join('.')
  const declared = into.fields.find((one) => one.name === whole || one.name === last)
  if (declared !== undefined) {
    const { type, uom = '', component } = declared
    const where = componentOf(component === undefined ? path.slice(0, -1) : [component])
    into.values.push({ component: where, name: last, measure: { type, uom }, value, time })
    return
  }
  const split = splitName(name, typeOfName)
  const isNumber = numericOf(value) !== undefined
  const isName = typeof value === 'string' && split === undefined && isNoMeasure(name)
  if (split === undefined && (!isNumber || isName)) return
  const said = split ?? unknownChannel(name)
  const component = componentOf([...parents, said.channel])
  into.values.push({ component, name: said.name, unit, value, time })
}

function isNoMeasure(name: string): boolean {
  return NOT_MEASURED.some((one) => one.test(name))
}

const CHANNEL_ALONE = /^\d{1,3}$/
const CHANNEL_BEHIND = /^(.*?)[_-](ch(?:n|annel)?_?\d{1,3})$/i

/** A number for a name is the channel of what stands around it. */
function namesOf(path: readonly string[]): { name: string; parents: readonly string[] } {
  const last = path.at(-1) ?? ''
  const around = path.at(-2)
  if (around === undefined || !CHANNEL_ALONE.test(last)) {
    return { name: last, parents: path.slice(0, -1) }
  }
  return { name: around, parents: [...path.slice(0, -2), last] }
}

function unknownChannel(text: string): { name: string; channel: string } {
  const [, name = text, channel = ''] = CHANNEL_BEHIND.exec(text) ?? []
  return { name, channel }
}

/** Of a long path its end: what is measured beside each other begins alike. */
function componentOf(parts: readonly string[]): string {
  return parts
    .filter((part) => part !== '')
    .join('/')
    .slice(-100)
}
