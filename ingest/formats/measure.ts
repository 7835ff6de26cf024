/**
 * What sensors call the things they measure, as type of EPCIS and unit of UN/ECE Rec. 20. A name
 * that is not here is a type by itself, without a unit: its number is kept all the same. A bare
 * name has a unit only where all makers mean the same one, or where the value leaves no other.
 */
import { type Unit, unitOf } from '#ingest/units.ts'
import { splitName } from './measure-names.ts'
import { numberOf } from './raw-read.ts'

export interface Measure {
  readonly type: string
  readonly uom: string
}

/** What a bare name measures. */
interface Kind extends Measure {
  /** Values that it can have in that unit; all without it. */
  readonly within?: readonly [from: number, to: number]
  /** The unit is meant by whole numbers alone. */
  readonly isWhole?: boolean
}

const table: readonly (readonly [Kind, ...names: string[]])[] = [
  [
    { type: 'Temperature', uom: 'CEL', within: [-273.15, 2000] },
    ...['temperature', 'temp', 'tc', 'airtemperature', 'airtemp', 'ambienttemperature'],
  ],
  [{ type: 'Temperature', uom: 'FAH', within: [-459.67, 3632] }, 'tf', 'temperaturef'],
  // A sensor that is wet tells a little more than there is.
  [
    { type: 'RelativeHumidity', uom: 'P1', within: [-10, 130] },
    ...['humidity', 'rh', 'relativehumidity', 'hum', 'airhumidity', 'ambienthumidity'],
  ],
  [{ type: 'battery', uom: 'P1', within: [0, 100] }, 'batterypercent', 'batterypercentage'],
  [{ type: 'battery', uom: 'P1', within: [0, 100], isWhole: true }, 'batterylevel'],
  // Percent of one maker, volts of another, and both may be whole.
  [{ type: 'battery', uom: '' }, 'battery', 'bat', 'batt'],
  [{ type: 'Voltage', uom: 'VLT' }, 'v'],
  // Volts or millivolts.
  [{ type: 'Voltage', uom: '' }, 'voltage', 'batteryvoltage', 'batvoltage'],
  // Of the air, kPa and Pa have other numbers.
  [
    { type: 'Pressure', uom: 'A97', within: [300, 1100] },
    ...['barometricpressure', 'airpressure', 'atmosphericpressure', 'barometer'],
  ],
  [{ type: 'Pressure', uom: '' }, 'pressure'],
  [
    { type: 'Illuminance', uom: 'LUX' },
    ...['illuminance', 'lux', 'luminosity', 'illumination', 'lightintensity', 'ill'],
  ],
  [{ type: 'co2', uom: '59' }, 'co2'],
  [{ type: 'door', uom: '' }, 'magnet', 'magnetstatus', 'door', 'doorstatus', 'contact'],
]

const kinds = new Map(table.flatMap(([kind, ...names]) => names.map((name) => [name, kind])))

/** Types of which a state or a text is no value. */
const quantities: ReadonlySet<string> = new Set(
  table.flatMap(([{ type }]) => (type === 'door' ? [] : [type])),
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
  const said = saidBy(name)
  const type = said?.kind.type ?? name
  if (symbol === undefined || symbol === '') {
    if (said?.unit !== undefined) return inUnit(said.kind.type, said.unit, name)
    return { type, uom: said?.kind.uom ?? '' }
  }
  return inUnit(said?.kind.type, symbol, name)
}

function inUnit(type: string | undefined, symbol: string, name: string): Measure {
  const unit =
    (type === 'Temperature' ? ofTemperature.get(symbol) : undefined) ??
    spelled.get(symbol.toLowerCase().replace(/\s/g, '')) ??
    unitOf(symbol)
  if (unit === undefined) {
    return { type: type ?? name, uom: REC_20.test(symbol) ? symbol : '' }
  }
  const isOfBattery = type === 'battery' && unit.type === 'Voltage'
  return { type: (isOfBattery ? unit.type : type) ?? unit.type ?? name, uom: unit.uom }
}

/**
 * What a value measures by its name, and by its unit where it has one. Undefined where the name
 * says that it is a temperature or a humidity and the value can be none in the unit that all mean
 * by that name; other values lose the unit that they cannot have.
 */
export function measureOfValue(
  value: number,
  name: string,
  symbol: string | undefined,
): Measure | undefined {
  const measure = measureOf(name, symbol)
  if (symbol !== undefined && symbol !== '') return measure
  const said = saidBy(name)
  if (said === undefined) return measure
  const [from, to] = rangeOf(said, measure) ?? [-Infinity, Infinity]
  const isWhole = said.unit !== undefined || said.kind.isWhole !== true || Number.isInteger(value)
  if (value >= from && value <= to && isWhole) return measure
  const isSure = measure.type === 'Temperature' || measure.type === 'RelativeHumidity'
  return isSure ? undefined : { type: measure.type, uom: '' }
}

/** Of a unit that a name says, that of the kind which has it by itself. */
function rangeOf({ kind, unit }: Said, { type, uom }: Measure): Kind['within'] {
  if (unit === undefined) return kind.within
  // A pressure in hPa need not be that of the air.
  if (type === 'Pressure') return undefined
  return table.find(([one]) => one.type === type && one.uom === uom)?.[0].within
}

interface Said {
  readonly kind: Kind
  /** Symbol of the unit that the name says. */
  readonly unit: string | undefined
}

function saidBy(name: string): Said | undefined {
  const split = splitName(name, typeOfName)
  const kind = split && kinds.get(plainOf(split.base))
  return kind && split && { kind, unit: split.unit }
}

/** The type that a name stands for; undefined where it is none of those that are known. */
export function typeOfName(name: string): string | undefined {
  return kinds.get(plainOf(name))?.type
}

/** Whether a name is one of those that are known. */
export function isMeasure(name: string): boolean {
  return typeOfName(name) !== undefined
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

/** A number, also as a text, a boolean or a word for one of two states; undefined for the rest. */
export function numericOf(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value)
  const number = numberOf(value)
  if (number !== undefined || typeof value !== 'string' || value.length >= 20) return number
  return STATES.get(value.toLowerCase())
}

/** The same for what a type can have: neither a state nor a word is a temperature. */
export function numberFor(type: string, value: unknown): number | undefined {
  return quantities.has(type) ? numberOf(value) : numericOf(value)
}
