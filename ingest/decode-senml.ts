/**
 * Sensor Measurement Lists as JSON [RFC 8428], with secondary units [RFC 8798, RFC 9100].
 *
 * A pack whose structure is wrong is refused whole: base fields carry over, so a record that cannot
 * be read could change what the later ones say. A sound record that says what cannot be stored (a
 * text, an unknown unit) is refused by itself.
 */
import type { z } from 'zod'
import { type Failure, fail, pointer } from '#epcis/failure.ts'
import { boolean, decimal, failureOf, list, open, string } from '#epcis/fields.ts'
import type { Reading } from '#store/trail.ts'
import {
  type Decoded,
  MAX_PARTS,
  type Origin,
  ownerOf,
  type PartFailure,
  partFailure,
  timeFault,
  wholly,
} from './decoded.ts'
import { unitOf } from './units.ts'

const number = decimal.optional()
const text = string.optional()

const recordSchema = open({
  bn: text,
  bt: number,
  bu: text,
  bv: number,
  bs: number,
  bver: number,
  n: text,
  u: text,
  t: number,
  ut: number,
  v: number,
  vs: text,
  vb: boolean.optional(),
  vd: text,
  s: number,
})
const packSchema = list(recordSchema).max(MAX_PARTS, 'too_many_parts')
type SenmlRecord = z.infer<typeof recordSchema>

const labels = new Set(Object.keys(recordSchema.shape))
const valueLabels = ['v', 'vs', 'vb', 'vd'] as const

/** Times below this are relative to now [RFC 8428 4.5.3]. */
const FIRST_ABSOLUTE_S = 2 ** 28

/** Version 10 is RFC 8428; 26 says that secondary units may be used [RFC 9100]. */
const versions: readonly number[] = [10, 26]

const namePattern = /^[A-Za-z0-9][A-Za-z0-9\-:./_]{0,199}$/

/** Base fields in force: what a record does not say, the records before it have said. */
type Base = Pick<SenmlRecord, 'bn' | 'bt' | 'bu' | 'bv' | 'bs'>

/**
 * The readings of a pack, which is parsed JSON. A reading's `component` is the name of the record,
 * its type what the unit measures or else the last part of the name, its unit the Rec. 20 code. A
 * boolean is 1 or 0. The integral over time `s` is a reading of its own under `name#sum`, in the
 * given unit times seconds.
 */
export function decodeSenml(pack: unknown, origin: Origin, sensor: string): Decoded {
  if (!packSchema.validate(pack)) return wholly(failureOf(packSchema, pack))
  const unsound = packFailure(pack)
  if (unsound !== undefined) return wholly(unsound)

  const readings: Reading[] = []
  const failures: PartFailure[] = []
  let base: Base = {}
  for (const [index, record] of pack.entries()) {
    base = rebase(base, record)
    if (carriesBaseOnly(record)) continue
    const resolved = resolve(record, base, origin, sensor)
    if ('ok' in resolved) failures.push(partFailure(resolved, index))
    else readings.push(...resolved)
  }
  return { events: [], readings, failures }
}

function packFailure(records: readonly SenmlRecord[]): Failure | undefined {
  const version = records[0]?.bver ?? 10
  for (const [index, record] of records.entries()) {
    if (!versions.includes(version) || (record.bver ?? version) !== version) {
      return fail('senml_version', pointer([index, 'bver']))
    }
    const unknown = Object.keys(record).find((label) => label.endsWith('_') && !labels.has(label))
    if (unknown !== undefined) return fail('senml_not_understood', pointer([index, unknown]))
  }
  return undefined
}

function rebase(base: Base, record: SenmlRecord): Base {
  return {
    bn: record.bn ?? base.bn,
    bt: record.bt ?? base.bt,
    bu: record.bu ?? base.bu,
    bv: record.bv ?? base.bv,
    bs: record.bs ?? base.bs,
  }
}

function carriesBaseOnly(record: SenmlRecord): boolean {
  return Object.keys(record).every((label) => label.startsWith('b') || !labels.has(label))
}

function resolve(
  record: SenmlRecord,
  base: Base,
  origin: Origin,
  sensor: string,
): readonly Reading[] | Failure {
  const name = (base.bn ?? '') + (record.n ?? '')
  if (!namePattern.test(name)) return fail('senml_name', '/n')
  const values = valuesOf(record, base)
  if (values === undefined) return fail('senml_value', '')
  const symbol = record.u ?? base.bu
  const unit = symbol === undefined ? { uom: '' } : unitOf(symbol)
  if (unit === undefined) return fail('unit_unknown', '/u', symbol)
  const timeUs = timeOf(record, base, origin)
  if (typeof timeUs !== 'number') return timeUs
  const type = unit.type ?? (name.slice(name.search(/[^:./]*$/)) || name)
  const point = { device: sensor, type, uom: unit.uom, timeUs, ...ownerOf(origin) }
  return values.map(([suffix, value]) => ({ component: name + suffix, value, ...point }))
}

/**
 * The value under '' and the integral under '#sum', each with its base added [RFC 8428 4.5.4];
 * undefined where there is no one value that can be stored.
 */
function valuesOf(record: SenmlRecord, base: Base): [suffix: string, value: number][] | undefined {
  const { v, vb, s } = record
  const given = valueLabels.filter((label) => record[label] !== undefined)
  if (given.length > 1 || given[0] === 'vs' || given[0] === 'vd') return undefined
  const values: [string, number][] = []
  if (vb !== undefined) values.push(['', Number(vb)])
  else if (v !== undefined) values.push(['', v + (base.bv ?? 0)])
  else if (s === undefined && base.bv !== undefined) values.push(['', base.bv])
  if (s !== undefined) values.push(['#sum', s + (base.bs ?? 0)])
  return values.length > 0 ? values : undefined
}

/** As seconds these are of the year 5138 and later; as milliseconds they began in 1973. */
const FIRST_MILLISECONDS = 1e11

/** Microseconds since 1970. The sum of base and own time tells whether it is relative to now. */
function timeOf(record: SenmlRecord, base: Base, origin: Origin): number | Failure {
  const seconds = (base.bt ?? 0) + (record.t ?? 0)
  const path = record.t === undefined && base.bt !== undefined ? '/bt' : '/t'
  const isRelative = seconds < FIRST_ABSOLUTE_S
  const timeUs = Math.round(seconds * 1e6) + (isRelative ? origin.receivedAtUs : 0)
  if (timeUs < 0) return fail('time_invalid', path)
  const areMilliseconds = seconds >= FIRST_MILLISECONDS
  const what = areMilliseconds ? 'It is in seconds, and these look like milliseconds:' : 'It is'
  return timeFault(timeUs, `${what} ${seconds}.`, path, origin) ?? timeUs
}
