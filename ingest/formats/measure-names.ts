/**
 * How codecs put more into the name of a value than what it measures: its unit (`TempC`, `BatV`,
 * `humidity_pct`), which of several it is (`temperature_2`, `temperature_chn1`, `TempC_SHT`), and
 * words that say nothing (`temperatureSensor`). A name with any other word is none of these:
 * `temperature_alarm` and `temperature_max` are no temperatures of now.
 */

export interface SplitName {
  /** What is measured, without the rest. */
  readonly base: string
  /** Symbol of the unit that the name says. */
  readonly unit: string | undefined
  /** The name without what is the channel. */
  readonly name: string
  /** Which of several it is, as it stands in the name; '' where it does not say. */
  readonly channel: string
}

/** Words for units, the types they are of, and the symbol that measure.ts knows. */
const unitWords: readonly (readonly [symbol: string, types: string, ...words: string[]])[] = [
  ['°C', 'Temperature', 'c', 'degc', 'celsius', 'cel'],
  ['°F', 'Temperature', 'f', 'degf', 'fahrenheit'],
  ['%', 'RelativeHumidity battery', 'pct', 'percent', 'percentage', 'perc'],
  ['%RH', 'RelativeHumidity', 'rh'],
  ['V', 'Voltage battery', 'v', 'volt', 'volts'],
  ['mV', 'Voltage battery', 'mv', 'millivolt', 'millivolts'],
  ['hPa', 'Pressure', 'hpa', 'mbar'],
  ['kPa', 'Pressure', 'kpa'],
  ['Pa', 'Pressure', 'pa'],
  ['bar', 'Pressure', 'bar'],
  ['psi', 'Pressure', 'psi'],
  ['lx', 'Illuminance', 'lx', 'lux'],
  ['ppm', 'co2', 'ppm'],
]

const units = new Map(
  unitWords.flatMap(([symbol, types, ...words]) =>
    words.map((word) => [word, { symbol, types: types.split(' ') }] as const),
  ),
)

/** Where a sensor has several of a kind, or what they are made of. */
const places: ReadonlySet<string> = new Set([
  ...['internal', 'external', 'ext', 'inside', 'outside', 'indoor', 'outdoor', 'probe'],
  ...['surface', 'soil', 'water', 'leaf'],
  ...['sht', 'sht20', 'sht31', 'ds', 'ds18b20', 'tmp117'],
])
const NOTHING: ReadonlySet<string> = new Set(['sensor', 'value'])
const CHANNEL = /^(?:ch|chn|channel)?\d{1,3}$/i
const CHANNEL_WORD = /^(?:ch|chn|channel)$/i
const MAX_NAME = 60
const MAX_WORDS = 8
const BEFORE_CAPITAL = /(?<=[a-z])(?=[A-Z])/
const AT_NUMBER = /(?<=[A-Za-z])(?=\d{1,3}$)/

/** The parts of a name; undefined where one of its words is not known. `typeOf` knows the base. */
export function splitName(
  name: string,
  typeOf: (base: string) => string | undefined,
): SplitName | undefined {
  if (typeOf(name) !== undefined) return { base: name, unit: undefined, name, channel: '' }
  if (name.length > MAX_NAME) return undefined
  const words = wordsOf(name)
  if (words.length > MAX_WORDS) return undefined
  for (let length = words.length; length > 0; length -= 1) {
    for (let from = 0; from + length <= words.length; from += 1) {
      const base = words.slice(from, from + length).join('_')
      const type = typeOf(base)
      const before = words.slice(0, from)
      const behind = words.slice(from + length)
      const split = type && around(base, type, before, behind)
      if (split) return split
    }
  }
  return undefined
}

function wordsOf(name: string): string[] {
  return name
    .split(/[^A-Za-z0-9]+/)
    .flatMap((word) => (isWord(word) ? [word] : word.split(BEFORE_CAPITAL)))
    .flatMap((word) => (isWord(word) ? [word] : word.split(AT_NUMBER)))
    .filter((word) => word !== '')
}

/** Whether it is one as it stands, as are kPa and DS18B20. */
function isWord(word: string): boolean {
  return units.has(word.toLowerCase()) || places.has(word.toLowerCase())
}

/** What the words around the base say; undefined where one of them says anything else. */
function around(
  base: string,
  type: string,
  before: readonly string[],
  behind: readonly string[],
): SplitName | undefined {
  let unitText = ''
  let channel = ''
  for (const [index, word] of [...before, ...behind].entries()) {
    const plain = word.toLowerCase()
    const isUnit = index >= before.length && units.get(plain)?.types.includes(type)
    if (isUnit && unitText === '') unitText = word
    else if (CHANNEL_WORD.test(channel) && /^\d/.test(word)) channel += word
    else if (places.has(plain) || CHANNEL.test(word) || CHANNEL_WORD.test(word)) {
      channel = channel === '' ? word : `${channel}_${word}`
    } else if (!NOTHING.has(plain)) return undefined
  }
  const unit = units.get(unitText.toLowerCase())?.symbol
  return { base, unit, name: unitText === '' ? base : `${base}_${unitText}`, channel }
}
