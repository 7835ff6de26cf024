/** Whether the process lives, and whether it can do its work: for orchestrators and people. */
import { z } from 'zod'
import type { Journal } from '#store/journal/journal.ts'
import type { Router } from './route.ts'

/** One thing the service needs. `ok` false makes the service not ready. */
export interface ReadinessCheck {
  readonly name: string
  readonly ok: boolean
  readonly detail: string
  /** It still is, and will not be for long unless somebody acts. */
  readonly warning?: true
}

const readinessSchema = z
  .object({
    ready: z.boolean(),
    checks: z.array(
      z.object({
        name: z.string(),
        ok: z.boolean(),
        detail: z.string(),
        warning: z.literal(true).optional(),
      }),
    ),
  })
  .meta({ id: 'Readiness' })

const liveSchema = z.object({ live: z.boolean(), detail: z.string().optional() })

export interface HealthParts {
  readonly journal: Pick<Journal, 'failed'>
  /** Asked at every request. */
  readonly readiness: () => Promise<readonly ReadinessCheck[]>
}

export function serveHealth(router: Router, { readiness, journal }: HealthParts): void {
  router.serve(
    {
      method: 'get',
      path: '/healthz',
      may: 'read service',
      tag: 'Service',
      summary: 'Whether the process answers',
      answers: { 200: { description: 'It does', schema: z.object({ status: z.literal('ok') }) } },
    },
    (c) => c.json({ status: 'ok' }),
  )
  router.serve(
    {
      method: 'get',
      path: '/livez',
      may: 'read service',
      tag: 'Service',
      summary: 'Whether what devices send becomes durable; the store may be away',
      answers: {
        200: { description: 'It does', schema: liveSchema },
        503: { description: 'It does not until the program is started again', schema: liveSchema },
      },
    },
    (c) => {
      const { failed } = journal
      return c.json({ live: failed === undefined, detail: failed?.message }, failed ? 503 : 200)
    },
  )
  router.serve(
    {
      method: 'get',
      path: '/readyz',
      may: 'read service',
      tag: 'Service',
      summary: 'Whether it can take and store what comes',
      answers: {
        200: { description: 'It can', schema: readinessSchema },
        503: { description: 'It cannot: a check says why', schema: readinessSchema },
      },
    },
    async (c) => {
      const checks = await readiness()
      const ready = checks.every(({ ok }) => ok)
      return c.json({ ready, checks }, ready ? 200 : 503)
    },
  )
}
