/**
 * Wires the HTTP API: each resource is handed only what it needs. The app has no port; the
 * composition root serves it, and tests call it directly.
 */
import { OpenAPIHono } from '@hono/zod-openapi'
import type { Logger } from 'pino'
import type { Registry as Metrics } from 'prom-client'
import type { RecallDesk } from '#ingest/recalls/desk.ts'
import type { AlertDesk } from '#ingest/watch/desk.ts'
import type { AlertReader } from '#store/alerts/reader.ts'
import { calibrationsOf } from '#store/calibration.ts'
import { isStoreFault } from '#store/fault.ts'
import type { FieldBook } from '#store/field.ts'
import type { Intake } from '#store/intake.ts'
import type { Journal } from '#store/journal/journal.ts'
import type { JournalReader } from '#store/journal/reader.ts'
import { mountedSensors } from '#store/mounted.ts'
import type { RecallReader } from '#store/recalls/reader.ts'
import { referenceOf } from '#store/reference.ts'
import type { Registry } from '#store/registry.ts'
import type { TrailReader } from '#store/trail.ts'
import type { WebhookReader } from '#store/webhooks/reader.ts'
import type { AlertFeed } from './alert-feed.ts'
import { serveAlertStream } from './alert-stream.ts'
import { serveAlerts } from './alerts.ts'
import { serveAliases } from './aliases.ts'
import { serveBalance } from './balance.ts'
import { serveBulletins } from './bulletins.ts'
import { serveCalibrations } from './calibrations.ts'
import { authenticate } from './caller.ts'
import { serveCapture } from './capture.ts'
import { CaptureIntake } from './capture-intake.ts'
import type { CaptureOutcomes } from './capture-outcomes.ts'
import { serveCompanyPrefixes } from './company-prefixes.ts'
import { serveDeviceActivity } from './device-activity.ts'
import { serveDocs } from './docs.ts'
import { announced, epcisHeaders } from './epcis-headers.ts'
import { registerEpcisSchemas } from './epcis-schema.ts'
import { serveEvents } from './events.ts'
import { type Lag, tellFreshness } from './freshness.ts'
import { type ReadinessCheck, serveHealth } from './health.ts'
import { serveIdentifiers } from './identifiers.ts'
import { serveItems } from './items.ts'
import { serveKeys } from './keys.ts'
import { serveLanes } from './lanes.ts'
import { serveLots } from './lots.ts'
import { measureRequests, serveMetrics } from './metrics.ts'
import type { PageFiles } from './page-files.ts'
import { servePages } from './pages.ts'
import { Problem } from './problem.ts'
import { identifierReader } from './reading.ts'
import { type RecallParts, serveRecall } from './recall.ts'
import { serveRecallConsignees } from './recall-consignees.ts'
import { serveRecallPreview } from './recall-preview.ts'
import { serveRecallScope } from './recall-scope.ts'
import { serveRecallSteps } from './recall-steps.ts'
import { serveRecalls } from './recalls.ts'
import { serveRegistry } from './registry.ts'
import { serveRejections } from './rejections.ts'
import { serveReports } from './reports.ts'
import { serveResolver } from './resolver.ts'
import { createRouter, type Env, type Router } from './route.ts'
import { serveRules } from './rules.ts'
import { serveSession } from './session.ts'
import { serveShipments } from './shipments.ts'
import { cutAnswers } from './stream.ts'
import { serveTagsApart } from './tags-apart.ts'
import { serveTelemetry } from './telemetry.ts'
import { serveTrace } from './trace.ts'
import { serveWebhookDeliveries } from './webhook-deliveries.ts'
import type { WebhookDesk } from './webhooks/desk.ts'
import { serveWebhooks } from './webhooks.ts'
import { serveWorkCalendar } from './work-calendar.ts'

export interface ApiSettings {
  /** How the server is reached from outside; without it links name the host of the request. */
  readonly publicUrl: string | undefined
  /** Largest capture body that is read. */
  readonly maxBodyBytes: number
}

