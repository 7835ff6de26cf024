/**
 * What a sensor is mounted on. The registry says it of now; the trail is told when it changes, by
 * the first reading that comes after.
 */
import { formatTimeUs } from '#epcis/time.ts'
import { type Device, sensorKeyOf } from '#store/registry/schema.ts'
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
