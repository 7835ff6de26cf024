/** The temperature along the way of an item, thinned out where there is very much of it. */
import { useQuery } from '@tanstack/react-query'
import { askedOrKept } from '../offline/answers.ts'
import { untilAnswered } from '../offline/patience.ts'
import { api, told } from '../server/api.ts'
import type { Point } from './curve.ts'
import type { FullItem } from './item-data.ts'

export interface Series {
  readonly device: string
  readonly points: readonly Point[]
}

const HOUR_MS = 3_600_000
/** Of longer ways the mean, lowest and highest of windows are asked for. */
const WHOLE_MS = 14 * 24 * HOUR_MS
const WINDOWS = 4000

export function useTemperature({ key, sensors, state }: FullItem) {
  const every = windowOf(
    Date.parse(sensors[0]?.fromTime ?? state.firstSeen?.time ?? ''),
    Date.parse(state.lastSeen?.time ?? ''),
  )
  return useQuery({
    queryKey: ['temperature', key],
    enabled: sensors.length > 0,
    queryFn: () => {
      const query = { item: key, type: 'Temperature', ...(every && { every }) }
      return askedOrKept(`temperature ${key}`, async () => {
        const { series } = await told(api.v1.telemetry.$get({ query }))
        return series
          .filter(({ type }) => type.endsWith('Temperature'))
          .map(({ device, points }): Series => ({ device, points: points.map(pointOf) }))
      })
    },
    refetchInterval: untilAnswered,
  })
}

function windowOf(fromMs: number, toMs: number): string | undefined {
  const length = toMs - fromMs
  if (!(length > WHOLE_MS)) return undefined
  return `${Math.ceil(length / WINDOWS / 60_000)}m`
}

interface Told {
  readonly time: string
  readonly value: number
  readonly min?: number | undefined
  readonly max?: number | undefined
}

function pointOf(point: Told): Point {
  const { time, value, min = value, max = value } = point
  return { timeMs: Date.parse(time), value, min, max }
}
