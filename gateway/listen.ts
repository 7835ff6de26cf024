/** The ports: plain MQTT, and MQTT over TLS, on which a device may show a certificate. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Refusals } from './refusals.ts'

/** PEM texts. With `ca`, a certificate that it signed is asked for and taken in place of a key. */
export interface TlsMaterial {
  readonly cert: string
  readonly key: string
  readonly ca?: string | undefined
}

export interface ListenSettings {
  readonly host?: string | undefined
  /** 0 takes a free port; undefined opens none. */
  readonly mqttPort: number | undefined
  readonly mqttsPort?: number | undefined
  readonly tls?: TlsMaterial | undefined
  /** Each port takes so many connections. */
  readonly maxConnections: number
}

export interface Listeners {
  readonly ports: { readonly mqtt: number | undefined; readonly mqtts: number | undefined }
  /** Takes no more connections; the open ones stay. */
  close(): void
}

const handshakeTimeoutMs = 10_000
/** Finds dead peers, also of devices that connect without a keep alive. */
const probeAfterMs = 60_000
/** All read buffers of a port together are bounded by this. */
const readBuffersBytes = 256 * 1024 * 1024
const largestReadBufferBytes = 1024 * 1024

/** Listens on every port asked for; resolves when all of them accept connections. */
export async function listen(
  settings: ListenSettings,
  refusals: Refusals,
  onSocket: (socket: Socket) => void,
): Promise<Listeners> {
  const { host, mqttPort, mqttsPort, tls, maxConnections } = settings
  const options = {
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: probeAfterMs,
    // The larger, the more messages of one device share a commit.
    highWaterMark: Math.min(largestReadBufferBytes, Math.floor(readBuffersBytes / maxConnections)),
  }
  const plain = mqttPort === undefined ? undefined : createServer(options, onSocket)
  const secure = tls && mqttsPort !== undefined ? secureServer(tls, options, onSocket) : undefined
  secure?.on('tlsClientError', (error, { remoteAddress = '' }) => {
    refusals.noteOf('tls_handshake', remoteAddress, {
      remote: remoteAddress,
      detail: error.message,
    })
  })
  const ports = {
    mqtt: plain && (await open(plain, mqttPort)),
    mqtts: secure && (await open(secure, mqttsPort)),
  }
  return {
    ports,
    close() {
      plain?.close()
      secure?.close()
    },
  }

  async function open(server: Server, port: number | undefined): Promise<number> {
    server.maxConnections = maxConnections
    server.on('drop', ({ remoteAddress = '' } = {}) => {
      refusals.noteOf('connection_limit', remoteAddress, { remote: remoteAddress, maxConnections })
    })
    server.listen(port, host)
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
}

function secureServer(tls: TlsMaterial, options: object, onSocket: (socket: Socket) => void) {
  const { cert, key, ca } = tls
  return createTlsServer(
    {
      ...options,
      cert,
      key,
      ...(ca === undefined ? {} : { ca, requestCert: true }),
      // A device without a certificate may still show its key (certificate.ts).
      rejectUnauthorized: false,
      handshakeTimeout: handshakeTimeoutMs,
      minVersion: 'TLSv1.2',
    },
    onSocket,
  )
}
