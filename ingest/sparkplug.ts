/**
 * What a message of an edge node means after those before it. A birth names the metrics, their
 * types and their aliases; data may name an alias alone. A gap in the numbers of the messages, data
 * before a birth and an alias that nobody has heard of have the node asked for its births again;
 * what no birth of this session has named is refused, for its unit and type are not known. The
 * order is that of the journal, so there is nothing to wait for. [Sparkplug 3.0, 6.4.6, 6.4.9]
 */
import { z } from 'zod'
import { type Failure, fail } from '#epcis/failure.ts'
import type { Device } from '#store/registry/schema.ts'
import type { Reading } from '#store/trail.ts'
import {
  type Decoded,
  type Origin,
  partFailure,
  type SparkplugFrame,
  type SparkplugMetric,
} from './decoded.ts'
import { readingsOf, type Sensor, sensorBehind, type Value } from './formats/sensor-readings.ts'
import { bdSeqOf } from './formats/sparkplug.ts'
import { rebirthCommand } from './formats/sparkplug-payload.ts'
import type { Scope } from './memory.ts'

const knownMetric = z.tuple([
  z.string(), // name
  z.string(), // alias, '' for none
  z.number(), // datatype, 0 for none
  z.string(), // unit, '' for none
])
const nodeSchema = z.tuple([
  z.number(), // whether it is born: 0 or 1
  z.string(), // bdSeq of its birth, '' for none
  z.number(), // seq of its last message, -1 for none
  z.number(), // when it was last asked for its births, microseconds of recordTime
])
type Node = z.infer<typeof nodeSchema>

/** Something to publish to a device, which nobody waits for. */
export interface Command {
  readonly party: string
  readonly device: string
  readonly topic: string
  readonly payload: Uint8Array
}

export interface Meant {
  readonly readings: readonly Reading[]
  readonly failures: Decoded['failures']
  readonly command: Command | undefined
}

/** A node is not asked again before it had the time to answer. */
const ASK_EVERY_US = 30e6
const silent: Meant = { readings: [], failures: [], command: undefined }

/** The readings of one message, the notes of its node brought on, and what to ask the node. */
export function foldSparkplug(
  frame: SparkplugFrame,
  device: Device,
  origin: Origin,
  scope: Scope,
): Meant {
  const names = namesOf(frame)
  const node = readNode(scope.get(names.node))
  if (frame.kind === 'NDEATH') {
    // The will of an earlier connection may come after the birth of the next [6.4.8].
    const bdSeq = bdSeqOf(frame)
    if (bdSeq !== undefined && bdSeq !== node[1]) return silent
    write(scope, names.node, [0, '', -1, node[3]])
    // The next birth may be lost, and give the same aliases to other metrics.
    forgetBirths(scope, names.births)
    return silent
  }
  const isBirth = frame.kind === 'NBIRTH'
  const isNext = isBirth || (node[0] === 1 && frame.seq === (node[2] + 1) % 256)
  if (isBirth) forgetBirths(scope, names.births)
  if (frame.kind === 'NBIRTH' || frame.kind === 'DBIRTH') remember(scope, names.metrics, frame)
  const note = scope.get(names.metrics)
  const known = note === undefined ? undefined : knownOf(note)
  const { readings, failures, isUnknown } = meaning(frame, known, device, origin)
  if (frame.kind === 'DDEATH') scope.delete(names.metrics)
  const isLost = !isNext || isUnknown
  const asks = isLost && origin.recordTimeUs >= node[3] + ASK_EVERY_US
  const askedUs = asks ? origin.recordTimeUs : node[3]
  const bdSeq = isBirth ? (bdSeqOf(frame) ?? '') : node[1]
  write(scope, names.node, [isBirth ? 1 : node[0], bdSeq, frame.seq ?? node[2], askedUs])
  return { readings, failures, command: asks ? rebirthOf(frame, device, origin) : undefined }
}

function namesOf({ group, node, device }: SparkplugFrame) {
  const births = `births ${group}/${node}`
  // Aliases are unique in a node, and its devices' names are given by their own births.
  return {
    node: `node ${group}/${node}`,
    births,
    metrics: device === undefined ? births : `${births}/${device}`,
  }
}

/** Those of a node and of its devices. */
function forgetBirths(scope: Scope, births: string): void {
  for (const name of scope.names(`${births}/`)) scope.delete(name)
  scope.delete(births)
}

function readNode(text: string | undefined): Node {
  return text === undefined ? [0, '', -1, 0] : nodeSchema.parse(JSON.parse(text))
}

function write(scope: Scope, name: string, node: Node): void {
  scope.set(name, JSON.stringify(node))
}

function remember(scope: Scope, name: string, { metrics }: SparkplugFrame): void {
  const named = metrics.flatMap(({ name: metric, alias = '', datatype = 0, unit = '' }) =>
    metric === undefined ? [] : [[metric, alias, datatype, unit] as const],
  )
  scope.set(name, JSON.stringify(named))
}

