/** What a device's activity and its data sheet say about how it is. */
import type { InferResponseType } from 'hono/client'
import type { api } from '../server/api.ts'

export type Device = InferResponseType<typeof api.v1.devices.$get>['items'][number]
export type Activity = InferResponseType<
  (typeof api.v1)['device-activity']['$get']
>['items'][number]

const HOUR_MS = 3_600_000
const DAY_HOURS = 24
const SOON_MS = 30 * DAY_HOURS * HOUR_MS

interface Hour {
  readonly messages: number
  /** Numbers noticed as missing in it. */
  readonly missing: number
}

/** Each of the last 24 hours, the oldest first. */
export function lastDay(activity: Activity | undefined, nowMs: number): Hour[] {
  const thisHour = Math.floor(nowMs / HOUR_MS)
  const hours = new Array<Hour>(DAY_HOURS).fill({ messages: 0, missing: 0 })
  for (const { from, messages, missing } of activity?.hours ?? []) {
    const place = DAY_HOURS - 1 - (thisHour - Math.floor(Date.parse(from) / HOUR_MS))
    if (place >= 0 && place < DAY_HOURS) hours[place] = { messages, missing }
  }
  return hours
}

export type Numbers = NonNullable<Activity['numbers']>

/** Whether something was noticed as missing within a day. */
export function isLosing({ lastGap }: Numbers, nowMs: number): boolean {
  return lastGap !== undefined && nowMs - Date.parse(lastGap.noticed) < DAY_HOURS * HOUR_MS
}

export function isSilent(activity: Activity | undefined, nowMs: number): boolean {
  return activity === undefined || nowMs - Date.parse(activity.lastHeard) > DAY_HOURS * HOUR_MS
}

/** `calibrationDue` is its last day, whole. */
export function calibrationOf(
  { calibrationDue }: Pick<Device, 'calibrationDue'>,
  nowMs: number,
): 'none' | 'fine' | 'soon' | 'over' {
  if (calibrationDue === undefined) return 'none'
  const leftMs = Date.parse(calibrationDue) + DAY_HOURS * HOUR_MS - nowMs
  if (leftMs <= 0) return 'over'
  return leftMs < SOON_MS ? 'soon' : 'fine'
}

/** The subject of alerts about a sensor, as the server names it. */
export function sensorKey({ epc, party, device }: Device): string {
  return epc ?? `urn:suyuan:device:${party}:${device}`
}
