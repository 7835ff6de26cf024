/**
 * Who a client certificate says its holder is. A device is named by the URI
 * `urn:suyuan:device:{party}:{device}` in the subject alternative name, of a certificate that the
 * configured authority signed.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'

export interface DeviceName {
  readonly party: string
  readonly device: string
}

const uri = /^URI:urn:suyuan:device:([a-z0-9-]{1,40}):([a-z0-9-]{1,40})$/

/**
 * The device named by the verified certificate of this connection; undefined without one. A
 * certificate of another authority (readers ship with their maker's) counts as none, and the device
 * has to show its key.
 */
export function certifiedDevice(socket: Socket): DeviceName | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const names = socket.getPeerCertificate().subjectaltname?.split(', ') ?? []
  for (const name of names) {
    const [, party, device] = uri.exec(name) ?? []
    if (party !== undefined && device !== undefined) return { party, device }
  }
  return undefined
}
