/**
 * What a message of an edge node means after those before it. A birth names the metrics, their
 * types and their aliases; data may name an alias alone. A gap in the numbers of the messages, data
 * before a birth and an alias that nobody has heard of have the node asked for its births again.
 * The order is that of the journal, so there is nothing to wait for. [Sparkplug 3.0, 6.4.6, 6.4.9]
 */
import { z } from 'zod'
import type { Device } from '#store/registry/schema.ts'
import type { Reading } from '#store/trail.ts'
import type { Decoded, Origin, SparkplugFrame, SparkplugMetric } from './decoded.ts'
import { readingsOf, type Sensor, sensorBehind } from './formats/sensor-readings.ts'
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
    if (bdSeq === undefined || bdSeq === node[1]) write(scope, names.node, [0, '', -1, node[3]])
    return silent
  }
  const isBirth = frame.kind === 'NBIRTH'
  const isNext = isBirth || (node[0] === 1 && frame.seq === (node[2] + 1) % 256)
  if (isBirth) for (const name of scope.names(`${names.births}/`)) scope.delete(name)
  if (frame.kind === 'NBIRTH' || frame.kind === 'DBIRTH') remember(scope, names.metrics, frame)
  const known = knownOf(scope.get(names.metrics))
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

function knownOf(text = '[]'): KnownMetrics {
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

function meaning(frame: SparkplugFrame, known: KnownMetrics, device: Device, origin: Origin) {
  let isUnknown = false
  const values = frame.metrics.flatMap((metric) => {
    const birth =
      metric.name === undefined
        ? known.byAlias.get(metric.alias ?? '')
        : known.byName.get(metric.name)
    const name = metric.name ?? birth?.name
    if (name === undefined) isUnknown = true
    if (name === undefined || NOT_MEASURED.test(name)) return []
    const value = numberOf(metric, metric.datatype ?? birth?.datatype ?? 0)
    const unit = metric.unit ?? (birth?.unit || undefined)
    const last = name.slice(name.lastIndexOf('/') + 1) || name
    return [{ component: name, name: last, unit, value, time: metric.timestampMs }]
  })
  const sensor: Sensor = sensorBehind(device, frame.device)
  const { readings, failures } = readingsOf(values, frame.timestampMs, sensor, origin)
  return { readings, failures, isUnknown }
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
