/**
 * What the codecs of SenseCAP write: a list `messages` of objects, or of lists of them, of which
 * each says by a number what it measured. Source: the measurement IDs that Seeed Studio publishes.
 */
import { isObject, type JsonObject } from '#epcis/fields.ts'
import type { Measure } from './measure.ts'
import { textOf } from './raw-read.ts'
import type { Value } from './sensor-readings.ts'

const measures = new Map<string, Measure & { readonly component?: string }>(
  Object.entries({
    3000: { type: 'battery', uom: 'P1' },
    4097: { type: 'Temperature', uom: 'CEL' },
    4098: { type: 'RelativeHumidity', uom: 'P1' },
    4099: { type: 'Illuminance', uom: 'LUX' },
    4100: { type: 'co2', uom: '59' },
    4101: { type: 'Pressure', uom: 'PAL' },
    4102: { type: 'Temperature', uom: 'CEL', component: 'soil' },
    4103: { type: 'moisture', uom: 'P1', component: 'soil' },
    4104: { type: 'Angle', uom: 'DD', component: 'wind' },
    4105: { type: 'Speed', uom: 'MTS', component: 'wind' },
    4106: { type: 'pH', uom: 'Q30' },
    4124: { type: 'Temperature', uom: 'CEL', component: 'water' },
    4136: { type: 'Temperature', uom: 'CEL', component: 'leaf' },
  }),
)

/** What is said of the device and not measured. */
const TYPE_OF_MESSAGE = /^(?:report|upload|unknown)_/

/**
 * The values of such a list; undefined where it is another maker's. What the device says of itself
 * (versions, intervals, removed sensors) is passed over; a measurement without a place in the table
 * is a type by its name, or by its number.
 */
export function sensecapValues(list: readonly unknown[], time: unknown): Value[] | undefined {
  const messages = list.flat(1)
  if (!messages.every(isMessage)) return undefined
  return messages.flatMap((message) => measurementOf(message, time))
}

function isMessage(value: unknown): value is JsonObject {
  if (!isObject(value)) return false
  const { measurementId, type } = value
  const isTyped = typeof type === 'string' && TYPE_OF_MESSAGE.test(type)
  return textOf(measurementId) !== undefined || isTyped || 'payload' in value
}

function measurementOf(message: JsonObject, time: unknown): Value[] {
  const { type, measurementId, measurementValue, battery, timestamp } = message
  const id = textOf(measurementId)
  const when = timestamp ?? time
  if (id === undefined) {
    const measure = { type: 'battery', uom: 'P1' }
    const isBattery = type === 'upload_battery'
    return isBattery
      ? [{ component: '', name: 'battery', measure, value: battery, time: when }]
      : []
  }
  const known = measures.get(id)
  const isNamed = typeof type === 'string' && !TYPE_OF_MESSAGE.test(type)
  const name = isNamed ? (textOf(type) ?? id) : id
  const { component = '', ...measure } = known ?? { type: name, uom: '' }
  return [{ component, name, measure, value: measurementValue, time: when }]
}
