/**
 * Aedes, set up to take in instead of to switch: what a device publishes ends in the journal,
 * for nobody may subscribe to it. Only the gateway's own messages, down to the devices, are routed.
 */
import { Aedes, type Client, type PublishPacket } from 'aedes'

type Done = (error?: Error) => void

/** One device that does not read delays what goes down to the others by so much at most. */
const drainTimeoutMs = 3_000
/** Three days: missing one (a suspended machine) makes Aedes publish the wills of the living. */
const heartbeatMs = 2 ** 28

export class DeviceBroker extends Aedes {
  /** Where Aedes keeps what its clients are in the middle of; its types leave it out. */
  declare private readonly persistence: {
    incomingGetPacket(client: Client, packet: PublishPacket): Promise<unknown>
  }

  /** A connection that sends no whole CONNECT for so long is closed. */
  constructor(connectTimeoutMs: number) {
    super({
      connectTimeout: connectTimeoutMs,
      drainTimeout: drainTimeoutMs,
      heartbeatInterval: heartbeatMs,
      // Packets behind a CONNECT that is not answered yet: a device need not wait [MQTT 3.1.4].
      queueLimit: 1_000,
      // preConnect puts the device's name in front of each.
      maxClientsIdLength: 65_535,
    })
  }

  /** Routing a device's message costs more than receiving it, and would find no subscriber. */
  override publish(packet: PublishPacket, client: Client | null | Done, done?: Done): void {
    if (typeof client === 'function') super.publish(packet, client)
    else done?.()
  }

  /** Whether this QoS 2 message has been taken already and waits for its PUBREL [MQTT-4.3.3-2]. */
  hasTaken(client: Client, packet: PublishPacket): Promise<boolean> {
    return this.persistence.incomingGetPacket(client, packet).then(
      () => true,
      () => false,
    )
  }
}