interface Known {
  readonly name: string
  readonly datatype: number
  readonly unit: string
}

interface KnownMetrics {
  readonly byAlias: ReadonlyMap<string, Known>
  readonly byName: ReadonlyMap<string, Known>
}

/** Births are long and data are many: what a note says is worked out once. */
const parsed = new Map<string, KnownMetrics>()
const MAX_PARSED_CHARACTERS = 16 * 1024 * 1024
let parsedCharacters = 0

function knownOf(text: string): KnownMetrics {
  const found = parsed.get(text)
  if (found !== undefined) return found
  const all = z.array(knownMetric).parse(JSON.parse(text))
  const known = all.map(([name, alias, datatype, unit]) => ({ name, alias, datatype, unit }))
  const made: KnownMetrics = {
    byAlias: new Map(known.filter(({ alias }) => alias !== '').map((one) => [one.alias, one])),
    byName: new Map(known.map((one) => [one.name, one])),
  }
  parsedCharacters += text.length
  if (parsedCharacters > MAX_PARSED_CHARACTERS) {
    parsed.clear()
    parsedCharacters = text.length
  }
  parsed.set(text, made)
  return made
}

/** Of these a host makes commands and sessions, and no sensor measures them. */
const NOT_MEASURED = /^(?:bdSeq$|Node Control\/|Device Control\/|Properties\/|Node Info\/)/

/** The readings of a frame; `known`: what its birth has said, undefined where none came. */
function meaning(
  frame: SparkplugFrame,
  known: KnownMetrics | undefined,
  device: Device,
  origin: Origin,
) {
  const faults: Failure[] = []
  const past: Value[] = []
  const present: Value[] = []
  const unknown: string[] = []
  for (const metric of frame.metrics) {
    const value = known === undefined ? undefined : meantBy(metric, known)
    const name = value?.component ?? metric.name
    if (name !== undefined && NOT_MEASURED.test(name)) continue
    if (value === undefined) unknown.push(metric.name ?? `alias ${metric.alias ?? ''}`)
    else if (!metric.isHistorical) present.push(...(metric.isTransient ? [] : [value]))
    else if (metric.isTransient || value.value === undefined) continue
    else if (metric.timestampMs !== undefined) past.push(value)
    // That of the message is now, and it was not measured now.
    else faults.push(fail('field_missing', '/timestamp', `${name}, which is historical.`))
  }
  const isUnknown = unknown.length > 0
  // Told once a message, which may have thousands.
  if (isUnknown) faults.push(fail('birth_missing', '/metrics', unknown.slice(0, 10).join(', ')))
  const sensor: Sensor = sensorBehind(device, frame.device)
  // Of two values of one moment the last one stands: what is kept from before gives way.
  const values = [...past, ...present]
  const { readings, failures } = readingsOf(values, frame.timestampMs, sensor, origin)
  const behind = faults.map((fault, at) => partFailure(fault, values.length + at))
  return { readings, failures: [...failures, ...behind], isUnknown }
}

/** What a metric says; undefined where its birth has not named it and it cannot be typed. */
function meantBy(metric: SparkplugMetric, known: KnownMetrics): Value | undefined {
  const { name: own, alias = '' } = metric
  const birth = own === undefined ? known.byAlias.get(alias) : known.byName.get(own)
  const name = own ?? birth?.name
  const datatype = metric.datatype ?? birth?.datatype
  if (name === undefined || datatype === undefined) return undefined
  const unit = metric.unit ?? (birth?.unit || undefined)
  const last = name.slice(name.lastIndexOf('/') + 1) || name
  const value = numberOf(metric, datatype)
  return { component: name, name: last, unit, value, time: metric.timestampMs }
}

/** Bits of the signed integers, by datatype [6.4.16]. */
const signed = new Map([
  [1, 8],
  [2, 16],
  [3, 32],
  [4, 64],
])
const DATE_TIME = 13

/** A metric as a number or a boolean; undefined for null, texts, times and what is no number. */
function numberOf({ value }: SparkplugMetric, datatype: number): number | boolean | undefined {
  if (typeof value === 'string' || value === undefined || datatype === DATE_TIME) return undefined
  if (typeof value === 'boolean') return value
  const bits = signed.get(datatype)
  if (bits !== undefined && (typeof value === 'bigint' || Number.isInteger(value))) {
    return Number(BigInt.asIntN(bits, BigInt(value)))
  }
  return Number(value)
}

function rebirthOf({ group, node }: SparkplugFrame, device: Device, origin: Origin): Command {
  return {
    party: device.party,
    device: device.device,
    topic: `spBv1.0/${group}/NCMD/${node}`,
    payload: rebirthCommand(Math.floor(origin.recordTimeUs / 1000)),
  }
}
