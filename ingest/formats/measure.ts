/**
 * What sensors call the things they measure, as type of EPCIS and unit of UN/ECE Rec. 20. A name
 * that is not here is a type by itself, without a unit: its number is kept all the same.
 */
import { type Unit, unitOf } from '#ingest/units.ts'

export interface Measure {
  readonly type: string
  readonly uom: string
}

const table: readonly (readonly [type: string, uom: string, ...names: string[]])[] = [
  ['Temperature', 'CEL', 'temperature', 'temp', 'tc', 'airtemperature', 'ambienttemperature'],
  ['Temperature', 'FAH', 'tf', 'temperaturef'],
  ['RelativeHumidity', 'P1', 'humidity', 'rh', 'relativehumidity', 'hum'],
  ['battery', 'P1', 'battery', 'batterylevel', 'batterypercent', 'percent'],
  ['Voltage', 'VLT', 'voltage', 'batteryvoltage', 'v'],
  ['Pressure', 'A97', 'pressure', 'barometricpressure', 'airpressure'],
  ['Illuminance', 'LUX', 'illuminance', 'lux', 'light'],
  ['co2', '59', 'co2'],
  ['door', '', 'magnet', 'magnetstatus', 'door', 'doorstatus', 'contact'],
]

const measures = new Map(
  table.flatMap(([type, uom, ...names]) => names.map((name) => [name, { type, uom }] as const)),
)

const CELSIUS = { uom: 'CEL', type: 'Temperature' }
const FAHRENHEIT = { uom: 'FAH', type: 'Temperature' }
const HUMIDITY = { uom: 'P1', type: 'RelativeHumidity' }
const pressure = (uom: string) => ({ uom, type: 'Pressure' })

/**
 * How makers write units, in lower case and without blanks. What is not here may be a symbol of
 * SenML, whose case counts.
 */
const spelled = new Map<string, Unit>(
  Object.entries({
    ...{ '°c': CELSIUS, '℃': CELSIUS, ºc: CELSIUS, degc: CELSIUS, celsius: CELSIUS },
    ...{ '°f': FAHRENHEIT, '℉': FAHRENHEIT, ºf: FAHRENHEIT, degf: FAHRENHEIT },
    ...{ fahrenheit: FAHRENHEIT, '%rh': HUMIDITY, 'rh%': HUMIDITY, '%r.h.': HUMIDITY },
    ...{ mbar: pressure('A97'), kpa: pressure('KPA'), bar: pressure('BAR'), psi: pressure('PS') },
    ...{ ohm: { uom: 'OHM', type: 'Resistance' }, ω: { uom: 'OHM', type: 'Resistance' } },
    ...{ lux: { uom: 'LUX', type: 'Illuminance' }, percent: { uom: 'P1' } },
  }),
)

/** Letters that SenML has for another unit, where the name says that it is a temperature. */
const ofTemperature = new Map([
  ['C', CELSIUS],
  ['F', FAHRENHEIT],
])

const REC_20 = /^[A-Z0-9]{2,3}$/

/**
 * What a name and a unit symbol measure. A symbol that is not known leaves the value without a
 * unit: it must not get the one that its name usually has.
 */
export function measureOf(name: string, symbol?: string): Measure {
  const known = measures.get(plainOf(name))
  const type = known?.type ?? name
  if (symbol === undefined || symbol === '') return known ?? { type, uom: '' }
  const unit =
    (type === 'Temperature' ? ofTemperature.get(symbol) : undefined) ??
    spelled.get(symbol.toLowerCase().replace(/\s/g, '')) ??
    unitOf(symbol)
  if (unit === undefined) return { type, uom: REC_20.test(symbol) ? symbol : '' }
  return { type: known?.type ?? unit.type ?? name, uom: unit.uom }
}

/** Whether a name is one of those that are known. */
export function isMeasure(name: string): boolean {
  return measures.has(plainOf(name))
}

function plainOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '')
}

/** Whether the symbol is one of a unit, for what the name measures. */
export function isUnit(name: string, symbol: string): boolean {
  return measureOf(name, symbol).uom !== ''
}

const STATES = new Map<string, number>([
  ...['open', 'opened', 'on', 'true', 'yes', 'alarm'].map((text) => [text, 1] as const),
  ...['close', 'closed', 'off', 'false', 'no', 'normal'].map((text) => [text, 0] as const),
])

/** A number, a boolean or a word for one of two states; undefined for anything else. */
export function numericOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'string' && value.length < 20
    ? STATES.get(value.toLowerCase())
    : undefined
}
