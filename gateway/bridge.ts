/**
 * Takes messages from another broker, for devices that cannot publish to this one: network servers
 * that need a broker of MQTT 5 of their own, devices whose topics cannot be set. A message is
 * acknowledged to that broker after the journal has it on disk; what is not acknowledged comes
 * again after a reconnection, since the session there is kept.
 *
 * Whose a message is follows from its topic: a device of the bridge's own party that is registered
 * for it, or else the bridge itself, which then has to be registered for it, or the message is
 * refused and kept with `topic_unmapped`. A broker cannot speak for another party.
 *
 * One message at a time: the next is taken when the one before is on disk. That bounds memory; how
 * many that are a second is the disk's affair (docs/measurements.md).
 *
 * With `sparkplugHost` it is a host application there: online by its birth, offline by its will or
 * when it closes, and edge nodes are asked for their births again.
 */
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { Logger } from 'pino'
import type { Command } from '#ingest/sparkplug.ts'
import type { Journal } from '#store/journal/journal.ts'
import type { Registry } from '#store/registry.ts'
import type { BridgeSettings } from './bridge-settings.ts'
import { isGone, stateBody, stateTopic } from './sparkplug-host.ts'
import { TopicOwners } from './topic-owners.ts'

export interface BridgeParts {
  readonly journal: Pick<Journal, 'append'>
  readonly registry: Registry
  /** Whether the journal may grow; while it may not, nothing is taken. */
  readonly hasRoom: () => boolean
  readonly log: Logger
  readonly nowUs: () => number
}

export interface Bridge {
  /** Asks a device that has spoken through this broker for something; else it gives false. */
  publishCommand(command: Command): boolean
  /** Messages that are on disk and acknowledged. */
  taken(): number
  /** Takes nothing more; the message under way is answered for. */
  close(): Promise<void>
}

const SESSION_SECONDS = 7 * 86_400
const ROOM_MS = 100
const RECONNECT_MS = 2_000
/** So long a broker has to take the last word of a host. */
const DEATH_MS = 2_000

/** Starts taking messages; a broker that cannot be reached is tried for as long as it takes. */
export async function startBridge(settings: BridgeSettings, parts: BridgeParts): Promise<Bridge> {
  const { registry, log } = parts
  const [party = '', slug = ''] = settings.device.split('/')
  const owners = new TopicOwners(registry, party, slug)
  const client = connect(settings.url, await optionsOf(settings, slug))
  const host = hostOf(client, settings, parts)
  const speakers = new Set<string>()
  let isClosing = false
  let taken = 0
  let underWay = Promise.resolve()
  client.handleMessage = ({ topic, payload }, done) => {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload
    if (topic === host?.topic) {
      host.hear(bytes)
      done()
      return
    }
    if (topic.startsWith('spBv1.0/')) speakers.add(owners.ownerOf(topic))
    underWay = keep(parts, owners, party, topic, bytes, () => isClosing).then(
      (isKept) => {
        // Without a word back: the broker sends it again to the next connection.
        if (!isKept) return
        taken += 1
        done()
      },
      (err: unknown) => {
        log.error({ err, url: settings.url }, 'the journal takes nothing: the bridge stands still')
        client.end(true)
      },
    )
  }
  client.on('connect', () => {
    subscribe(client, settings, log)
    host?.birth()
  })
  client.on('error', (err) => log.warn({ err, url: settings.url }, 'a bridge cannot connect'))
  client.connect()
  return {
    taken: () => taken,
    publishCommand({ party: of, device, topic, payload }) {
      if (of !== party || !speakers.has(device) || !client.connected) return false
      client.publish(topic, Buffer.from(payload), { qos: 0, retain: false })
      return true
    },
    async close() {
      isClosing = true
      await underWay
      await host?.death()
      await client.endAsync()
    },
  }
}

interface Host {
  readonly topic: string
  birth(): void
  /** Somebody spoke on its topic. */
  hear(payload: Uint8Array): void
  death(): Promise<void>
}

/** The birth of a connection bears the time of its will [tck-id-host-topic-phid-birth-payload]. */
function hostOf(
  client: MqttClient,
  { sparkplugHost: name }: BridgeSettings,
  { nowUs, log }: Pick<BridgeParts, 'nowUs' | 'log'>,
): Host | undefined {
  if (name === undefined) return undefined
  const topic = stateTopic(name)
  const options = { qos: 1, retain: true } as const
  let bornMs = 0
  const promise = () => {
    bornMs = Math.floor(nowUs() / 1000)
    const payload = Buffer.from(stateBody(false, bornMs))
    client.options.will = { topic, payload, ...options }
  }
  const say = (online: boolean, atMs: number) =>
    new Promise<void>((resolve) => {
      client.publish(topic, stateBody(online, atMs), options, (err) => {
        if (err) log.warn({ err, topic }, 'a bridge cannot say that it is there')
        resolve()
      })
    })
  promise()
  // The will of the next connection is its own.
  client.on('close', promise)
  return {
    topic,
    birth() {
      client.subscribe(topic, { qos: 1 })
      void say(true, bornMs)
    },
    hear(payload) {
      // Such as the will of a connection before this one, come late [6.4.24].
      if (isGone(payload, bornMs)) void say(true, bornMs)
    },
    async death() {
      if (!client.connected) return
      // Who does not answer will publish the will.
      const waiting = new AbortController()
      const patience = sleep(DEATH_MS, undefined, { signal: waiting.signal }).catch(() => undefined)
      await Promise.race([say(false, Math.floor(nowUs() / 1000)), patience])
      waiting.abort()
    },
  }
}

async function keep(
  { journal, hasRoom, nowUs }: BridgeParts,
  owners: TopicOwners,
  party: string,
  topic: string,
  payload: Uint8Array,
  isClosing: () => boolean,
): Promise<boolean> {
  while (!hasRoom()) {
    if (isClosing()) return false
    await sleep(ROOM_MS)
  }
  const device = owners.ownerOf(topic)
  const entry = { kind: 'mqtt', party, device, topic, receivedAtUs: nowUs(), payload } as const
  await new Promise<void>((resolve, reject) => {
    // Once this calls back it is on disk.
    journal.append(entry, (error) => (error === undefined ? resolve() : reject(error)))
  })
  return true
}

function subscribe(client: MqttClient, { url, topics }: BridgeSettings, log: Logger): void {
  // Not QoS 2: its acknowledgement comes before the message is handed out.
  client.subscribe([...topics], { qos: 1 }, (err, granted = []) => {
    const refused = granted.filter(({ qos }) => qos > 2).map(({ topic }) => topic)
    if (err !== null || refused.length > 0) {
      log.error({ err, url, refused }, 'a bridge may not subscribe')
    } else log.info({ url, topics }, 'a bridge takes messages')
  })
}

async function optionsOf(
  { version, clientId, username, password, ca, cert, key }: BridgeSettings,
  slug: string,
): Promise<IClientOptions> {
  const [caPem, certPem, keyPem] = await Promise.all(
    [ca, cert, key].map((file) => (file === undefined ? undefined : readFile(file, 'utf8'))),
  )
  return {
    protocolVersion: version,
    clientId: clientId ?? `suyuan-bridge-${slug}`,
    clean: false,
    reconnectPeriod: RECONNECT_MS,
    // What is said of a host has to be in the first CONNECT.
    manualConnect: true,
    resubscribe: false,
    ...(version === 5 ? { properties: { sessionExpiryInterval: SESSION_SECONDS } } : {}),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(certPem === undefined ? {} : { cert: certPem }),
    ...(keyPem === undefined ? {} : { key: keyPem }),
  }
}
