/**
 * The CONNECT, before it is authenticated: who it claims to be, and what of it is changed.
 *
 * - The client id is put behind the device's name. Aedes closes an earlier connection with the same
 *   id [MQTT-3.1.4-2], so without that one device could throw out another by taking its id.
 * - No session outlives its connection (CONNACK says session present 0). What a device must not
 *   lose is in the journal, a repeat is known by its event's identity, and rejections stay in the
 *   API; sessions of devices that never return would only grow.
 */
import type { AedesOptions } from 'aedes'
import { certifiedDevice } from './certificate.ts'
import { type Claim, type Connection, type Connections, nameOf } from './connections.ts'
import type { Refusals } from './refusals.ts'

const userName = /^([a-z0-9-]{1,40})\/([a-z0-9-]{1,40})$/

export function preConnect(
  connections: Connections,
  refusals: Refusals,
): NonNullable<AedesOptions['preConnect']> {
  let nameless = 0
  return (client, packet, callback) => {
    const connection = connections.of(client.conn)
    connection.claim = claimOf(connection, packet.username)
    // Aedes itself answers with return code 1, unacceptable protocol version [MQTT-3.1.2-2].
    if (packet.protocolVersion === 5) refusals.note('mqtt_5', connection)
    connection.lacksClientId = packet.clientId === '' && !packet.clean
    if (packet.clientId === '') {
      nameless += 1
      packet.clientId = `#${nameless}`
    }
    const owner = connection.claim === undefined ? '?' : nameOf(connection.claim)
    packet.clientId = `${owner}/${packet.clientId}`
    packet.clean = true
    callback(null, true)
  }
}

/** A verified certificate decides; a user name beside it must say the same. */
function claimOf({ socket }: Connection, username: string | undefined): Claim | undefined {
  const certified = certifiedDevice(socket)
  if (certified !== undefined) {
    const agrees = username === undefined || username === nameOf(certified)
    return agrees ? { ...certified, by: 'certificate' } : undefined
  }
  const [, party, device] = userName.exec(username ?? '') ?? []
  if (party === undefined || device === undefined) return undefined
  return { party, device, by: 'key' }
}
