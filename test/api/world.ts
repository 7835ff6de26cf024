/**
 * The API on real parts, without a port: journal, ingest, trail store, registry and intake in a
 * temporary folder. Ingest follows the journal in this process, so a capture is answered when it is
 * stored, as in the program.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Registry as Metrics } from 'prom-client'
import { AlertFeed } from '#api/alert-feed.ts'
import { type ApiParts, createApi } from '#api/app.ts'
import { CaptureOutcomes } from '#api/capture-outcomes.ts'
import { openOffice } from '#api/webhooks/office.ts'
import { follow } from '#ingest/follower.ts'
import { recallDeskOf } from '#ingest/recalls/desk.ts'
import { RecallTracer } from '#ingest/recalls/tracer.ts'
import { deskOf } from '#ingest/watch/desk.ts'
import { AlertFollower } from '#ingest/watch/follower.ts'
import type { RecallReader } from '#risk/recalled.ts'
import { AlertWriter } from '#store/alerts/writer.ts'
import { aliasedTrail } from '#store/aliased.ts'
import { openField } from '#store/field.ts'
import { dataFolder } from '#store/folder.ts'
import { openIntake } from '#store/intake.ts'
import { type Disk, realDisk } from '#store/journal/disk.ts'
import { Journal } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { openWatchedRecalls } from '#store/recalls/watched.ts'
import { RecallWriter } from '#store/recalls/writer.ts'
import type { KeyGrant } from '#store/registry/schema.ts'
import { openRegistry } from '#store/registry.ts'
import { openSqliteTrail } from '#store/sqlite/trail.ts'

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; a test fails where it is none. */
  readonly json: Record<string, unknown>
}

