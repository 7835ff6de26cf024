/** What ingest asks of a device that is connected. It is asked again if need be: nobody waits. */
import type { Command } from '#ingest/sparkplug.ts'
import type { DeviceBroker } from './broker.ts'
import type { Connections } from './connections.ts'

/** As Sparkplug has it for commands: QoS 0, not retained [Sparkplug 3.0, 6.4.20]. */
export function publishCommand(
  broker: DeviceBroker,
  connections: Connections,
  { topic, payload, ...device }: Command,
): void {
  const [connection] = connections.ofDevice(device)
  if (connection === undefined) return
  const body = Buffer.from(payload)
  const packet = {
    cmd: 'publish',
    topic,
    payload: body,
    qos: 0,
    retain: false,
    dup: false,
  } as const
  broker.publish(packet, () => {})
}
