/**
 * What sensors call the things they measure, as type of EPCIS and unit of UN/ECE Rec. 20. A name
 * that is not here is a type by itself, without a unit: its number is kept all the same.
 */
import { unitOf } from '#ingest/units.ts'

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

/** How makers write units that SenML spells otherwise. */
const symbols: Readonly<Record<string, string>> = {
  '°C': 'Cel',
  '℃': 'Cel',
  degC: 'Cel',
  celsius: 'Cel',
  '%rh': '%RH',
  '%RH': '%RH',
  ohm: 'Ohm',
  Ω: 'Ohm',
  mbar: 'hPa',
}
const spelled = new Map(Object.entries(symbols))

const FAHRENHEIT: readonly string[] = ['°F', '℉', 'degF', 'fahrenheit']

/**
 * What a name and a unit symbol measure. A symbol that is not known leaves the value without a
 * unit: it must not get the one that its name usually has.
 */
export function measureOf(name: string, symbol?: string): Measure {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '')
  const known = measures.get(plain)
  const type = known?.type ?? name
  if (symbol === undefined || symbol === '') return known ?? { type, uom: '' }
  if (FAHRENHEIT.includes(symbol)) return { type: known?.type ?? 'Temperature', uom: 'FAH' }
  const unit = unitOf(spelled.get(symbol) ?? symbol)
  if (unit === undefined) return { type, uom: /^[A-Z0-9]{2,3}$/.test(symbol) ? symbol : '' }
  return { type: known?.type ?? unit.type ?? name, uom: unit.uom }
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
