/**
 * The running program: opens the data folder, starts every part in the order in which they need
 * each other, joins them, and ends them in the opposite order.
 *
 * What ends it unasked is a bug anywhere, such as the death of the ingest worker. Nothing that was
 * acknowledged is lost by that, since it is on disk; a half alive process would be worse than one
 * that is started again. What does not end it is a full disk or a failed journal: then nothing is
 * acknowledged any more, /readyz and the log say so, and reading goes on.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createAdaptorServer } from '@hono/node-server'
import { Registry as Metrics } from 'prom-client'
import { AlertFeed } from '#api/alert-feed.ts'
import { createApi } from '#api/app.ts'
import { CaptureOutcomes } from '#api/capture-outcomes.ts'
import type { Lag } from '#api/freshness.ts'
import { type GaugeSource, registerGauges } from '#api/metrics.ts'
import { readPageFiles } from '#api/page-files.ts'
import { type Bridge, startBridge } from '#gateway/bridge.ts'
import { readBridges } from '#gateway/bridge-settings.ts'
import { type Gateway, type GatewaySettings, startGateway } from '#gateway/gateway.ts'
import type { IngestNews } from '#ingest/news.ts'
import { IngestProgress } from '#ingest/progress.ts'
import { FOLLOWER } from '#ingest/settle.ts'
import { startIngest } from '#ingest/start.ts'
import type { WatchWorker } from '#ingest/watch/start.ts'
import { type AlertReader, openAlertReader } from '#store/alerts/reader.ts'
import { aliasedTrail } from '#store/aliased.ts'
import { calibrationsOf, countOverdue } from '#store/calibration.ts'
import { type FieldBook, openField } from '#store/field.ts'
import { type DataFolder, dataFolder } from '#store/folder.ts'
import { InfluxProbe } from '#store/influx/probe.ts'
import { type Intake, openIntake } from '#store/intake.ts'
import { Journal } from '#store/journal/journal.ts'
import { JournalReader } from '#store/journal/reader.ts'
import { Watermark } from '#store/journal/watermark.ts'
import { openTrail } from '#store/open.ts'
import { openRecallReader, type RecallReader } from '#store/recalls/reader.ts'
import { ensureAdminKey } from '#store/registry/admin-key.ts'
import { openRegistry, type Registry } from '#store/registry.ts'
import type { JournalPosition, TrailReader } from '#store/trail.ts'
import { openWebhookReader, type WebhookReader } from '#store/webhooks/reader.ts'
import { type Config, influxOf } from './config.ts'
import { type Delivered, deliver, webhookGauges } from './deliver.ts'
import type { Logger } from './log.ts'
import { prepareStores } from './prepare-stores.ts'
import { diskSpace, type ReadinessParts, readiness } from './readiness.ts'
import { recallGauges, traceRecalls } from './recalling.ts'
import { watchGauges, watchStore } from './watching.ts'

export interface Running {
  /** Such as http://localhost:8080. */
  readonly apiUrl: string
  /** Such as mqtt://localhost:1883. */
  readonly mqttUrl: string
  readonly registry: Registry
  /** The administrator's key, where this start has made it. */
  readonly madeAdminKey: string | undefined
  /** Ends in order; stores what it can in ten seconds, the rest is in the journal. */
  close(): Promise<void>
}

/** What is open of the data folder. */
interface Stores {
  readonly folder: DataFolder
  readonly journal: Journal
  readonly registry: Registry
  readonly madeAdminKey: string | undefined
  readonly trail: TrailReader
  readonly intake: Intake
  readonly alerts: AlertReader
  readonly recalls: RecallReader
  readonly webhooks: WebhookReader
  readonly delivered: Delivered
  readonly field: FieldBook
  readonly journalReader: JournalReader
  readonly progress: IngestProgress
  /** Whether senders may go on: the journal is neither full nor too far ahead of the store. */
  readonly hasRoom: () => boolean
}

/** What ends each part that has been started, in the order in which they were. */
type Ends = (() => unknown)[]

