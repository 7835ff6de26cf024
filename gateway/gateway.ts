/**
 * The MQTT gateway: devices in, journal out. PUBACK means that the bytes are on disk.
 *
 * What it promises beside that:
 * - memory is bounded whatever devices send (guard.ts, valve.ts, listen.ts);
 * - a device reaches only its own topics, and harms only its own connection;
 * - once the journal has failed nothing is acknowledged any more, and nobody is let in.
 */
import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import type { RejectionNotice } from '#ingest/news.ts'
import type { Command } from '#ingest/sparkplug.ts'
import type { Journal } from '#store/journal/journal.ts'
import type { Registry } from '#store/registry.ts'
import { authenticate } from './authenticate.ts'
import { authorizePublish, type PublishStats } from './authorize-publish.ts'
import { authorizeSubscribe } from './authorize-subscribe.ts'
import { DeviceBroker } from './broker.ts'
import { clientErrors } from './client-errors.ts'
import { publishCommand } from './commands.ts'
import { Connections } from './connections.ts'
import { guardConnection } from './guard.ts'
import { onJournalFailure } from './journal-failure.ts'
import { type Listeners, type ListenSettings, listen } from './listen.ts'
import { Notices } from './notices.ts'
import { preConnect } from './pre-connect.ts'
import { type RefusalReason, Refusals } from './refusals.ts'
import { type RejectionStats, Rejections } from './rejections.ts'
import { shutDown } from './shutdown.ts'
import { OWN_HOST, statePacket } from './sparkplug-host.ts'
import { watchStanding } from './standing.ts'
import { onStreamFault } from './stream-faults.ts'
import { Valve, type ValveStats } from './valve.ts'

export interface GatewaySettings extends ListenSettings {
  /** Longest PUBLISH that is read. */
  readonly maxPacketBytes: number
  /** How long a connection may take to send its CONNECT; 10 s without it. */
  readonly connectTimeoutMs?: number
}

export interface GatewayParts {
  readonly settings: GatewaySettings
  readonly journal: Pick<Journal, 'append' | 'failed'>
  readonly registry: Registry
  /** Whether the journal may grow; while it may not, no PUBLISH is read. Asked once a chunk. */
  readonly hasRoom: () => boolean
  readonly log: Logger
  /** Microseconds since 1970. */
  readonly nowUs: () => number
}

export interface Gateway {
  readonly ports: Listeners['ports']
  /** Tells a device, if it is connected, what of its messages was rejected. Never waits. */
  publishRejection(notice: RejectionNotice): void
  /** Tells a device, if it is connected, what ingest asks of it. Never waits. */
  publishCommand(command: Command): void
  /** Slugs of the parties of which a device listens to commands. */
  listening(): string[]
  /** Hands a command to the devices of a party that listen; gives how many have taken it. */
  publishNotice(party: string, payload: string): Promise<number>
  /** Counters since the start, and what is under way now. */
  stats(): GatewayStats
  /**
   * Takes no more connections and messages, waits for the journal to answer for those it has (10 s
   * at most, then they stay unacknowledged), lets the answers out, and ends every connection.
   */
  close(): Promise<void>
}

export interface GatewayStats extends PublishStats, RejectionStats, ValveStats {
  readonly connections: number
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>
}

/** Largest packet of another kind than PUBLISH: a CONNECT holds a will of 64 KiB and some names. */
const maxControlBytes = 128 * 1024
const maxHeldMessages = 20_000
const maxHeldBytes = 64 * 1024 * 1024
/** So many of the largest packets may be on their way in at a time. */
const maxLargestArriving = 4

/** Listens on the ports asked for; resolves when devices can connect, rejects if one is taken. */
export async function startGateway(parts: GatewayParts): Promise<Gateway> {
  const { settings, journal, registry, hasRoom, log, nowUs } = parts
  const { maxPacketBytes, connectTimeoutMs = 10_000 } = settings
  const limits = { maxPublishBytes: maxPacketBytes, maxControlBytes }
  const maxArrivingBytes = maxLargestArriving * maxPacketBytes
  const refusals = new Refusals(log, nowUs)
  const connections = new Connections()
  const valve = new Valve({ maxHeldMessages, maxHeldBytes, maxArrivingBytes }, hasRoom, nowUs, log)
  const broker = new DeviceBroker(connectTimeoutMs)
  const rejections = new Rejections(broker, connections)
  const notices = new Notices(broker, connections)
  const onFault = onStreamFault(refusals, rejections)
  const published = { received: 0, receivedBytes: 0, acknowledged: 0 }
  const onFailure = onJournalFailure(connections, log)

  broker.preConnect = preConnect(connections, refusals)
  broker.authenticate = authenticate(registry, connections, refusals, journal)
  broker.authorizePublish = authorizePublish({
    journal,
    broker,
    connections,
    refusals,
    rejections,
    valve,
    onFailure,
    nowUs,
    stats: published,
  })
  broker.authorizeSubscribe = authorizeSubscribe(connections, refusals)
  const onClientError = clientErrors(connections, refusals, log)
  broker.on('unsubscribe', (filters, client) => {
    const { granted } = connections.of(client.conn)
    for (const filter of filters) granted.delete(filter)
  })
  broker.on('clientError', onClientError)
  broker.on('connectionError', onClientError)
  await broker.listen()
  const onSocket = (socket: Socket) => {
    guardConnection(connections.open(socket), { limits, valve, onFault })
    broker.handle(socket)
  }
  const listeners = await listen(settings, refusals, onSocket).catch((error) => {
    broker.close()
    throw error
  })
  const unwatch = watchStanding(registry, connections, refusals)
  const tellState = (online: boolean) =>
    new Promise<void>((resolve) => {
      const nowMs = Math.floor(nowUs() / 1000)
      broker.publish(statePacket(OWN_HOST, online, nowMs), () => resolve())
    })
  await tellState(true)

  return {
    ports: listeners.ports,
    publishRejection: (notice) => rejections.publish(notice),
    publishCommand: (command) => publishCommand(broker, connections, command),
    listening: () => notices.listening(),
    publishNotice: (party, payload) => notices.publish(party, payload),
    stats: () => ({
      ...published,
      ...valve.stats(),
      ...rejections.stats(),
      connections: connections.size,
      refused: refusals.counts(),
    }),
    async close() {
      unwatch()
      await tellState(false)
      await shutDown({ listeners, valve, broker, connections, log })
    },
  }
}