export interface ApiParts {
  readonly settings: ApiSettings
  readonly trail: TrailReader
  readonly registry: Registry
  readonly intake: Pick<Intake, 'job' | 'jobs' | 'rejections' | 'rejection' | 'liveliness'>
  readonly alerts: AlertReader
  readonly desk: AlertDesk
  readonly field: FieldBook
  readonly recalls: RecallReader
  readonly recallDesk: RecallDesk
  /** Told by the composition root of every step. */
  readonly feed: AlertFeed
  readonly webhooks: WebhookReader
  readonly webhookDesk: WebhookDesk
  readonly journal: Pick<Journal, 'append' | 'failed'>
  readonly journalReader: Pick<JournalReader, 'at'>
  /** Whether the journal may grow; while it may not, captures are answered 503. */
  readonly hasRoom: () => boolean
  /** Fed by the composition root with every outcome that ingest reports. */
  readonly outcomes: CaptureOutcomes
  /** What /readyz tells, asked at every request. */
  readonly readiness: () => Promise<readonly ReadinessCheck[]>
  /** How far the store is behind what was acknowledged; undefined where it is not. */
  readonly lag: () => Lag | undefined
  /** What /metrics tells; see registerGauges. */
  readonly metrics: Metrics
  /** The built pages. */
  readonly pages: PageFiles
  readonly log: Logger
  /** Microseconds since 1970. */
  readonly nowUs: () => number
}

function serveAllOfRecalls(router: Router, parts: RecallParts): void {
  serveRecalls(router, parts)
  serveRecallPreview(router, parts)
  serveRecall(router, parts)
  serveRecallSteps(router, parts)
  serveRecallScope(router, parts)
  serveRecallConsignees(router, parts)
}

const longestUri = 8192

export function createApi(parts: ApiParts): OpenAPIHono<Env> {
  const { settings, registry, log } = parts
  const app = new OpenAPIHono<Env>()
  app.use(measureRequests(parts.metrics))
  app.use(cutAnswers(log))
  app.use(async (c, next) => {
    c.set('baseUrl', (settings.publicUrl ?? new URL(c.req.url).origin).replace(/\/+$/, ''))
    if (c.req.url.length > longestUri) {
      const detail = `the URI has ${c.req.url.length} characters; ${longestUri} are read`
      throw new Problem('uri_too_long', { detail })
    }
    await next()
  })
  app.use(tellFreshness(parts.lag))
  app.use('/epcis/*', epcisHeaders)
  app.use(authenticate(registry, parts.nowUs))
  app.notFound((c) => {
    return new Problem('not_found', { detail: `there is nothing at ${c.req.path}` }).toResponse()
  })
  app.onError((error, c) => {
    if (error instanceof Problem) return error.toResponse()
    // The store that is away comes back; who asks may ask again.
    if (isStoreFault(error)) {
      log.warn({ err: error, path: c.req.path }, 'the store does not answer')
      const headers = { 'Retry-After': '5' }
      return new Problem('unavailable', { detail: error.message, headers }).toResponse()
    }
    log.error({ err: error, method: c.req.method, path: c.req.path }, 'a request failed')
    return new Problem('internal', { detail: 'the fault is in the log' }).toResponse()
  })

  const router = createRouter(app)
  const captureIntake = new CaptureIntake({ ...parts, maxBodyBytes: settings.maxBodyBytes })
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'A key as it was shown when it was made',
  })
  registerEpcisSchemas(app.openAPIRegistry)
  serveCapture(router, { ...parts, captureIntake })
  serveEvents(router, { ...parts, captureIntake })
  const read = identifierReader(registry, parts.nowUs)
  const mounted = mountedSensors(registry)
  const calibrations = calibrationsOf(registry)
  serveDeviceActivity(router, parts)
  serveLots(router, parts)
  serveShipments(router, parts)
  serveTrace(router, { ...parts, read })
  serveBalance(router, { ...parts, read })
  serveItems(router, { ...parts, read, mounted, calibrations })
  serveResolver(router, { ...parts, read, mounted, calibrations })
  serveIdentifiers(router, read)
  serveTelemetry(router, { ...parts, read, mounted })
  serveRegistry(router, parts)
  serveCalibrations(router, parts)
  serveTagsApart(router, parts)
  serveAliases(router, parts)
  serveCompanyPrefixes(router, { ...parts, companyPrefixes: registry.companyPrefixes })
  serveWorkCalendar(router, { ...parts, calendars: registry.workCalendars })
  serveKeys(router, { ...parts, keys: registry.keys })
  serveSession(router, parts)
  serveAlertStream(router, parts)
  serveAlerts(router, { ...parts, read })
  serveWebhooks(router, { ...parts, read })
  serveWebhookDeliveries(router, parts)
  serveBulletins(router, parts)
  serveReports(router, { ...parts, read })
  serveLanes(router, parts)
  serveRules(router, { ...parts, read, referenceNow: referenceOf(registry) })
  serveAllOfRecalls(router, { ...parts, read })
  serveRejections(router, parts)
  serveHealth(router, parts)
  serveMetrics(router, parts.metrics)
  serveDocs(router, app)
  servePages(router, parts.pages)
  router.close((path) => {
    if (!path.startsWith('/epcis/')) return {}
    return path === '/epcis/capture' ? { ...announced, ...captureIntake.limitHeaders } : announced
  })
  return app
}
