/** What pages are measured with: a chain of thousands of nodes, a curve of very many readings. */
import { request } from '#simulators/server.ts'
import { captured } from '../dashboards/scene.ts'
import type { Program } from '../e2e/program.ts'

const gtin = '06907654321090'
const place = (number: number) =>
  `https://id.gs1.org/414/69076543${String(number).padStart(5, '0')}`
const SITES = 50
const A_DAY_MS = 86_400_000
const EVENTS_A_DOCUMENT = 250

/** The lot that all of the large chain comes from. */
export const ROOT = `https://id.gs1.org/01/${gtin}/10/ROOT`
/** The item whose sensor has told of it every ten seconds. */
export const WATCHED = `https://id.gs1.org/01/${gtin}/21/WATCHED`

const SENSOR = 'https://id.gs1.org/8004/690765432SENSOR1'
const READING_MS = 10_000
const READINGS_AN_EVENT = 200

export async function playLargeData(
  program: Program,
  key: string,
  { nodes, readings }: { readonly nodes: number; readonly readings: number },
): Promise<void> {
  for (let site = 0; site < SITES; site += 1) {
    const path = `/v1/locations/${encodeURIComponent(place(site))}`
    await request(program, 'PUT', path, { name: `Site ${site}`, party: 'bench' })
  }
  await request(
    program,
    'PUT',
    `/v1/products/${encodeURIComponent(`https://id.gs1.org/01/${gtin}`)}`,
    {
      ...{ party: 'bench', name: 'Milk 1 l', domain: 'food' },
      storageCelsius: { min: 0, max: 6 },
    },
  )
  for (const all of [spread(nodes), watched(readings)]) {
    for (const events of inDocuments(all)) await captured(program, key, events)
  }
}

function* inDocuments(all: Iterable<object>): Iterable<readonly object[]> {
  let some: object[] = []
  for (const each of all) {
    some.push(each)
    if (some.length < EVENTS_A_DOCUMENT) continue
    yield some
    some = []
  }
  if (some.length > 0) yield some
}

/** Packs of one lot, five at a time, each five at another site or on another day. */
function* spread(nodes: number): Iterable<object> {
  const startMs = Date.now() - 40 * A_DAY_MS
  yield event(startMs, 0, {
    ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning' },
    quantityList: [{ epcClass: ROOT, quantity: nodes }],
  })
  for (let at = 0; at * 5 < nodes; at += 1) {
    const timeMs = startMs + Math.floor(at / SITES + 1) * A_DAY_MS + (at % SITES) * 60_000
    yield event(timeMs, at % SITES, {
      ...{ type: 'TransformationEvent', bizStep: 'packing' },
      inputQuantityList: [{ epcClass: ROOT, quantity: 5 }],
      outputEPCList: [0, 1, 2, 3, 4].map((n) => `https://id.gs1.org/01/${gtin}/21/N${at}-${n}`),
    })
  }
}

/** An item with its own sensor, and what that told. */
function* watched(readings: number): Iterable<object> {
  const startMs = Date.now() - readings * READING_MS - 60_000
  yield event(startMs, 1, {
    ...{ type: 'ObjectEvent', action: 'ADD', bizStep: 'commissioning', epcList: [WATCHED] },
  })
  yield event(startMs, 1, {
    ...{ type: 'AssociationEvent', action: 'ADD', parentID: WATCHED, childEPCs: [SENSOR] },
  })
  for (let at = 0; at < readings; at += READINGS_AN_EVENT) {
    const count = Math.min(READINGS_AN_EVENT, readings - at)
    const times = Array.from({ length: count }, (_, n) => startMs + (at + n) * READING_MS)
    yield event(times.at(-1) ?? startMs, 1, {
      ...{ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'sensor_reporting', epcList: [] },
      sensorElementList: times.map((timeMs, n) => ({
        sensorMetadata: { time: new Date(timeMs).toISOString(), deviceID: SENSOR },
        sensorReport: [{ type: 'Temperature', value: celsius(at + n), uom: 'CEL' }],
      })),
    })
  }
  yield event(Date.now() - 30_000, 1, {
    ...{ type: 'ObjectEvent', action: 'OBSERVE', bizStep: 'inspecting', epcList: [WATCHED] },
  })
}

/** A day's wave with noise, and each day an hour that is too warm. */
function celsius(n: number): number {
  const wave = 3 + Math.sin(n / 1375) + ((n * 7919) % 100) / 200
  const isWarm = n % 8640 > 8000
  return Math.round((wave + (isWarm ? 4 : 0)) * 10) / 10
}

function event(timeMs: number, site: number, more: object): object {
  return {
    eventTime: new Date(timeMs).toISOString(),
    eventTimeZoneOffset: '+08:00',
    readPoint: { id: place(site) },
    bizLocation: { id: place(site) },
    ...more,
  }
}
