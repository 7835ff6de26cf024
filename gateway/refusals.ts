/**
 * What the gateway refuses: counted by reason, and said in the log. A device that tries again every
 * second is told of once a minute, so a broken fleet cannot flood the log.
 */
import type { Logger } from 'pino'
import { type Claim, nameOf } from './connections.ts'

/** Every reason, with the sentence for the log. */
const sentences = {
  accept_failed: 'connection refused: the system could not accept it',
  bad_credentials: 'connection refused: no such device, or not its key',
  client_id_missing: 'connection refused: a session to be kept needs a client id [MQTT-3.1.3-8]',
  connect_timeout: 'connection closed: no CONNECT arrived in time',
  connection_limit: 'connection refused: there are too many',
  foreign_subscription: 'subscription refused: a device hears its own rejected and cmd topics',
  foreign_topic: 'connection closed: the device published to a topic that is not its own',
  keepalive_timeout: 'connection closed: nothing came for 1.5 times its keep alive',
  malformed_packet: 'connection closed: it does not follow MQTT 3.1.1',
  mqtt_5: 'connection refused: MQTT 5 is not spoken here, set the client to MQTT 3.1.1',
  no_longer_allowed: 'connection closed: device or key has been disabled, moved or removed',
  not_mqtt: 'connection closed: what came first is not an MQTT CONNECT',
  packet_too_large: 'connection closed: a packet is longer than allowed',
  packet_too_slow: 'connection closed: a large packet did not arrive in time',
  server_unavailable: 'connection refused: the journal has failed',
  slow_reader: 'connection closed: it does not read what is sent to it',
  tls_handshake: 'connection refused: the TLS handshake failed',
} as const

export type RefusalReason = keyof typeof sentences

/** CONNACK return codes [MQTT 3.2.2.3]. */
type ReturnCode = 2 | 3 | 4 | 5
const returnCodes: ReadonlyMap<RefusalReason, ReturnCode> = new Map([
  ['client_id_missing', 2],
  ['server_unavailable', 3],
  ['bad_credentials', 4],
])

/** Handed to Aedes to end a connection; what it says has been logged and counted already. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  /** Of the CONNACK, where the answer is one. */
  readonly returnCode: ReturnCode

  constructor(reason: RefusalReason) {
    super(sentences[reason])
    this.returnCode = returnCodes.get(reason) ?? 5
  }
}

/** Who is refused: a Connection, or the address of one that did not come that far. */
export interface Refused {
  readonly address: string
  readonly claim?: Claim | undefined
}

const quietUs = 60_000_000
/** Of how many (reason, device) it is remembered that they were logged. */
const remembered = 1000

export class Refusals {
  readonly #log: Logger
  readonly #nowUs: () => number
  readonly #counts = new Map<RefusalReason, number>()
  readonly #logged = new Map<string, { untilUs: number; hushed: number }>()

  constructor(log: Logger, nowUs: () => number) {
    this.#log = log
    this.#nowUs = nowUs
  }

  /** Counts a refusal and logs it. */
  note(reason: RefusalReason, { address, claim }: Refused, details: object = {}): void {
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + 1)
    const device = claim && nameOf(claim)
    const key = `${reason} ${device ?? address}`
    const last = this.#logged.get(key)
    const nowUs = this.#nowUs()
    if (last !== undefined && nowUs < last.untilUs) {
      last.hushed += 1
      return
    }
    this.#logged.delete(key)
    this.#logged.set(key, { untilUs: nowUs + quietUs, hushed: 0 })
    const [oldest] = this.#logged.keys()
    if (this.#logged.size > remembered && oldest !== undefined) this.#logged.delete(oldest)
    const repeats = last?.hushed ? { sinceLastLine: last.hushed } : {}
    this.#log.warn({ reason, device, address, ...details, ...repeats }, sentences[reason])
  }

  counts(): Partial<Record<RefusalReason, number>> {
    return Object.fromEntries(this.#counts)
  }
}
