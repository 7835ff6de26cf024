/** Figures for Prometheus: the API's own, and gauges that the composition root adds. */
import type { MiddlewareHandler } from 'hono'
import { routePath } from 'hono/route'
import { Gauge, Histogram, type Registry } from 'prom-client'
import { z } from 'zod'
import type { Env, Router } from './route.ts'

/** A figure that is read when it is asked for. */
export interface GaugeSource {
  /** With the unit last, such as `suyuan_journal_backlog_bytes`. */
  readonly name: string
  readonly help: string
  readonly read: () => number | Promise<number>
}

/** Adds gauges to a registry; each is read at every scrape. */
export function registerGauges(registry: Registry, sources: readonly GaugeSource[]): void {
  for (const { name, help, read } of sources) {
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set(await read())
      },
    })
  }
}

/** Measures how long requests take, by route, not by path: paths hold identifiers. */
export function measureRequests(registry: Registry): MiddlewareHandler<Env> {
  const histogram = new Histogram({
    name: 'suyuan_http_request_seconds',
    help: 'Time until the answer begins',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  })
  return async (c, next) => {
    const end = histogram.startTimer({ method: c.req.method })
    await next()
    end({ route: routePath(c, -1), status: String(c.res.status) })
  }
}

export function serveMetrics(router: Router, registry: Registry): void {
  router.serve(
    {
      method: 'get',
      path: '/metrics',
      may: 'read metrics',
      tag: 'Service',
      summary: 'Figures in the text format of Prometheus',
      answers: { 200: { description: 'The figures', type: 'text/plain', schema: z.string() } },
    },
    async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }),
  )
}
