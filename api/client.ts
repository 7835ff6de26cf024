/**
 * What a typed client knows of this interface: the routes that pages call, as types alone. They are
 * taken from the descriptions that guard the routes, so a route that changes breaks the page that
 * calls it when it is compiled.
 */
import type { Hono } from 'hono'
import type { z } from 'zod'
import type { serveAlerts } from './alerts.ts'
import type { serveBalance } from './balance.ts'
import type { serveDeviceActivity } from './device-activity.ts'
import type { serveIdentifiers } from './identifiers.ts'
import type { serveItems } from './items.ts'
import type { serveKeys } from './keys.ts'
import type { serveLots } from './lots.ts'
import type { serveRecall } from './recall.ts'
import type { serveRecallConsignees } from './recall-consignees.ts'
import type { serveRecallPreview } from './recall-preview.ts'
import type { serveRecallScope } from './recall-scope.ts'
import type { serveRecallSteps } from './recall-steps.ts'
import type { serveRecalls } from './recalls.ts'
import type { serveRegistry } from './registry.ts'
import type { serveRejections } from './rejections.ts'
import type { serveReports } from './reports.ts'
import type { Env, RouteSpec } from './route.ts'
import type { serveRules } from './rules.ts'
import type { serveSession } from './session.ts'
import type { serveShipments } from './shipments.ts'
import type { serveTagsApart } from './tags-apart.ts'
import type { serveTelemetry } from './telemetry.ts'
import type { serveTrace } from './trace.ts'
import type { serveWebhookDeliveries } from './webhook-deliveries.ts'
import type { serveWebhooks } from './webhooks.ts'

/** A new resource is one more line here, and its serve function returns its routes. */
type Route = ReturnType<
  | typeof serveAlerts
  | typeof serveBalance
  | typeof serveDeviceActivity
  | typeof serveIdentifiers
  | typeof serveItems
  | typeof serveKeys
  | typeof serveLots
  | typeof serveRecall
  | typeof serveRecallConsignees
  | typeof serveRecallPreview
  | typeof serveRecallScope
  | typeof serveRecallSteps
  | typeof serveRecalls
  | typeof serveRegistry
  | typeof serveRejections
  | typeof serveReports
  | typeof serveRules
  | typeof serveSession
  | typeof serveShipments
  | typeof serveTagsApart
  | typeof serveTelemetry
  | typeof serveTrace
  | typeof serveWebhookDeliveries
  | typeof serveWebhooks
>[number]

/** For hono's `hc`. */
export type Api = Hono<Env, Routes<Route>>

type Routes<R extends Pick<AnyRoute, 'path' | 'method' | 'answers'>> = {
  [P in R['path'] as WithColons<P>]: {
    [M in Extract<R, { path: P }>['method'] as `$${M}`]: Endpoint<
      Extract<R, { path: P; method: M }>
    >
  }
}

type WithColons<Path extends string> = Path extends `${infer Before}{${infer Name}}${infer Rest}`
  ? `${Before}:${Name}${WithColons<Rest>}`
  : Path

type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never

type AnyRoute = RouteSpec<z.ZodRawShape, z.ZodType>

type Endpoint<R extends Pick<AnyRoute, 'path' | 'answers'>> = {
  input: Input<Given<R, 'query'>, Given<R, 'body'>, R['path']>
  output: Output<R['answers'][keyof R['answers']]>
  outputFormat: 'json'
  status: 200
}

type Given<R, Name extends string> = R extends { [N in Name]?: infer What }
  ? NonNullable<What>
  : never

type Input<Query, Body, Path extends string> = ([Names<Path>] extends [never]
  ? object
  : { param: Record<Names<Path>, string> }) &
  (keyof Query extends never
    ? unknown
    : { query?: { [Name in keyof Query]?: string | string[] | undefined } }) &
  ([Body] extends [z.ZodNever]
    ? unknown
    : Body extends z.ZodType
      ? { json: z.input<Body> }
      : unknown)

type Output<Answer> = Answer extends { schema: infer Schema extends z.ZodType }
  ? z.output<Schema>
  : never
