/** A real gateway with a real registry and journal in a temporary folder, and its devices. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Gateway, type GatewaySettings, startGateway } from '#gateway/gateway.ts'
import { type Disk, realDisk } from '#store/journal/disk.ts'
import { Journal } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { openRegistry, type Registry } from '#store/registry.ts'
import { RawClient } from './raw-client.ts'

export const MIB = 1024 * 1024

export interface TestDevice {
  readonly username: string
  readonly password: string
  readonly keyId: string
  /** Its own topic of a channel. */
  topic(channel: string): string
}

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly reason?: string
  readonly [field: string]: unknown
}

/** The disk under the journal, which a test can hold up or break. */
export class TestDisk {
  /** Thrown by every sync while it is set. */
  fault: Error | undefined
  #held: Promise<void> | undefined
  #letGo: () => void = () => {}

  /** From now on nothing becomes durable, until `letGo`. */
  hold(): void {
    this.#held = new Promise((resolve) => {
      this.#letGo = resolve
    })
  }

  letGo(): void {
    this.#held = undefined
    this.#letGo()
  }

  readonly disk: Disk = {
    ...realDisk,
    sync: async (file) => {
      await this.#held
      if (this.fault !== undefined) throw this.fault
      await realDisk.sync(file)
    },
  }
}

const nowUs = () => Date.now() * 1000

export class Harness {
  /** What the gateway is told when it asks whether the journal may grow. */
  hasRoom = () => true
  readonly directory: string
  readonly disk: TestDisk
  readonly log: LogLine[] = []
  readonly registry: Registry
  readonly journal: Journal
  readonly #clients: RawClient[] = []
  #gateway: Gateway | undefined

  private constructor(directory: string, disk: TestDisk, journal: Journal) {
    this.directory = directory
    this.disk = disk
    this.journal = journal
    this.registry = openRegistry(join(directory, 'registry.db'))
  }

  static async start(settings: Partial<GatewaySettings> = {}): Promise<Harness> {
    const directory = mkdtempSync(join(tmpdir(), 'suyuan-gateway-'))
    const disk = new TestDisk()
    const journal = await Journal.open(join(directory, 'journal'), { nowUs, disk: disk.disk })
    const harness = new Harness(directory, disk, journal)
    const log = pino({ level: 'info' }, { write: (line) => harness.log.push(JSON.parse(line)) })
    try {
      harness.#gateway = await startGateway({
        settings: {
          host: '127.0.0.1',
          mqttPort: 0,
          maxPacketBytes: 8 * MIB,
          maxConnections: 100,
          ...settings,
        },
        journal,
        registry: harness.registry,
        hasRoom: () => harness.hasRoom(),
        log,
        nowUs,
      })
    } catch (error) {
      await harness.stop()
      throw error
    }
    return harness
  }

  get gateway(): Gateway {
    if (this.#gateway === undefined) throw new Error('not started')
    return this.#gateway
  }

  get port(): number {
    return this.gateway.ports.mqtt ?? 0
  }

  /** What is durable in the journal, oldest first. */
  async journalled(): Promise<{ party: string; device: string; topic: string; text: string }[]> {
    const reader = new JournalReader(join(this.directory, 'journal'), this.journal.watermark)
    const all = []
    for (let from = 0; ; ) {
      const { records, next } = await reader.read(from, { maxBytes: 16 * MIB })
      if (records.length === 0) break
      all.push(...records)
      from = next
    }
    await reader.close()
    return all.map(({ party, device, topic, payload }) => ({
      party,
      device,
      topic,
      text: Buffer.from(payload).toString(),
    }))
  }

  /** A line of the log about a refusal, once it is there. */
  async logged(reason: string): Promise<LogLine> {
    for (let tries = 0; tries < 500; tries += 1) {
      const line = this.log.find((one) => one.reason === reason)
      if (line !== undefined) return line
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    throw new Error(`no log line about ${reason}: ${JSON.stringify(this.log)}`)
  }

  /** Registers a device with a key. */
  device(name: string, vendorTopics: readonly string[] = []): TestDevice {
    const [party = '', device = ''] = name.split('/')
    const topics = vendorTopics.map((topic) => ({ topic, channel: 'reads' as const }))
    this.registry.parties.put({ slug: party, name: party, domain: 'food' })
    this.registry.devices.put({ party, device, site: 'site', name, enabled: true, topics })
    const grant = { role: 'device' as const, party, device, label: '' }
    const issued = this.registry.keys.issue(grant, 1)
    if (!issued.ok) throw new Error(issued.message)
    return {
      username: name,
      password: issued.secret,
      keyId: issued.record.keyId,
      topic: (channel) => `suyuan/v1/${party}/site/${device}/${channel}`,
    }
  }

  /** A connection that has not sent anything. */
  client(): RawClient {
    const client = RawClient.tcp(this.port)
    this.#clients.push(client)
    return client
  }

  /** A connection that has been accepted. */
  async connected(device: TestDevice, clientId = 'raw'): Promise<RawClient> {
    const client = this.client()
    const code = await client.connect(device, { clientId })
    if (code !== 0) throw new Error(`not connected: ${code}`)
    return client
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.end()
    this.disk.letGo()
    await this.#gateway?.close()
    await this.journal.close()
    this.registry.close()
    rmSync(this.directory, { recursive: true })
  }
}
