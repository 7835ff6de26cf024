/**
 * `normalized_payload` of The Things Stack: a list of measurements whose names and units are fixed,
 * whatever the codec of the maker calls them. Source: the payload schema of its device repository.
 */
import type { Failure } from '#epcis/failure.ts'
import { isObject } from '#epcis/fields.ts'
import { codecValues } from './codec-values.ts'
import { type Measure, measureOf, numericOf } from './measure.ts'
import type { Value } from './sensor-readings.ts'

const measures = new Map<string, Measure & { readonly component: string }>(
  Object.entries({
    'air/temperature': { type: 'Temperature', uom: 'CEL', component: '' },
    'air/relativeHumidity': { type: 'RelativeHumidity', uom: 'P1', component: '' },
    'air/pressure': { type: 'Pressure', uom: 'A97', component: '' },
    'air/co2': { type: 'co2', uom: '59', component: '' },
    'air/lightIntensity': { type: 'Illuminance', uom: 'LUX', component: '' },
    'wind/speed': { type: 'Speed', uom: 'MTS', component: 'wind' },
    'wind/direction': { type: 'Angle', uom: 'DD', component: 'wind' },
    'soil/temperature': { type: 'Temperature', uom: 'CEL', component: 'soil' },
    'soil/moisture': { type: 'moisture', uom: 'P1', component: 'soil' },
    'soil/depth': { type: 'Length', uom: 'CMT', component: 'soil' },
    'soil/pH': { type: 'pH', uom: 'Q30', component: 'soil' },
    'soil/n': { type: 'n', uom: '59', component: 'soil' },
    'soil/p': { type: 'p', uom: '59', component: 'soil' },
    'soil/k': { type: 'k', uom: '59', component: 'soil' },
  }),
)

interface Normalized {
  readonly values: readonly Value[]
  readonly failures: readonly Failure[]
}

/**
 * The values of such a list. Measurements without a time of their own are told apart by their
 * places in it; names that the schema has not are read as those of any codec.
 */
export function normalizedValues(payload: unknown): Normalized {
  const list = (Array.isArray(payload) ? payload : [payload]).filter(isObject)
  const isOne = list.length === 1
  const all = list.map((measurement, place) => {
    const { values, failures } = codecValues(measurement, [])
    const channel = isOne || measurement['time'] !== undefined ? '' : String(place + 1)
    return { values: values.map((value) => defined(value, channel)), failures }
  })
  return {
    values: all.flatMap(({ values }) => values),
    failures: all.flatMap(({ failures }) => failures),
  }
}

function defined(value: Value, channel: string): Value {
  const known = measures.get(`${value.component}/${value.name}`)
  const component = [known?.component ?? value.component, channel]
    .filter((part) => part !== '')
    .join('/')
  if (known === undefined) return { ...value, component }
  return { ...value, component, measure: { type: known.type, uom: known.uom } }
}

/**
 * What a codec has decoded, without what stands in the normalized values: the same number of the
 * same type, or what has no channel in both.
 */
export function withoutRepeated(
  decoded: readonly Value[],
  normalized: readonly Value[],
): readonly Value[] {
  if (normalized.length === 0) return decoded
  return decoded.filter((one) => {
    const type = typeOf(one)
    const same = normalized.filter((other) => typeOf(other) === type && isOfTime(one, other))
    const isTold = same.some(({ value }) => numericOf(value) === numericOf(one.value))
    const isBare = one.component === '' && same.some(({ component }) => component === '')
    return !isTold && !isBare
  })
}

function typeOf({ measure, name, unit }: Value): string {
  return (measure ?? measureOf(name, unit)).type
}

function isOfTime(one: Value, other: Value): boolean {
  return one.time === undefined || one.time === other.time
}
