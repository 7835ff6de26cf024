/**
 * What sensors measured: those of a device, or those that an item was exposed to, by way of the
 * containers it was in. Streamed, so that years of readings are never held whole.
 */
import { z } from 'zod'
import { formatTimeUs } from '#epcis/time.ts'
import { keyOf } from '#epcis/understand.ts'
import { sensorKeyOf } from '#store/registry/schema.ts'
import type { Registry } from '#store/registry.ts'
import type { TelemetryPoint, TelemetryQuery, TrailReader } from '#store/trail.ts'
import { overlap } from '#trace/carriers.ts'
import { exposureOf } from '#trace/exposure.ts'
import { wayOf } from '#trace/history.ts'
import type { TimeWindow } from '#trace/source.ts'
import { type Mounted, Surroundings } from '#trace/surroundings.ts'
import { type Caller, isForeign } from './caller.ts'
import { knownItem } from './item.ts'
import { duration, moment, valueList } from './parameters.ts'
import { Problem } from './problem.ts'
import type { ReadIdentifier } from './reading.ts'
import type { Router } from './route.ts'
import { streamText } from './stream.ts'
import { trailFor } from './visible.ts'

const pointSchema = z
  .object({
    time: z.iso.datetime(),
    value: z.number(),
    min: z.number().optional(),
    max: z.number().optional(),
    count: z.int().optional(),
    resolutionSeconds: z.number().optional().meta({
      description: 'Where the readings are no longer kept: the width of what this is the mean of',
    }),
  })
  .meta({ description: 'One reading; with `every`, the mean of a window that begins at time' })

const telemetrySchema = z
  .object({
    series: z.array(
      z.object({
        device: z.string(),
        type: z.string(),
        component: z.string(),
        uom: z.string(),
        party: z.string(),
        points: z.array(pointSchema),
      }),
    ),
  })
  .meta({ id: 'Telemetry' })

export interface TelemetryParts {
  readonly trail: TrailReader
  readonly registry: Pick<Registry, 'device'>
  readonly mounted: Mounted
  readonly read: ReadIdentifier
}

export function serveTelemetry(router: Router, parts: TelemetryParts) {
  const { trail, registry } = parts
  const readings = router.serve(
    {
      method: 'get',
      path: '/v1/telemetry',
      may: 'read telemetry',
      tag: 'Trace',
      summary: 'What sensors measured',
      description:
        'Of a device, or along the way of an item: the readings of every sensor that was with it ' +
        'or with what it was in, while it was.',
      query: {
        device: z.string().optional().meta({
          description: '{party}/{device}, or the EPC of the sensor; this or item',
        }),
        item: z.string().optional().meta({ description: 'Any spelling of an identifier' }),
        type: valueList.optional().meta({ description: 'Such as Temperature', type: 'string' }),
        from: moment.optional(),
        to: moment.optional(),
        every: duration.optional().meta({ description: 'Mean of windows of this length' }),
      },
      answers: { 200: { description: 'The readings by series', schema: telemetrySchema } },
    },
    async (c, { caller, query: { device, item, type, from, to, every } }) => {
      if ((device === undefined) === (item === undefined)) {
        throw new Problem('invalid_query', { path: 'device', detail: 'give device or item' })
      }
      const asked = { ...(type && { types: type }), ...(every && { everyUs: every }) }
      const sensors =
        item === undefined
          ? [{ device: sensorOf(device ?? '', registry), fromUs: from, toUs: to }]
          : await sensorsWith(parts, caller, item, { fromUs: from, toUs: to })
      const queries = sensors.map(({ device, fromUs, toUs }) => {
        return { ...asked, devices: [device], fromUs, toUs }
      })
      return streamText(c, seriesText(points(trail, queries, caller), every !== undefined), {
        'Content-Type': 'application/json',
      })
    },
  )
  return [readings]
}

/** The key of a sensor by the name of its device, or by an EPC in any spelling. */
function sensorOf(text: string, registry: Pick<Registry, 'device'>): string {
  const [, party, device] = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(text) ?? []
  if (party === undefined || device === undefined) return keyOf(text)
  return sensorKeyOf(registry.device(party, device) ?? { party, device })
}

interface SensorWindow extends TimeWindow {
  readonly device: string
}

/** The sensors that were with an item, each for as long as it was. */
async function sensorsWith(
  { trail, mounted, read }: TelemetryParts,
  caller: Caller,
  item: string,
  { fromUs, toUs }: TimeWindow,
): Promise<SensorWindow[]> {
  const source = trailFor(trail, caller)
  const { key } = await knownItem(source, read, [item])
  const surroundings = new Surroundings(source, mounted)
  const way = await wayOf(surroundings, key)
  if (way === undefined) return []
  const { sensors } = await exposureOf(way, surroundings)
  return sensors.flatMap((stay) => {
    // The stay ends before its end, a window with it.
    const asked = { fromUs: fromUs ?? 0, toUs: (toUs ?? Number.MAX_SAFE_INTEGER - 1) + 1 }
    const during = overlap(stay, asked)
    return during ? [{ device: stay.device, fromUs: during.fromUs, toUs: during.toUs - 1 }] : []
  })
}

/**
 * Readings of several queries, one after the other; of the caller's own party where it is confined.
 */
async function* points(
  trail: TrailReader,
  queries: readonly TelemetryQuery[],
  caller: Caller,
): AsyncGenerator<TelemetryPoint> {
  for (const query of queries) {
    for await (const chunk of trail.telemetry(query)) {
      for (const point of chunk) if (!isForeign(caller, point.party)) yield point
    }
  }
}

/** The document, series by series, as the points come: those of one series come together. */
async function* seriesText(
  points: AsyncIterable<TelemetryPoint>,
  windowed: boolean,
): AsyncGenerator<string> {
  let open: string | undefined
  yield '{"series":['
  for await (const { device, type, component, uom, party, ...point } of points) {
    const series = JSON.stringify({ device, type, component, uom, party })
    if (series === open) yield ','
    else yield `${open === undefined ? '' : ']},'}${series.slice(0, -1)},"points":[`
    open = series
    const { timeUs, value, resolutionUs, ...spread } = point
    const isMean = windowed || resolutionUs !== undefined
    const coarse = resolutionUs && { resolutionSeconds: resolutionUs / 1e6 }
    const told = { time: formatTimeUs(timeUs), value, ...(isMean && spread), ...coarse }
    yield JSON.stringify(told)
  }
  yield open === undefined ? ']}' : ']}]}'
}
