/** The open connections: who is at the other end, and what they may do. */
import type { Socket } from 'node:net'
import type { Device } from '#store/registry/schema.ts'
import type { DeviceName } from './certificate.ts'
import type { DeviceTopics } from './topics.ts'

/** Who a connection says it is, and how it will prove it. */
export interface Claim extends DeviceName {
  readonly by: 'certificate' | 'key'
}

/** A device that has proved who it is. */
export interface Admission {
  readonly device: Device
  readonly topics: DeviceTopics
  /** The key it came with; undefined where it came with a certificate. */
  readonly keyId: string | undefined
}

export interface Connection {
  readonly socket: Socket
  /** Of the other end. */
  readonly address: string
  /** Topic filters that it has subscribed, and with which QoS. */
  readonly granted: Map<string, number>
  /** Set by its CONNECT. */
  claim: Claim | undefined
  /** Set by its CONNECT too: it asks for a session to be kept, but under no name. */
  lacksClientId: boolean
  /** Set once it is to be ended for what it published: nothing more of it is taken. */
  isEnding: boolean
  /** Set once it is authenticated. */
  admission: Admission | undefined
}

export class Connections {
  readonly #open = new Set<Connection>()
  // Not by Aedes' client: a will comes after its client has closed, and still needs its device.
  readonly #bySocket = new WeakMap<object, Connection>()
  readonly #byDevice = new Map<string, Set<Connection>>()

  get size(): number {
    return this.#open.size
  }

  /** Takes a socket in until it closes. */
  open(socket: Socket): Connection {
    const connection: Connection = {
      socket,
      address: socket.remoteAddress ?? '',
      granted: new Map(),
      claim: undefined,
      lacksClientId: false,
      isEnding: false,
      admission: undefined,
    }
    this.#open.add(connection)
    this.#bySocket.set(socket, connection)
    socket.once('close', () => this.#close(connection))
    return connection
  }

  /** The connection of a socket, also after it has closed. */
  of(socket: object): Connection {
    const connection = this.#bySocket.get(socket)
    if (connection === undefined) throw new TypeError('a socket that this gateway never opened')
    return connection
  }

  admit(connection: Connection, admission: Admission): void {
    connection.admission = admission
    if (!this.#open.has(connection)) return
    const name = nameOf(admission.device)
    const others = this.#byDevice.get(name)
    if (others === undefined) this.#byDevice.set(name, new Set([connection]))
    else others.add(connection)
  }

  /** The admitted connections of one device. */
  ofDevice(device: DeviceName): Iterable<Connection> {
    return this.#byDevice.get(nameOf(device)) ?? []
  }

  [Symbol.iterator](): Iterator<Connection> {
    return this.#open[Symbol.iterator]()
  }

  #close(connection: Connection): void {
    this.#open.delete(connection)
    if (connection.admission === undefined) return
    const name = nameOf(connection.admission.device)
    const others = this.#byDevice.get(name)
    others?.delete(connection)
    if (others?.size === 0) this.#byDevice.delete(name)
  }
}

/** `{party}/{device}`: the user name of a device. */
export function nameOf({ party, device }: DeviceName): string {
  return `${party}/${device}`
}
