/**
 * What a sensor is mounted on, and whether its calibration is due. The registry says both of now;
 * the trail is told when it changes, by the first reading that comes after.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
import type { Reading } from '#store/trail.ts'
import { decodeEpcis } from './decode-epcis.ts'
import type { DecodedEvent, Origin } from './decoded.ts'
import type { Scope } from './memory.ts'

const ASSET = 'asset'

/**
 * The AssociationEvents of a sensor that was moved: taken off what it was on, put on what it is on
 * now. Their places in the message are `index` and the one behind.
 */
export function foldAsset(
  device: Device,
  origin: Origin,
  scope: Scope,
  index: number,
): DecodedEvent[] {
  const asset = device.binding?.asset
  const before = scope.get(ASSET)
  if (asset === before) return []
  if (asset === undefined) scope.delete(ASSET)
  else scope.set(ASSET, asset)
  const changes = [
    { asset: before, action: 'DELETE' },
    { asset, action: 'ADD' },
  ] as const
  return changes.flatMap(({ asset: parentID, action }, at) => {
    if (parentID === undefined) return []
    const event = {
      type: 'AssociationEvent',
      eventTime: formatTimeUs(origin.receivedAtUs),
      eventTimeZoneOffset: '+00:00',
      action,
      parentID,
      childEPCs: [sensorKeyOf(device)],
    }
    const { events } = decodeEpcis(JSON.stringify(event), event, origin)
    // An asset whose key is no URI cannot stand in an event: the association is in the registry.
    return events.map((decoded) => ({ ...decoded, index: index + at }))
  })
}

const CALIBRATION = 'calibration'
const DAY_MS = 86_400_000

/** How much was measured after the last day of valid calibration: a note beside the readings. */
export interface Overdue {
  readonly due: string
  readonly firstUs: number
  readonly lastUs: number
  readonly readings: number
}

export function foldCalibration(
  { calibrationDue }: Pick<Device, 'calibrationDue'>,
  readings: readonly Reading[],
  scope: Scope,
): void {
  if (calibrationDue === undefined) return
  const endUs = (Date.parse(`${calibrationDue}T00:00:00Z`) + DAY_MS) * 1000
  const late = readings.map(({ timeUs }) => timeUs).filter((timeUs) => timeUs >= endUs)
  if (late.length === 0) return
  const text = scope.get(CALIBRATION)
  const known: Overdue | undefined = text === undefined ? undefined : JSON.parse(text)
  const before = known?.due === calibrationDue ? known : undefined
  const overdue: Overdue = {
    due: calibrationDue,
    firstUs: late.reduce((a, b) => Math.min(a, b), before?.firstUs ?? Number.MAX_SAFE_INTEGER),
    lastUs: late.reduce((a, b) => Math.max(a, b), before?.lastUs ?? 0),
    readings: (before?.readings ?? 0) + late.length,
  }
  scope.set(CALIBRATION, JSON.stringify(overdue))
}