export interface Call {
  readonly method?: string
  /** One of the keys of the world, or any text; none for the public. */
  readonly key?: string | undefined
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export type World = Awaited<ReturnType<typeof startWorld>>

export const adminKey = 'an-administrators-key'

/**
 * `ingest: false` leaves captures in the journal. `parts` replaces parts of the API, `disk` the
 * disk.
 */
export async function startWorld(
  options: {
    ingest?: boolean
    parts?: Partial<ApiParts>
    disk?: Disk
    recalls?: RecallReader
    allowPrivate?: boolean
    ca?: string
  } = {},
) {
  const { ingest = true, disk = realDisk } = options
  const directory = mkdtempSync(join(tmpdir(), 'suyuan-api-'))
  const folder = dataFolder(directory)
  const nowUs = () => Date.now() * 1000
  const journal = await Journal.open(folder.journal, { nowUs, disk })
  const journalReader = new JournalReader(folder.journal, journal.watermark)
  const registry = openRegistry(folder.registry, { nowUs, random: randomBytes })
  const intake = openIntake(folder.intake)
  const trail = openSqliteTrail(folder.trail, 'write')
  const alerts = new AlertWriter(folder.alerts)
  const field = openField(folder.field)
  const recalls = new RecallWriter(folder.recalls)
  const feed = new AlertFeed()
  const addresses = new Map<string, readonly string[]>()
  const office = openOffice({
    ...{ file: folder.webhooks, alerts: alerts.reader, recalls: recalls.reader, registry },
    publicUrl: 'https://trace.example',
    line: {
      rules: {
        allowPrivate: options.allowPrivate ?? true,
        resolve: async (host) => addresses.get(host) ?? [],
      },
      limits: { wholeMs: 2_000, answerBytes: 64 * 1024 },
      ...(options.ca !== undefined && { ca: options.ca }),
    },
    nowUs: () => watchUs(),
    onDisabled: () => undefined,
    onTrouble: () => undefined,
  })
  let aheadUs = 0
  const watchUs = () => nowUs() + aheadUs
  const tracer = new RecallTracer({ trail, recalls, registry, nowUs: watchUs })
  const watched = openWatchedRecalls(folder.recalls)
  const watchParts = { trail, alerts, registry, nowUs: watchUs }
  const follower = new AlertFollower({ ...watchParts, recalls: options.recalls ?? watched })
  const outcomes = new CaptureOutcomes()
  let over = !ingest
  const following = follow(
    {
      reader: journalReader,
      writer: trail,
      intake,
      registry,
      nowUs,
      report: (message) => message.kind === 'news' && outcomes.settle(message.captures),
      isOver: () => over,
      pause: sleep,
    },
    0,
  )
  registry.keys.setAdmin(adminKey, nowUs())
  const app = createApi({
    settings: { publicUrl: 'https://trace.example', maxBodyBytes: 1024 * 1024 },
    trail: aliasedTrail(trail, registry.aliases),
    registry,
    intake,
    alerts: alerts.reader,
    field,
    desk: deskOf(alerts, watchUs),
    recalls: recalls.reader,
    recallDesk: recallDeskOf(recalls, watchUs),
    feed,
    webhooks: office.writer.reader,
    webhookDesk: office.desk,
    journal,
    journalReader: new JournalReader(folder.journal, journal.watermark),
    hasRoom: () => true,
    lag: () => undefined,
    outcomes,
    readiness: async () => [{ name: 'journal', ok: true, detail: '' }],
    metrics: new Metrics(),
    pages: new Map(),
    log: pino({ level: 'silent' }),
    nowUs,
    ...options.parts,
  })

  async function call(
    path: string,
    { method = 'GET', key, body, headers = {} }: Call = {},
  ): Promise<Answer> {
    const isBytes = typeof body === 'string' || body instanceof Uint8Array
    const response = await app.request(path, {
      method,
      headers: {
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isBytes ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text)
      },
    }
  }

  return {
    app,
    directory,
    journal,
    registry,
    intake,
    trail,
    outcomes,
    alerts,
    recalls,
    feed,
    follower,
    call,
    /** Lets rules look at all that is stored, so many hours from now. */
    async watched(hoursAhead = 0): Promise<void> {
      aheadUs = hoursAhead * 3600e6
      while (await follower.advance());
      feed.notify()
      while (office.follower.advance());
    },
    office,
    /** What names of hosts lead to. */
    addresses,
    /** Lets webhooks be sent as of so many hours from now, and waits for what that comes to. */
    async delivered(hoursAhead = 0): Promise<void> {
      aheadUs = hoursAhead * 3600e6
      office.deliverer.pump()
      while (!office.deliverer.isIdle) await sleep(5)
    },
    /** Finds out all scopes that are asked for, so many hours from now. */
    async traced(hoursAhead = 0): Promise<void> {
      aheadUs = hoursAhead * 3600e6
      while (await tracer.advance());
    },
    /** Makes a party that may capture; gives the key of its enterprise. */
    party(slug: string): string {
      registry.parties.put({ slug, name: slug.toUpperCase(), domain: 'food' })
      return this.key({ role: 'enterprise', party: slug, label: '' })
    },
    key(grant: KeyGrant): string {
      const issued = registry.keys.issue(grant, nowUs())
      if (!issued.ok) throw new Error(issued.message)
      return issued.secret
    },
    /** Captures events of a party; throws when one of them is refused. */
    async capture(key: string, ...events: object[]): Promise<void> {
      for (const event of events) {
        const { status, text } = await call('/epcis/events', { method: 'POST', key, body: event })
        if (status !== 201) throw new Error(text)
      }
    },
    /** Waits until a capture job has finished and gives it. */
    async finished(location: string | null, key: string): Promise<Record<string, unknown>> {
      for (;;) {
        const job = await call(new URL(location ?? '').pathname, { key })
        if (job.status !== 200) throw new Error(job.text)
        if (job.json['running'] === false) return job.json
        await sleep(5)
      }
    },
    async close(): Promise<void> {
      over = true
      await following
      await journalReader.close()
      await journal.close()
      await trail.close()
      feed.close()
      office.close()
      intake.close()
      alerts.close()
      field.close()
      watched.close()
      recalls.close()
      registry.close()
      rmSync(directory, { recursive: true })
    },
  }
}

let serial = 0

/** A valid event of its own; `more` sets and replaces fields. */
export function event(more: Record<string, unknown> = {}): Record<string, unknown> {
  serial += 1
  return {
    '@context': ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'ObjectEvent',
    eventTime: '2026-03-04T08:15:42.000Z',
    eventTimeZoneOffset: '+00:00',
    epcList: [`https://id.gs1.org/01/09521321000018/21/${serial}`],
    action: 'OBSERVE',
    bizStep: 'inspecting',
    ...more,
  }
}

/** An EPCISDocument of events. */
export function document(events: readonly object[], context: unknown = undefined): object {
  return {
    '@context': context ?? ['https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld'],
    type: 'EPCISDocument',
    schemaVersion: '2.0',
    creationDate: '2026-03-04T08:15:42.000Z',
    epcisBody: { eventList: events },
  }
}

/** The events of an EPCISQueryDocument. */
export function eventsOf(answer: { json: unknown }): Record<string, unknown>[] {
  const { epcisBody } = answer.json as {
    epcisBody: { queryResults: { resultsBody: { eventList: Record<string, unknown>[] } } }
  }
  return epcisBody.queryResults.resultsBody.eventList
}