const GRACE_MS = 10_000
/** Longer than the minute for which proxies keep a connection: they end it first. */
const IDLE_MS = 75_000
const PROBE_MS = 2000
/** The first record behind the cursor tells how fresh the store is. */
const ONE_RECORD = { maxBytes: 64 * 1024, maxRecords: 1 }
/** One of so many attempts to store is logged: about one a minute. */
const LOG_EVERY = 30
const PAGES = fileURLToPath(new URL('./dashboards/dist', import.meta.url))
const nowUs = (): number => Date.now() * 1000

/**
 * Starts everything; resolves when devices and people can connect. `onFatal` is told of a bug after
 * which the process has to end at once.
 * @throws what a part throws that cannot start, after ending those that have started.
 */
export async function serve(
  config: Config,
  log: Logger,
  onFatal: (error: Error) => void,
): Promise<Running> {
  const ends: Ends = []
  const close = async () => {
    for (const end of ends.splice(0).reverse()) await end()
  }
  try {
    const stores = await openStores(config, log, ends)
    const outcomes = new CaptureOutcomes()
    let gateway: Gateway | undefined
    const bridges: Bridge[] = []
    const feed = new AlertFeed()
    const delivery = deliver(config, { ...stores, log, onFatal })
    ends.push(() => delivery.stop())
    const onSteps = () => {
      delivery.wake()
      feed.notify()
    }
    const watch = watchStore({ ...stores, log, onSteps, onFatal })
    ends.push(() => watch.stop())
    const recalling = traceRecalls({ ...stores, log, onFatal })
    ends.push(() => recalling.stop())
    follow(stores, config, log, ends, {
      onFatal,
      onNews({ notices, commands, captures, stored, readings }) {
        if (stored > 0 || readings > 0) watch.wake()
        for (const notice of notices) gateway?.publishRejection(notice)
        for (const command of commands) {
          if (!bridges.some((bridge) => bridge.publishCommand(command))) {
            gateway?.publishCommand(command)
          }
        }
        outcomes.settle(captures)
      },
    })
    const metrics = new Metrics()
    const { root } = stores.folder
    const storeTrouble = probe(stores, ends)
    const readinessParts = { ...stores, root, storeTrouble, maxBytes: config.JOURNAL_MAX_BYTES }
    const app = createApi({
      ...stores,
      desk: watch.desk,
      recallDesk: recalling.desk,
      webhookDesk: delivery.desk,
      feed,
      settings: { publicUrl: config.PUBLIC_URL, maxBodyBytes: config.MAX_MESSAGE_BYTES },
      outcomes,
      readiness: () => readiness(readinessParts),
      lag: () => lagOf(stores),
      metrics,
      pages: await readPageFiles(PAGES),
      log,
      nowUs,
    })
    const httpPort = await listenHttp(app.fetch, config, ends)
    ends.push(() => feed.close())
    gateway = await startGateway({ ...stores, settings: await gatewaySettings(config), log, nowUs })
    ends.push(() => gateway?.close())
    const sending = recalling.send(gateway)
    ends.push(() => sending.stop())
    for (const settings of config.BRIDGES === undefined ? [] : await readBridges(config.BRIDGES)) {
      const bridge = await startBridge(settings, { ...stores, log, nowUs })
      bridges.push(bridge)
      ends.push(() => bridge.close())
    }
    registerGauges(metrics, gauges({ ...stores, watch }, gateway, readinessParts))
    const host = config.BIND === '0.0.0.0' || config.BIND === '::' ? 'localhost' : config.BIND
    return {
      apiUrl: `http://${host}:${httpPort}`,
      mqttUrl: `mqtt://${host}:${gateway.ports.mqtt}`,
      registry: stores.registry,
      madeAdminKey: stores.madeAdminKey,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function openStores(config: Config, log: Logger, ends: Ends): Promise<Stores> {
  const folder = dataFolder(config.DATA_DIR, influxOf(config))
  await mkdir(folder.root, { recursive: true, mode: 0o700 })
  let cursors: readonly JournalPosition[] = []
  const journal = await Journal.open(folder.journal, {
    nowUs,
    async followedTo() {
      cursors = await prepareStores(folder, log)
      return Math.max(...cursors)
    },
  })
  ends.push(() => journal.close())
  if (journal.cutBytes > 0) log.warn({ bytes: journal.cutBytes }, 'cut an unfinished commit')
  const registry = openRegistry(folder.registry, { nowUs })
  ends.push(() => registry.close())
  const { made } = ensureAdminKey(registry.keys, {
    directory: folder.root,
    configured: config.ADMIN_KEY,
    nowUs: nowUs(),
    random: randomBytes,
  })
  // Here somebody waits for an answer; what follows the store has more time.
  const influx = folder.influx && { ...folder.influx, timeoutMs: config.INFLUX_READ_SECONDS * 1000 }
  const place = { trail: folder.trail, influx }
  const trail = aliasedTrail(await openTrail(place, 'read'), registry.aliases)
  ends.push(() => trail.close())
  const intake = openIntake(folder.intake, { readOnly: true })
  ends.push(() => intake.close())
  const alerts = openAlertReader(folder.alerts)
  ends.push(() => alerts.close())
  const recalls = openRecallReader(folder.recalls)
  ends.push(() => recalls.close())
  const webhooks = openWebhookReader(folder.webhooks)
  ends.push(() => webhooks.close())
  const field = openField(folder.field)
  ends.push(() => field.close())
  const journalReader = new JournalReader(folder.journal, journal.watermark)
  ends.push(() => journalReader.close())
  const settled = Math.min(...cursors)
  const [next] = (await journalReader.read(settled, ONE_RECORD)).records
  const progress = new IngestProgress(settled, next && next.recordTimeUs - 1)
  const to = await trail.cursor(FOLLOWER)
  const [unseen] = (await journalReader.read(to, ONE_RECORD)).records
  progress.onAhead({ to, toUs: (unseen?.recordTimeUs ?? nowUs()) - 1 })
  const isNear = () => journal.durableEnd - progress.cursor < config.JOURNAL_MAX_BYTES
  const hasRoom = () => !journal.full && isNear()
  const delivered = { totals: { delivered: 0, failed: 0, dead: 0 } }
  const files = { folder, journal, registry, trail, intake, journalReader }
  const opened = { ...files, alerts, webhooks, recalls, field, delivered }
  return { ...opened, madeAdminKey: made, progress, hasRoom }
}

/** Tells why the server that keeps trails does not answer; undefined where a file keeps them. */
function probe({ folder }: Stores, ends: Ends): (() => Promise<string | undefined>) | undefined {
  if (folder.influx === undefined) return undefined
  // Whoever wants to know whether we are ready does not wait for long.
  const settings = { ...folder.influx, timeoutMs: PROBE_MS }
  const influx = new InfluxProbe(folder.trail, settings, () => performance.now())
  ends.push(() => influx.close())
  return () => influx.trouble()
}

/** Starts the ingest worker; lets the journal go of what has been settled. */
function follow(
  { folder, journal, progress }: Stores,
  config: Config,
  log: Logger,
  ends: Ends,
  on: { onFatal: (error: Error) => void; onNews: (news: IngestNews) => void },
): void {
  const watermark = new Watermark(journal.watermark)
  const ingest = startIngest(
    { ...folder, watermark: journal.watermark },
    {
      onNews(news) {
        if (progress.trouble !== undefined) log.info('the store takes what comes again')
        progress.onNews(news)
        watermark.setFollowed(news.cursor)
        // What is not removed now is removed after a later commit: only room on disk is at stake.
        journal.trim(news.cursor - config.JOURNAL_KEEP_BYTES).catch((err: unknown) => {
          log.warn({ err }, 'segments of the journal could not be removed')
        })
        on.onNews(news)
      },
      onTrouble(trouble) {
        progress.onTrouble(trouble)
        const { attempt, reason } = trouble
        if (attempt % LOG_EVERY !== 1) return
        log.error({ attempt, reason }, 'the store takes nothing; what comes stays in the journal')
      },
      onAhead: (ahead) => progress.onAhead(ahead),
      onDeath: on.onFatal,
    },
  )
  ends.push(() => ingest.stop(journal.durableEnd, GRACE_MS))
}

async function listenHttp(
  fetch: Parameters<typeof createAdaptorServer>[0]['fetch'],
  { HTTP_PORT, BIND }: Config,
  ends: Ends,
): Promise<number> {
  const server = createAdaptorServer({ fetch }) as Server
  server.keepAliveTimeout = IDLE_MS
  server.listen(HTTP_PORT, BIND)
  await once(server, 'listening')
  ends.push(async () => {
    const closed = once(server, 'close')
    server.close()
    // Requests under way get their answers; streams that nobody reads to the end are cut.
    const patience = setTimeout(() => server.closeAllConnections(), GRACE_MS)
    await closed
    clearTimeout(patience)
  })
  return (server.address() as AddressInfo).port
}

async function gatewaySettings(config: Config): Promise<GatewaySettings> {
  const { BIND, MQTT_PORT, MQTTS_PORT, MQTT_MAX_CONNECTIONS, MAX_MESSAGE_BYTES } = config
  const [cert, key, ca] = await Promise.all(
    [config.TLS_CERT, config.TLS_KEY, config.TLS_CA].map((file) => file && readFile(file, 'utf8')),
  )
  return {
    host: BIND,
    mqttPort: MQTT_PORT,
    mqttsPort: MQTTS_PORT,
    tls: cert && key ? { cert, key, ca } : undefined,
    maxConnections: MQTT_MAX_CONNECTIONS,
    maxPacketBytes: MAX_MESSAGE_BYTES,
  }
}

function lagOf({ journal, progress }: Stores): Lag | undefined {
  const behindBytes = journal.durableEnd - progress.seen
  return behindBytes > 0 ? { behindBytes, freshAsOfUs: progress.seenToUs } : undefined
}

type Watched = Stores & { readonly watch: WatchWorker }

function gauges(stores: Watched, gateway: Gateway, parts: ReadinessParts): GaugeSource[] {
  const { journal, progress, trail, alerts, registry, watch, intake } = stores
  const { totals } = progress
  const calibrations = calibrationsOf(registry)
  const of = (name: string, help: string, read: GaugeSource['read']): GaugeSource => ({
    name: `suyuan_${name}`,
    help,
    read,
  })
  return [
    of('journal_bytes', 'Size of the journal on disk', () => journal.sizeBytes),
    of('journal_unwritten_bytes', 'Waiting for the disk', () => journal.backlogBytes),
    of(
      'ingest_behind_bytes',
      'Durable and not yet stored',
      () => journal.durableEnd - progress.cursor,
    ),
    of('ingest_spooled_bytes', 'Of these, in answers', () => progress.seen - progress.cursor),
    of('ingest_behind_max_bytes', 'Senders wait from here on', () => parts.maxBytes),
    of(
      'disk_free_bytes',
      'Free on the disk of DATA_DIR',
      async () => (await diskSpace(parts.root)).free,
    ),
    of(
      'warnings',
      'Checks of /readyz that warn',
      async () => (await readiness(parts)).filter(({ ok, warning }) => !ok || warning).length,
    ),
    of('ingest_messages', 'Messages settled since the start', () => totals.messages),
    of('ingest_events_stored', 'Events stored since the start', () => totals.stored),
    of('ingest_events_repeated', 'Events that were stored before', () => totals.repeats),
    of('ingest_readings', 'Readings stored since the start', () => totals.readings),
    of('ingest_rejections', 'Events and messages rejected', () => totals.rejected),
    of('ingest_statuses', 'Status messages, which are not kept', () => totals.statuses),
    of('ingest_numbers_missing', 'Running numbers that never came', () => intake.missing()),
    of('mqtt_connections', 'Devices connected', () => gateway.stats().connections),
    of('mqtt_received', 'Messages received', () => gateway.stats().received),
    of('mqtt_acknowledged', 'Messages acknowledged', () => gateway.stats().acknowledged),
    of('store_events', 'Events in the store', async () => (await trail.counts()).events),
    of('store_items', 'Items in the store', async () => (await trail.counts()).items),
    of('alerts_open', 'Alerts that are not resolved', () => alerts.counts().open),
    of('calibrations_overdue', 'Devices that measure after their calibration has run out', () =>
      countOverdue(calibrations, nowUs()),
    ),
    ...watchGauges(alerts, watch, nowUs).map(({ name, help, read }) => of(name, help, read)),
    ...recallGauges(stores).map(({ name, help, read }) => of(name, help, read)),
    ...webhookGauges(stores, nowUs).map(({ name, help, read }) => of(name, help, read)),
    of('store_bytes', 'Size of the store on disk', async () => (await trail.counts()).bytes),
  ]
}
