/** Real stores in a temporary folder, and messages as the journal would hand them out. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Memory } from '#ingest/memory.ts'
import type { IngestNews } from '#ingest/news.ts'
import { begin, conclude, FOLLOWER, type SettleStores } from '#ingest/settle.ts'
import { dataFolder } from '#store/folder.ts'
import { openIntake } from '#store/intake.ts'
import type { Journal } from '#store/journal/journal.ts'
import type { JournalRecord } from '#store/journal/record.ts'
import type { Device } from '#store/registry/schema.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'

export const nowUs = Date.UTC(2026, 2, 4, 8) * 1000
const MESSAGE_BYTES = 100

/** As the follower settles records that come alone. */
export async function settle(
  records: readonly JournalRecord[],
  stores: SettleStores,
  nowUs: () => number,
): Promise<IngestNews> {
  return conclude(await begin(records, stores), stores, nowUs)
}

/** What the gate of the farm publishes, durable once it resolves. */
export function append(journal: Journal, channel: string, payload: unknown): Promise<void> {
  const entry = {
    kind: 'mqtt' as const,
    party: 'farm',
    device: 'gate',
    topic: `suyuan/v1/farm/barn/gate/${channel}`,
    receivedAtUs: nowUs,
    payload: Buffer.from(JSON.stringify(payload)),
  }
  return new Promise((resolve, reject) => {
    journal.append(entry, (error) => (error === undefined ? resolve() : reject(error)))
  })
}

export type Stores = ReturnType<typeof openStores>

export function openStores() {
  const directory = mkdtempSync(join(tmpdir(), 'suyuan-ingest-'))
  const folder = dataFolder(directory)
  const writer = openSqliteTrail(folder.trail, 'write')
  const intake = openIntake(folder.intake)
  const registry = openRegistry(folder.registry, { nowUs: () => nowUs })
  registry.parties.put({ slug: 'farm', name: 'Farm', domain: 'food' })
  const memory = new Memory(writer)
  let next = 0

  return {
    folder,
    writer,
    memory,
    intake,
    registry,
    /** Registers a device of the farm. */
    device(device: string, more: Partial<Device> = {}): void {
      const name = device
      registry.devices.put({
        ...{ party: 'farm', site: 'barn', device, name, enabled: true, topics: [] },
        ...more,
      })
    },
    /** A message behind the one before it. */
    message(payload: unknown, more: Partial<JournalRecord> = {}): JournalRecord {
      const position = next
      next += MESSAGE_BYTES
      const isRaw = typeof payload === 'string' || payload instanceof Uint8Array
      return {
        kind: 'mqtt',
        party: 'farm',
        device: 'gate-1',
        topic: 'suyuan/v1/farm/barn/gate-1/epcis',
        receivedAtUs: nowUs,
        payload: Buffer.from(isRaw ? payload : JSON.stringify(payload)),
        position,
        next,
        recordTimeUs: nowUs + position,
        ...more,
      }
    },
    settle: (...records: readonly JournalRecord[]) =>
      settle(records, { writer, intake, registry, memory }, () => nowUs),
    cursors: async () => [await writer.cursor(FOLLOWER), intake.cursor()],
    async close() {
      registry.close()
      intake.close()
      await writer.close()
      rmSync(directory, { recursive: true })
    },
  }
}

let count = 0

/** An event that nobody has sent before, unless `more` makes it one. */
export function newEvent(more: object = {}): Record<string, unknown> {
  count += 1
  return {
    type: 'ObjectEvent',
    eventID: `urn:uuid:00000000-0000-4000-8000-${String(count).padStart(12, '0')}`,
    action: 'OBSERVE',
    eventTime: '2026-03-04T00:00:00Z',
    eventTimeZoneOffset: '+00:00',
    epcList: [`urn:epc:id:sgtin:6901234.000001.${count}`],
    ...more,
  }
}

export function document(...eventList: readonly unknown[]): Record<string, unknown> {
  return {
    '@context': 'https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld',
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-03-04T00:00:00Z',
    epcisBody: { eventList },
  }
}
